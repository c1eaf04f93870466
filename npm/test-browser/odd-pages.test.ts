/**
 * Pages that are not as one would write them: early scripts, other routers, old libraries, odd documents, settings
 * that change at once.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { questions, shop, visit } from "./setup.js";

const here = dirname(fileURLToPath(import.meta.url));
const asked = (path: string) => shop.seen.filter((seen) => seen.path === path);
const launcher = () => visit.page.getByRole("button", { name: "Open chat" });
const YES = `consent: { source: "function", read: () => ({ chat: true, share: true }) }`;
const ANNA = `session: () => ({ token: "customer-anna" }), ${YES}`;

/** A classic script, as a bundler makes it, that starts the bridge on the spot. */
async function classic(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createBridge } from "./dist/index.js";
        window.statuses = [];
        window.bridge = createBridge({ edge: location.origin, store: "de", locale: "de-DE", ${YES} });
        bridge.on("status", (status) => statuses.push(status));
        bridge.start();
        window.wentOn = true;`,
      resolveDir: join(here, ".."),
    },
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    plugins: [{ name: "beside", setup: ({ onResolve }) => onResolve({ filter: /engine\.js$/ }, () => ({ path: "/pkg/engine.js", external: true })) }],
    logLevel: "error",
  });
  return `<script>${outputFiles[0]?.text}</script>`;
}

describe("the launcher", () => {
  it("of a classic script in the head comes with the body", async () => {
    shop.world.head = await classic();
    await visit.page.goto(shop.origin);
    expect(await visit.page.evaluate("window.wentOn"), "start() came back").toBe(true);
    await launcher().click();
    await visit.until("ready", null);
  });

  it("has its style where style sheets cannot be constructed", async () => {
    shop.world.head = `<script>window.CSSStyleSheet = function () { throw new TypeError("Illegal constructor") }</script>`;
    await visit.page.goto(shop.origin);
    await visit.start(`{ mode: "interaction" }`);
    expect(await launcher().evaluate((button) => getComputedStyle(button).position)).toBe("fixed");
  });

  it("speaks the new language after a change of locale", async () => {
    await visit.start(`{ mode: "interaction" }`);
    await visit.page.evaluate(`import("/pkg/index.js").then(({ createBridge }) =>
      createBridge({ edge: location.origin, store: "de", locale: "fr-FR", launcher: { label: "Ouvrir" }, ${YES} }))`);
    await visit.page.getByRole("button", { name: "Ouvrir" }).waitFor();
    expect(await launcher().count()).toBe(0);
    expect(shop.seen).toEqual([]);
  });
});

describe.each([
  ["the body, as Turbo and Astro do", `document.body.replaceWith(Object.assign(document.createElement("body"), { innerHTML: "<h1>Next page</h1>" }))`],
  ["what is in the body, at once", `document.body.innerHTML = "<h1>Next page</h1>"`],
  ["what is in the body, one by one as htmx does", `document.body.prepend("Next page"); while (document.body.childNodes.length > 1) document.body.lastChild.remove()`],
])("a router that replaces %s", (_, replace) => {
  it("keeps the launcher, and takes it away for good when the bridge stops", async () => {
    await visit.start(`{ mode: "interaction" }`);
    await visit.page.evaluate(replace);
    await launcher().waitFor();
    await visit.page.evaluate(`${replace}; bridge.stop()`);
    await visit.page.evaluate(replace);
    await visit.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    expect(await launcher().count()).toBe(0);
  });

  it("keeps the chat: the same person's conversation, with its fields", async () => {
    await visit.start(`{ ${ANNA} }`);
    await visit.until("ready", null);
    await visit.page.evaluate(`tidioChatApi.messageFromVisitor("hello"); window.__calls.length = 0`);
    for (let page = 2; page < 4; page++) {
      await visit.page.evaluate(replace);
      await visit.page.locator("#tidio-chat").waitFor({ state: "attached" });
      await visit.until("ready", null);
      expect(await visit.chat()).toBe("chat of anna: hello");
      expect(await visit.page.evaluate("window.__widgetLoads")).toBe(page);
    }
    expect((await visit.calls()).map(([name]) => name)).toContain("setContactProperties");
    expect(questions()).toHaveLength(1);
  });
});

it("a script that takes the launcher away whenever it sees it leaves the page its time", async () => {
  await visit.start(`{ mode: "interaction" }`);
  await visit.page.evaluate(`new MutationObserver(() => document.querySelector("#commercetools-tidio-launcher")?.remove()).observe(document.body, { childList: true });
    document.body.append("new")`);
  expect(await visit.page.evaluate("new Promise((done) => setTimeout(() => done(1), 300))")).toBe(1);
  await visit.page.evaluate("bridge.stop()");
});

describe("settings that change", () => {
  it("while the module is on its way: one bridge goes on, with the new ones", async () => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(`(async () => {
      const { createBridge } = await import("/pkg/index.js");
      const options = { edge: location.origin, store: "de", locale: "en-GB", mode: "immediate", ${ANNA} };
      window.statuses = [];
      window.bridge = createBridge(options);
      bridge.on("status", (status) => statuses.push(status));
      bridge.start();
      createBridge({ ...options, locale: "de-DE" });
    })()`);
    await visit.until("ready", null);
    expect(await visit.page.evaluate("window.__widgetLoads")).toBe(1);
    await visit.page.evaluate("bridge.cartChanged()");
    await expect.poll(() => questions().length).toBe(2);
    await visit.page.waitForTimeout(600);
    expect(questions().map(({ body }) => body.locale)).toEqual(["de-DE", "de-DE"]);
    expect(asked("/v1/bootstrap")).toHaveLength(1);
  });
});

describe("a bridge that was stopped", () => {
  it("still takes the chat away when consent is taken back", async () => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate("window.allowed = true");
    await visit.start(`{ ...{ ${ANNA} }, consent: { source: "function", read: () => ({ chat: allowed, share: allowed }), subscribe: (changed) => { window.changed = changed } } }`);
    await visit.until("ready", null);
    await visit.page.evaluate("bridge.stop()");
    expect(await visit.chat(), "only hidden").not.toBeNull();
    await visit.page.evaluate("allowed = false; changed()");
    await expect.poll(() => visit.chat()).toBeNull();
    expect(await visit.stored()).toEqual([]);
    await expect.poll(() => asked("/v1/consent").length).toBe(1);
    await visit.page.evaluate("allowed = true; changed()");
    expect(await visit.chat(), "stopped").toBeNull();
    await visit.page.evaluate("bridge.start()");
    await visit.until("ready", null);
  });
});

describe("one script tag", () => {
  const record = JSON.stringify({ categories: ["functionality"], consentId: "5f", consentTimestamp: "1", lastConsentTimestamp: "1" });
  const data = (more = "") => `data-edge="${shop.origin}" data-store="de" data-locale="de-DE" data-consent="vanilla-cookieconsent" ${more}`;

  it("behind a redirect, as a CDN has them", async () => {
    shop.world.head = `<script type="module" src="/latest/auto.js" ${data()}></script>`;
    await visit.context.route("**/latest/auto.js", (route) => route.fulfill({ status: 302, headers: { location: "/pkg/auto.js" } }));
    await visit.page.goto(shop.origin);
    await launcher().waitFor();
  });

  it.each(["", "'strict-dynamic' "])("under a policy of nonces %sgives the widget its own", async (more) => {
    shop.world.policy = `script-src 'nonce-abc' ${more}'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'`;
    shop.world.head = `<script nonce="abc">localStorage.setItem("cc_cookie", ${JSON.stringify(record)})</script>
      <script nonce="abc" type="module" src="/pkg/auto.js" ${data(`data-mode="immediate"`)}></script>`;
    await visit.page.goto(shop.origin);
    await expect.poll(() => visit.page.evaluate("window.commercetoolsTidio?.status().state")).toBe("ready");
    expect(shop.violations).toEqual([]);
  });
});

describe("old libraries", () => {
  const CONSENT = `window.klaro = { getManager: () => ({ confirmed: true, consents: { tidio: true }, watch() {} }) };`;
  it.each([
    ["enumerable members on Array.prototype", `Array.prototype.last = function () { return this[this.length - 1] }; Array.prototype.extra = 1`],
    ["enumerable members on Object.prototype", `Object.prototype.each = function () {}`],
    ["values on Object.prototype", `Object.prototype.version = "1.7"; Object.prototype.value = null`],
    ["Prototype.js's toJSON", `Array.prototype.toJSON = function () { return "[" + this.map((item) => JSON.stringify(item)).join(",") + "]" }; String.prototype.toJSON = function () { return JSON.stringify(String(this)) }`],
    ["Prototype.js's Array.from", `Array.from = (items) => { if (!items) return []; if ("toArray" in Object(items)) return items.toArray(); const list = new Array(items.length || 0); for (let at = list.length; at--; ) list[at] = items[at]; return list }`],
    ["a loader that claims every script (AMD)", `window.define = () => { throw new Error("AMD") }; define.amd = {}; window.require = define; window.module = {}; window.exports = {}`],
    ["frozen prototypes", `for (const one of [Object, Array, Function, Promise, Event]) Object.freeze(one.prototype)`],
    ["a Promise of its own", `window.Promise = class extends Promise {}`],
    ["a fetch that minds its receiver", `const own = fetch; window.fetch = function (...all) { if (this !== window && this !== undefined) throw new TypeError("Illegal invocation"); return own.apply(window, all) }`],
  ])("%s", async (_, code) => {
    shop.world.head = `<script>${CONSENT}${code}</script><script type="application/ld+json">{"@type":"Product","name":"Mug"}</script>`;
    await visit.page.goto(shop.origin);
    await visit.start(`{ session: () => ({ token: "customer-anna" }), consent: { source: "auto", chat: ["tidio"], share: ["tidio"] } }`);
    expect((await visit.until("ready", null)).engine).toBe("wasm");
    expect(await visit.chat()).toBe("chat of anna: ");
    expect(questions()[0]?.body).toEqual({
      contract: 1, store: "de", locale: "de-DE", token: "customer-anna",
      consent: { chat: "granted", share: "granted", source: "klaro" }, product: { name: "Mug", url: `${shop.origin}/` },
    });
    // Counted only: the stand-in for the widget copies what it is told by way of JSON, as this page has it.
    const { length } = await visit.calls();
    await visit.page.evaluate(`bridge.track("asked", { total: 1 })`);
    await expect.poll(async () => (await visit.calls()).length).toBe(length + 1);
  });
});

describe("odd documents", () => {
  it("with a base elsewhere", async () => {
    shop.world.head = `<base href="https://cdn.example/x/">`;
    await visit.page.goto(`${shop.origin}/a/b/c`);
    await visit.page.evaluate(`import(location.origin + "/pkg/index.js").then(({ createBridge }) => {
      window.statuses = []; window.bridge = createBridge({ edge: location.origin, store: "de", locale: "de-DE", mode: "immediate", ${ANNA} }); bridge.start(); })`);
    expect((await visit.until("ready", null)).engine).toBe("wasm");
  });

  it("of XHTML", async () => {
    const body = `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Shop</title></head><body><h1>Shop</h1></body></html>`;
    await visit.context.route("**/page.xhtml", (route) => route.fulfill({ contentType: "application/xhtml+xml", body }));
    await visit.page.goto(`${shop.origin}/page.xhtml`);
    await visit.start(`{ ${ANNA} }`);
    await visit.until("ready", null);
  });
});
