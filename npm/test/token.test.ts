import { webcrypto } from "node:crypto";
import { describe, expect, it } from "vitest";
import { base64url, claimsOf, mintToken, sign, signBytes } from "../src/token.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
const options = {
  secret: "demo-identity-key-0123456789abcdef0123456789",
  kid: "demo-1",
  audience: "http://localhost:8787",
  projectKey: "demo-shop",
};

describe("published vectors", () => {
  it.each([["", ""], ["f", "Zg"], ["fo", "Zm8"], ["foo", "Zm9v"], ["foob", "Zm9vYg"], ["fooba", "Zm9vYmE"], ["foobar", "Zm9vYmFy"]])(
    "RFC 4648 section 10: %j is %j",
    (text, encoded) => expect(base64url(bytes(text))).toBe(encoded),
  );

  it("RFC 7515 appendix A.1: HS256", async () => {
    const jwk = { kty: "oct", k: "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow" };
    const key = await crypto.subtle.importKey("jwk", jwk, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const header = base64url(bytes('{"typ":"JWT",\r\n "alg":"HS256"}'));
    const payload = base64url(bytes('{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'));
    const signature = await signBytes("HMAC", key, bytes(`${header}.${payload}`));
    expect(base64url(signature)).toBe("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  });

  it("RFC 8037 appendix A.4: Ed25519", async () => {
    const jwk = {
      kty: "OKP",
      crv: "Ed25519",
      d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
      x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    };
    const key = await crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["sign"]);
    const input = `${base64url(bytes('{"alg":"EdDSA"}'))}.${base64url(bytes("Example of Ed25519 signing"))}`;
    expect(base64url(await signBytes("Ed25519", key, bytes(input)))).toBe(
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    );
  });
});

describe("claims", () => {
  it("name the subject by kind and carry only what was given", () => {
    expect(claimsOf({ ...options, customerId: "c1", cartId: "k1", store: "de", ttlSeconds: 60 }, 1000, "j")).toEqual({
      v: 1, aud: options.audience, prj: "demo-shop", sub: "customer:c1", cart: "k1", store: "de", iat: 1000, exp: 1060, jti: "j",
    });
    expect(claimsOf({ ...options, anonymousId: "a1" }, 1000, "j")).toEqual({
      v: 1, aud: options.audience, prj: "demo-shop", sub: "anon:a1", iat: 1000, exp: 1600, jti: "j",
    });
    expect(claimsOf(options, 1000, "j")["sub"]).toBe("guest");
  });

  it.each([
    ["both ids", { customerId: "c", anonymousId: "a" }, /not both/],
    ["a life of nothing", { ttlSeconds: 0 }, /ttlSeconds/],
    ["a life too long", { ttlSeconds: 901 }, /ttlSeconds/],
    ["a broken life", { ttlSeconds: 1.5 }, /ttlSeconds/],
    ["no key id", { kid: "" }, /kid/],
    ["no audience", { audience: "" }, /audience/],
    ["no project", { projectKey: "" }, /projectKey/],
    ["a short secret", { secret: "short-and-secret" }, /32 bytes/],
  ])("refuse %s without showing it", async (_, wrong, message) => {
    const error = await mintToken({ ...options, ...wrong }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TypeError);
    expect(`${error}`).toMatch(message);
    expect(`${error}`).not.toContain("short-and-secret");
  });
});

describe("tokens", () => {
  it("verify with the same key and are never the same twice", async () => {
    const [first, second] = await Promise.all([mintToken(options), mintToken(options)]);
    expect(first).not.toBe(second);
    const [header, payload, signature] = first.split(".") as [string, string, string];
    expect(decode(header)).toEqual({ alg: "HS256", typ: "JWT", kid: "demo-1" });
    expect(decode(payload).exp - decode(payload).iat).toBe(600);
    const key = await crypto.subtle.importKey("raw", bytes(options.secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    const valid = await crypto.subtle.verify("HMAC", key, Buffer.from(signature, "base64url"), bytes(`${header}.${payload}`));
    expect(valid).toBe(true);
  });

  it("may be signed with an Ed25519 key", async () => {
    const pair = (await webcrypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
    const token = await sign({ secret: pair.privateKey, kid: "ed-1" }, { sub: "guest" });
    const [header, payload, signature] = token.split(".") as [string, string, string];
    expect(decode(header).alg).toBe("EdDSA");
    const valid = await crypto.subtle.verify("Ed25519", pair.publicKey, Buffer.from(signature, "base64url"), bytes(`${header}.${payload}`));
    expect(valid).toBe(true);
  });
});
