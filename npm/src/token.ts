/**
 * Mints the identity token that the edge accepts as proof; the entry `server` passes it on.
 *
 * In scope: a compact JWT, HMAC-SHA256 or Ed25519, by WebCrypto only, so it runs in Node, on edge runtimes and
 * in Workers. Out of scope: deciding who the shopper is; call it only with ids from the shop's own
 * authenticated session, never with ids that the browser sent.
 */

/** What a token is minted from. Exactly one of `customerId`, `anonymousId` or neither (a guest). */
export interface MintTokenOptions {
  /**
   * HMAC secret: at least 32 bytes, as text or bytes. Or an Ed25519 private `CryptoKey` (usage `sign`).
   */
  secret: string | Uint8Array | CryptoKey;
  /** Key id, as configured at the edge. */
  kid: string;
  /** The edge's `audience` setting. */
  audience: string;
  /** commercetools project key. */
  projectKey: string;
  /** Id of the logged-in customer. */
  customerId?: string;
  /** Anonymous id of the shopper's commercetools session. */
  anonymousId?: string;
  /** Cart of the shopper. */
  cartId?: string;
  /** Store key; the token is then good for this store only. */
  store?: string;
  /** Life in seconds, 1 to 900. Default 600. */
  ttlSeconds?: number;
}

/** Longest life that the edge accepts, in seconds. */
export const MAX_TTL_SECONDS = 900;

const MIN_SECRET_BYTES = 32;
const encoder = new TextEncoder();

/**
 * Mints a token for the current shopper. Each call gives a fresh `jti`.
 *
 * @throws TypeError when an option is missing or out of range; the message names the option and never its value.
 */
export async function mintToken(options: MintTokenOptions): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return sign(options, claimsOf(options, now, crypto.randomUUID()));
}

/** The claims of a token issued at `now` (seconds since 1970). */
export function claimsOf(options: MintTokenOptions, now: number, jti: string): Record<string, string | number> {
  for (const name of ["kid", "audience", "projectKey"] as const) {
    if (typeof options[name] !== "string" || options[name] === "") throw new TypeError(`mintToken: ${name} is missing`);
  }
  const ttl = options.ttlSeconds ?? 600;
  if (!Number.isInteger(ttl) || ttl < 1 || ttl > MAX_TTL_SECONDS) {
    throw new TypeError(`mintToken: ttlSeconds must be a whole number from 1 to ${MAX_TTL_SECONDS}`);
  }
  return {
    v: 1,
    aud: options.audience,
    prj: options.projectKey,
    sub: subjectOf(options),
    ...(options.cartId ? { cart: options.cartId } : {}),
    ...(options.store ? { store: options.store } : {}),
    iat: now,
    exp: now + ttl,
    jti,
  };
}

function subjectOf({ customerId, anonymousId }: MintTokenOptions): string {
  if (customerId && anonymousId) throw new TypeError("mintToken: give customerId or anonymousId, not both");
  if (customerId) return `customer:${customerId}`;
  return anonymousId ? `anon:${anonymousId}` : "guest";
}

/** Signs `claims` as a compact JWT with the key of `options`. */
export async function sign(
  { secret, kid }: Pick<MintTokenOptions, "secret" | "kid">,
  claims: Record<string, unknown>,
): Promise<string> {
  const { key, algorithm, name } = await keyOf(secret);
  const header = { alg: algorithm, typ: "JWT", kid };
  const input = `${base64url(encoder.encode(JSON.stringify(header)))}.${base64url(encoder.encode(JSON.stringify(claims)))}`;
  return `${input}.${base64url(await signBytes(name, key, encoder.encode(input)))}`;
}

/** The signature over `data` with WebCrypto's algorithm `name`. */
export async function signBytes(name: string, key: CryptoKey, data: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign(name, key, data as BufferSource));
}

async function keyOf(secret: MintTokenOptions["secret"]): Promise<{ key: CryptoKey; algorithm: string; name: string }> {
  if (typeof secret === "object" && "algorithm" in secret) {
    const { name } = secret.algorithm;
    if (name === "HMAC") return { key: secret, algorithm: "HS256", name };
    if (name === "Ed25519") return { key: secret, algorithm: "EdDSA", name };
    throw new TypeError("mintToken: the key must be HMAC or Ed25519");
  }
  const bytes = typeof secret === "string" ? encoder.encode(secret) : secret;
  if (!(bytes instanceof Uint8Array) || bytes.length < MIN_SECRET_BYTES) {
    throw new TypeError(`mintToken: secret must have at least ${MIN_SECRET_BYTES} bytes`);
  }
  const key = await crypto.subtle.importKey("raw", bytes as BufferSource, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return { key, algorithm: "HS256", name: "HMAC" };
}

/** RFC 4648 base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
