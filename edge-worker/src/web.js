/**
 * The platform's `fetch` and bodies, one crossing of the boundary each.
 *
 * In scope: what would take a dozen calls and a stream between the module and the platform. Out of scope: every rule;
 * what an answer means is decided in Rust.
 */

/** Where results of calls go; see {@link connect}. */
let settled;

/**
 * The module tells where results of calls go: a function of the call's number, a text, and bytes if there are any. After
 * a trap there is a new module with a function of its own; results for the old one find nobody.
 */
export function connect(settle) {
  settled = settle;
}

/**
 * One request to a vendor, with a deadline for the whole answer. Redirects are not followed: credentials must not
 * travel to another host. It brings the status and the wanted headers, one a line, and the body; or "timeout", "broken"
 * or "too_large".
 *
 * @param {number} call
 * @param {string} head method, address, names of the headers that the caller reads (separated by commas), then headers as
 *   `name: value`, one a line; the caller lets no line break into any of them
 * @param {string | undefined} body
 */
export async function exchange(call, head, body, timeoutMs, maxBytes) {
  const tell = settled;
  const [method, url, wanted, ...headers] = head.split("\n");
  // Not `AbortSignal.timeout`: that keeps everything here in memory until the deadline, however soon the answer came.
  const deadline = new AbortController();
  const { signal } = deadline;
  let isOver = false;
  const end = (...result) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    tell(call, ...result);
  };
  // It ends the call by itself: the signal of a fetch need not reach a body that is already on its way.
  const timer = setTimeout(() => {
    deadline.abort();
    end("timeout");
  }, timeoutMs);
  let result;
  try {
    const answer = await fetch(url, { method, headers: record(headers), body, redirect: "manual", signal });
    result = await received(answer, maxBytes, wanted);
  } catch {
    result = ["broken"];
  }
  end(...result);
}

async function received(answer, maxBytes, wanted) {
  const { headers } = answer;
  if (Number(headers.get("content-length")) > maxBytes) {
    await answer.body?.cancel();
    return ["too_large"];
  }
  const bytes = await answer.arrayBuffer();
  if (bytes.byteLength > maxBytes) return ["too_large"];
  return [[answer.status, ...values(headers, wanted.split(","))].join("\n"), new Uint8Array(bytes)];
}

/**
 * The body of a request, read no further than the limit. A body whose length is announced is taken in one piece:
 * HTTP lets it be no longer. It brings "too_large", "broken", or bytes.
 */
export async function bodyOf(call, request, maxBytes) {
  const tell = settled;
  let result;
  try {
    const bytes = await upTo(maxBytes, request);
    result = bytes ? ["", bytes] : ["too_large"];
  } catch {
    result = ["broken"];
  }
  tell(call, ...result);
}

