import { describe, expect, it } from "vitest";
import { policyOf } from "@/csp";

const EDGE = "https://chat.shop.example";

function directive(name: string, options: Partial<Parameters<typeof policyOf>[0]>): string {
  const policy = policyOf({ nonce: "n1", edgeUrl: EDGE, chatOrigins: [], imageOrigins: [], ...options });
  return policy.split("; ").find((entry) => entry.startsWith(`${name} `)) ?? "";
}

describe("policy", () => {
  const cases: [string, string, Parameters<typeof directive>[1], string][] = [
    ["scripts: ours, Tidio's, and wasm", "script-src", {}, "script-src 'self' 'nonce-n1' 'wasm-unsafe-eval' https://code.tidio.co"],
    ["another widget host replaces Tidio's", "script-src", { chatOrigins: ["http://localhost:8990"] }, "script-src 'self' 'nonce-n1' 'wasm-unsafe-eval' http://localhost:8990"],
    ["without chat nothing of it", "connect-src", { edgeUrl: null }, "connect-src 'self'"],
    ["the edge may be called", "connect-src", { chatOrigins: ["http://localhost:8990"] }, `connect-src 'self' ${EDGE} http://localhost:8990`],
    ["pictures of the catalogue's host", "img-src", { edgeUrl: null, imageOrigins: ["https://cdn.example"] }, "img-src 'self' data: https://cdn.example"],
    ["no frame around the shop", "frame-ancestors", {}, "frame-ancestors 'none'"],
  ];
  it.each(cases)("%s", (_, name, options, expected) => expect(directive(name, options)).toBe(expected));
});
