/** The policy as text. That browsers are content with it is `test-browser/csp.test.ts`'s to show. */
import { describe, expect, it } from "vitest";
import { chatDirectives, type ContentSecurityPolicyOptions, contentSecurityPolicy } from "../src/csp.js";

const EDGE = "https://chat-edge.shop.example";

function directive(name: string, options: ContentSecurityPolicyOptions): string | undefined {
  return contentSecurityPolicy(options)
    .split("; ")
    .find((entry) => entry === name || entry.startsWith(`${name} `));
}

describe("a whole policy", () => {
  const cases: [string, string, ContentSecurityPolicyOptions, string | undefined][] = [
    ["scripts: the page's, Tidio's, and wasm", "script-src", { edge: EDGE }, "script-src 'self' 'wasm-unsafe-eval' https://code.tidio.co"],
    ["a nonce for the shop's own scripts", "script-src", { edge: EDGE, nonce: "bm9uY2U=" }, "script-src 'self' 'nonce-bm9uY2U=' 'wasm-unsafe-eval' https://code.tidio.co"],
    ["without wasm the twin needs nothing", "script-src", { edge: EDGE, wasm: false }, "script-src 'self' https://code.tidio.co"],
    ["files on a CDN", "script-src", { edge: EDGE, filesOrigin: "https://cdn.example/x" }, "script-src 'self' https://cdn.example 'wasm-unsafe-eval' https://code.tidio.co"],
    ["the edge as an origin", "connect-src", { edge: `${EDGE}/`, widgetOrigins: ["http://localhost:8990"] }, `connect-src 'self' ${EDGE} http://localhost:8990`],
    ["another host for all of Tidio's", "img-src", { edge: EDGE, widgetOrigins: ["http://localhost:8990"] }, "img-src 'self' http://localhost:8990 data:"],
    ["Trusted Types are off", "trusted-types", { edge: EDGE }, undefined],
    ["Trusted Types with the bridge's policy", "trusted-types", { edge: EDGE, trustedTypes: true }, "trusted-types commercetools-tidio"],
    ["Trusted Types with the shop's too", "trusted-types", { edge: EDGE, trustedTypes: true, directives: { "trusted-types": ["nextjs"] } }, "trusted-types commercetools-tidio nextjs"],
    ["the shop's own sources are added", "img-src", { edge: undefined, directives: { "img-src": ["https://cdn.example", "'self'"] } }, "img-src 'self' https://cdn.example"],
    ["a source replaces 'none'", "frame-ancestors", { directives: { "frame-ancestors": ["'self'"] } }, "frame-ancestors 'self'"],
    ["'none' does not undo a source", "img-src", { directives: { "img-src": ["'none'"] } }, "img-src 'self'"],
    ["a directive without sources", "upgrade-insecure-requests", { directives: { "upgrade-insecure-requests": [] } }, "upgrade-insecure-requests"],
    ["without chat nothing of it", "connect-src", {}, "connect-src 'self'"],
    ["a nonce for styles is fine without chat", "style-src", { directives: { "style-src": ["'nonce-a'"] } }, "style-src 'self' 'nonce-a'"],
  ];
  it.each(cases)("%s", (_, name, options, expected) => expect(directive(name, options)).toBe(expected));

  it("names each directive once and never `unsafe-eval`", () => {
    const policy = contentSecurityPolicy({ edge: EDGE, nonce: "a", trustedTypes: true, directives: { "worker-src": ["'self'"] } });
    const names = policy.split("; ").map((entry) => entry.split(" ")[0]);
    expect(new Set(names).size).toBe(names.length);
    expect(policy).not.toContain("'unsafe-eval'");
    expect(directive("script-src", { edge: EDGE })).not.toContain("'unsafe-inline'");
  });
});

describe("bad input", () => {
  it.each<[string, ContentSecurityPolicyOptions, RegExp]>([
    ["an edge that is no address", { edge: "chat" }, /edge must be/],
    ["an edge that is a script", { edge: "javascript:alert(1)" }, /edge must be/],
    ["a nonce that ends its source", { edge: EDGE, nonce: "a' 'unsafe-inline" }, /nonce must be/],
    ["an empty nonce", { edge: EDGE, nonce: "" }, /nonce must be/],
    ["a source that ends its directive", { edge: EDGE, directives: { "img-src": ["https://a.example; script-src *"] } }, /source for img-src/],
    ["a source that ends the header", { edge: EDGE, directives: { "img-src": ["https://a.example\r\nset-cookie:x"] } }, /source for img-src/],
    ["two policies in one", { edge: EDGE, directives: { "img-src": ["a,b"] } }, /source for img-src/],
    ["a name that is none", { edge: EDGE, directives: { "img-src x": [] } }, /no directive/],
    ["a nonce for styles, which would disable Tidio's", { edge: EDGE, directives: { "style-src": ["'nonce-a'"] } }, /style-src must have neither/],
    ["a hash for styles", { edge: EDGE, directives: { "style-src": ["'sha256-a'"] } }, /style-src must have neither/],
  ])("%s is refused without repeating it", (_, options, message) => {
    expect(() => contentSecurityPolicy(options)).toThrow(message);
    expect(() => contentSecurityPolicy(options)).toThrow(TypeError);
  });
});

it("what chat adds is what a whole policy has more than one without chat", () => {
  const options = { edge: EDGE, trustedTypes: true };
  const [withChat, without] = [contentSecurityPolicy(options), contentSecurityPolicy({})].map(
    (policy) => new Set(policy.split("; ").flatMap((entry) => entry.split(" ").slice(1).map((source) => `${entry.split(" ")[0]} ${source}`))),
  ) as [Set<string>, Set<string>];
  const added = Object.entries(chatDirectives(options)).flatMap(([name, sources]) => sources.map((source) => `${name} ${source}`));
  expect([...withChat].filter((entry) => !without.has(entry)).sort()).toEqual(added.filter((entry) => !without.has(entry)).sort());
});