async function upTo(maxBytes, request) {
  const announced = request.headers.get("content-length");
  if (Number(announced) > maxBytes) return undefined;
  if (announced !== null) {
    const bytes = await request.arrayBuffer();
    return bytes.byteLength > maxBytes ? undefined : new Uint8Array(bytes);
  }
  const chunks = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** A POST to one of our own Durable Objects. It brings the body of a 200; or "unbound", "unreachable" or "refused". */
export async function askObject(call, env, binding, name, path, body) {
  const tell = settled;
  let result = ["unbound"];
  try {
    if (env[binding]) {
      const answer = await env[binding].getByName(name).fetch(`https://object${path}`, { method: "POST", body });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      result = answer.status === 200 ? ["", bytes] : ["refused"];
    }
  } catch {
    result = ["unreachable"];
  }
  tell(call, ...result);
}

/** The time of an object's alarm; it brings nothing if none is set. */
export const alarmOf = (call, storage) => told(call, () => storage.getAlarm());

/** Sets an object's alarm. */
export const setAlarm = (call, storage, atMs) => told(call, () => storage.setAlarm(atMs));

/** The text that an object keeps under a key; it brings nothing if there is none. */
export const keptText = (call, storage, key) => told(call, () => storage.get(key));

/** Keeps a text under a key. */
export const keepText = (call, storage, key, text) => told(call, () => storage.put(key, text));

/** Brings what the platform promises, as a text with no bytes; or "failed" without. */
async function told(call, ask) {
  const tell = settled;
  let result = ["failed"];
  try {
    result = [String((await ask()) ?? ""), new Uint8Array()];
  } catch {
    // Said by the absence of bytes.
  }
  tell(call, ...result);
}

/** Runs a statement on an object's database; throws what the database throws. Parameters and rows are JSON. */
export function rows(storage, statement, parameters) {
  return JSON.stringify([...storage.sql.exec(statement, ...JSON.parse(parameters)).raw()]);
}

/** Writes a data point to Analytics Engine. What is lost is measured again. */
export function measure(env, binding, index, name, about, value) {
  try {
    env[binding].writeDataPoint({ indexes: [index], blobs: [name, about], doubles: [value] });
  } catch {
    // As if it had been lost on the way.
  }
}

/** Asks a rate limiter; without its binding there is no limit. It brings "yes", "no" or "failed". */
export async function mayAsk(call, env, binding, key) {
  const tell = settled;
  let may = true;
  try {
    if (env[binding]) may = (await env[binding].limit({ key })).success;
  } catch {
    return tell(call, "failed");
  }
  tell(call, may ? "yes" : "no");
}

/**
 * Is it the key's signature over the text (RSA PKCS#1 v1.5 with SHA-256)? It brings "yes" or "no"; what cannot be checked
 * is none.
 *
 * @param {string} n modulus, base64url
 * @param {string} e exponent, base64url
 */
export async function isSignedRsa(call, n, e, text, signature) {
  const tell = settled;
  // Both are views into the module's memory, which may move while we wait.
  const [copy, proof] = [text.slice(), signature.slice()];
  let isSigned = false;
  try {
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("jwk", { kty: "RSA", n, e }, algorithm, false, ["verify"]);
    isSigned = await crypto.subtle.verify(algorithm, key, proof, copy);
  } catch {
    // Not a key.
  }
  tell(call, isSigned ? "yes" : "no");
}

/**
 * Is it the key's Ed25519 signature over the text? By Node's interface: WebCrypto has it too, but would be waited for.
 *
 * @param {string} x public key, base64url
 */
export function isSignedEd25519(x, text, signature) {
  try {
    const { createPublicKey, verify } = process.getBuiltinModule("node:crypto");
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return verify(null, text, key, signature);
  } catch {
    return false;
  }
}

/**
 * Is there a point of the curve with this public key as its y (RFC 8032, 5.1.3)? That is, is x² = (y² - 1) / (dy² + 1)
 * a square, where d = -121665 / 121666. A platform imports any 32 bytes and refuses every signature later.
 *
 * @param {string} key base64url, 32 bytes, the lowest first; the highest bit is the sign of x
 */
export function isEd25519Point(key) {
  const { Buffer } = process.getBuiltinModule("node:buffer");
  const prime = 2n ** 255n - 19n;
  const y = BigInt.asUintN(255, BigInt(`0x${Buffer.from(key, "base64url").reverse().toString("hex")}`));
  // A quotient is a square if the product is; and so is what is multiplied by 121666².
  const product = (y * y - 1n) * (121666n - 121665n * y * y) * 121666n;
  const base = ((product % prime) + prime) % prime;
  let power = 1n;
  for (const bit of ((prime - 1n) / 2n).toString(2)) power = (power * power * (bit === "1" ? base : 1n)) % prime;
  return power !== prime - 1n;
}

/**
 * The first certificate of a PEM text: common name, start and end of validity in milliseconds, modulus, exponent, one a
 * line; `undefined` if there is none with an RSA key. Node's parser, which workerd has with `nodejs_compat`.
 */
export function certificateOf(pem) {
  try {
    const { X509Certificate } = process.getBuiltinModule("node:crypto");
    // Its `publicKey` cannot be exported as a JSON Web Key in workerd 1.20260730.
    const { subject, valid_from, valid_to, modulus, exponent } = new X509Certificate(pem).toLegacyObject();
    const [n, e] = [modulus, exponent.slice(2)].map(base64urlOfHex);
    if (typeof subject.CN === "string") return [subject.CN, Date.parse(valid_from), Date.parse(valid_to), n, e].join("\n");
  } catch {
    // Not a certificate, or without an RSA key.
  }
}

function base64urlOfHex(hex) {
  const { Buffer } = process.getBuiltinModule("node:buffer");
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex").toString("base64url");
}

/** Writes a line. */
export const say = (method, line) => console[method](line);

/** Waits. */
export function sleep(call, ms) {
  setTimeout(settled, ms, call, "");
}

/** Headers that our endpoints look at. */
const LOOKED_AT = ["origin", "content-type", "if-none-match", "authorization", "cf-connecting-ip", "x-correlation-id"];

/** What our endpoints look at of a request, one line each: method, URL, then the headers; an absent one is empty. */
export function headOf(request) {
  return [request.method, request.url, ...values(request.headers, LOOKED_AT)].join("\n");
}

/** A promise of an answer, and what it takes to keep it. */
export const promised = () => Promise.withResolvers();

/**
 * Gives the promised answer; headers are lines `name: value`. The body's bytes are a view into the module's memory. As a
 * text it would be decoded and encoded again, by the slow way if it holds anything but ASCII: a product's name, a dash.
 */
export function answer({ resolve, reject }, status, headers, body) {
  try {
    resolve(new Response(body?.slice(), { status, headers: record(headers.split("\n")) }));
  } catch (error) {
    reject(error);
  }
}

/** Keeps a promise of something done. */
export const keep = ({ resolve }) => resolve();

/** Breaks a promise. */
export const fail = ({ reject }, why) => reject(new Error(why));

const values = (headers, names) => names.map((name) => headers.get(name) ?? "");

/** Headers as an object: the platform walks a list of pairs by the protocol of iterators, each pair of them too. */
function record(lines) {
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(": ");
    headers[line.slice(0, colon)] = line.slice(colon + 2);
  }
  return headers;
}
