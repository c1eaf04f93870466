// An ES module on a server: imports every entry, expects that nothing happened, and uses what a server uses.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createElement } from "react";
import { renderToString } from "react-dom/server";

const before = new Set(Reflect.ownKeys(globalThis));
const core = await import("commercetools-tidio");
const react = await import("commercetools-tidio/react");
const next = await import("commercetools-tidio/next");
const server = await import("commercetools-tidio/server");
const csp = await import("commercetools-tidio/csp");
await import("commercetools-tidio/auto");
assert.deepEqual(Reflect.ownKeys(globalThis).filter((key) => !before.has(key)), [], "an import left something behind");

const options = { edge: "https://edge.example", store: "de", locale: "de-DE", consent: { source: "auto" } };
const bridge = core.createBridge(options);
for (const call of ["start", "open", "refresh", "cartChanged", "logout", "stop"]) bridge[call]();
bridge.track("event");
bridge.on("status", () => assert.fail("a server has no status"))();
assert.equal(bridge.status().code, "not_started");
assert.equal(core.pageBridge(), undefined);
for (const { TidioBridge } of [react, next]) assert.equal(renderToString(createElement(TidioBridge, options)), "");

const token = await server.mintToken({ secret: "0123456789abcdef0123456789abcdef", kid: "k", audience: "a", projectKey: "p" });
assert.equal(token.split(".").length, 3);
assert.match(csp.contentSecurityPolicy({ edge: options.edge }), /script-src 'self'/);

const wasm = await readFile(new URL(import.meta.resolve("commercetools-tidio/bridge.wasm")));
assert.equal(wasm.subarray(0, 4).toString("latin1"), "\0asm");
await WebAssembly.compile(wasm);
assert.throws(() => import.meta.resolve("commercetools-tidio/dist/engine.js"), { code: "ERR_PACKAGE_PATH_NOT_EXPORTED" });
console.log(import.meta.resolve("commercetools-tidio"));
