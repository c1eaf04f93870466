/**
 * Identity tokens, right and wrong, made with node's own crypto and with none of our code.
 *
 * In scope: signing whatever a test asks for. Out of scope: what the edge makes of it.
 */
import { createHmac, randomUUID } from "node:crypto";

/** The demo's worthless key, as committed in `.dev.vars.demo`. */
export const DEMO_KEY = { kid: "demo-1", secret: "demo-identity-key-0123456789abcdef0123456789" };
export const AUDIENCE = "http://localhost:8787";

const encode = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const HASHES = { HS256: "sha256", HS384: "sha384", HS512: "sha512" };

/** Claims that the demo's edge accepts now. */
export function claimsFor(subject, overrides = {}) {
  const iat = Math.floor(Date.now() / 1000);
  return { v: 1, aud: AUDIENCE, prj: "demo-shop", sub: subject, iat, exp: iat + 600, jti: randomUUID(), ...overrides };
}

/** A compact token over `claims`; header members and key can be replaced. */
export function sign(claims, { header = {}, secret = DEMO_KEY.secret } = {}) {
  const full = { alg: "HS256", typ: "JWT", kid: DEMO_KEY.kid, ...header };
  const input = `${encode(full)}.${encode(claims)}`;
  const hash = HASHES[full.alg];
  return `${input}.${hash ? createHmac(hash, secret).update(input).digest("base64url") : ""}`;
}

/** A good token of a customer. */
export const tokenOf = (customerId, overrides) => sign(claimsFor(`customer:${customerId}`, overrides));

/** The same token with one bit of one part flipped. */
export function flipped(token, part, bit) {
  const parts = token.split(".");
  const bytes = Buffer.from(parts[part], "base64url");
  bytes[Math.floor(bit / 8) % bytes.length] ^= 1 << (bit % 8);
  parts[part] = bytes.toString("base64url");
  return parts.join(".");
}

/** A body of `POST /v1/identify` that the edge accepts. */
export function identifyBody(token, overrides = {}) {
  return {
    contract: 1,
    store: "de",
    locale: "de-DE",
    ...(token && { token }),
    consent: { chat: "granted", share: "granted", source: "test" },
    ...overrides,
  };
}
