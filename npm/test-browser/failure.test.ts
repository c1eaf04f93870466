import { describe, expect, it } from "vitest";
import { shop, visit } from "./setup.js";

describe("the widget script", () => {
  it("blocked: says so, and loads when the shopper tries again", async () => {
    shop.world.widget = "blocked";
    await visit.start("{}");
    await visit.until("blocked", "script_blocked");
    shop.world.widget = "good";
    await visit.page.evaluate("bridge.open()");
    await visit.until("ready", null);
    expect((await visit.calls()).at(-1)).toEqual(["open"]);
  });

  it.each([
    ["inert", "widget_missing"],
    ["silent", "ready_timeout"],
  ] as const)("%s: is not called healthy", async (mode, code) => {
    shop.world.widget = mode;
    await visit.start("{ readyTimeoutMs: 5_000 }");
    await visit.until("failed", code);
    shop.world.widget = "good";
    await visit.page.evaluate("bridge.open()");
    await visit.until("ready", null);
  });

  it("ready twice: fields are written once", async () => {
    shop.world.widget = "twice";
    await visit.start("{}");
    await visit.until("ready");
    expect((await visit.calls()).filter(([name]) => name === "setContactProperties")).toHaveLength(1);
  });
});

describe("the edge", () => {
  /** Only where there is no answer: on a slow machine one may come later than this. */
  const impatient = (answer: object) => ("hang" in answer ? "edgeTimeoutMs: 300," : "");

  it.each([
    ["cuts the connection", { reset: true }, "edge_unreachable"],
    ["never answers", { hang: true }, "edge_timeout"],
    ["answers HTML", { text: "<html>busy</html>" }, "edge_malformed"],
    ["answers HTML with an error status", { status: 502, text: "<html>busy</html>" }, "edge_refused"],
    ["answers JSON of another kind", { json: { hello: "world" } }, "edge_malformed"],
    ["answers null", { json: null }, "edge_malformed"],
    ["refuses the token", { status: 401, json: { code: "token_signature" } }, "token_signature"],
    ["has a vendor that is down", { status: 503, json: { code: "commerce_unavailable" } }, "commerce_unavailable"],
  ])("%s: chat loads for a guest", async (_, answer, code) => {
    shop.world.edge = (seen) => (seen.path === "/v1/identify" ? answer : undefined);
    await visit.start(`{ ${impatient(answer)} session: () => ({ token: "customer-anna" }) }`);
    await visit.until("ready", code);
    expect(await visit.chat()).toBe("chat of a guest: ");
  });

  it.each([
    ["properties that are none", { properties: 5 }],
    ["properties of other types", { properties: { ct_store: 5, ct_locale: null, ct_cart_total: { a: 1 } } }],
    ["a text for tags", { tags: "x" }],
    ["a number for a currency", { currency: 5 }],
    ["nobody for a proven person", { person: null }],
    ["a person without an id", { person: { name: "anna" } }],
    ["an id that is a list", { person: { distinctId: ["id-anna"] } }],
    ["a cart that is none", { cart: "full" }],
    ["no language", { language: undefined }],
    ["a list for everything", []],
  ])("answers with %s: no exception, and nobody is taken for a person", async (_, change) => {
    shop.world.edge = (seen) =>
      seen.path === "/v1/identify" ? { json: Array.isArray(change) ? change : { ...(shop.reply({ ...seen, body: {} }) as object), identity: "verified", ...change } } : undefined;
    await visit.start(`{ session: () => ({ token: "customer-anna" }), triggers: [{ event: "x", on: "cart_over", minorUnits: 1, currency: "EUR" }] }`);
    const status = await visit.until("ready");
    expect(status.code ?? "edge_malformed").toBe("edge_malformed");
    expect(await visit.chat()).toBe("chat of a guest: ");
    expect((await visit.calls()).filter(([name]) => name === "track")).toEqual([]);
  });

  it.each([
    ["never answers", { hang: true }, "edge_timeout"],
    ["cuts the connection", { reset: true }, "edge_unreachable"],
    ["answers HTML", { text: "<html>busy</html>" }, "edge_malformed"],
    ["answers HTML with an error status", { status: 502, text: "<html>busy</html>" }, "edge_refused"],
    ["answers JSON of another kind", { json: { hello: "world" } }, "edge_malformed"],
    ["answers null", { json: null }, "edge_malformed"],
    ["answers with a key that is a path", { json: { publicKey: "../evil", scriptOrigin: "https://code.tidio.co", language: "de" } }, "edge_malformed"],
    ["answers with an origin that is a script", { json: { publicKey: "demodemodemodemodemodemodemo0001", scriptOrigin: "javascript:alert(1)//", language: "de" } }, "edge_malformed"],
    ["is asked from an origin that it does not know", { status: 403, json: { code: "origin_forbidden" } }, "origin_forbidden"],
    ["has no settings itself", { status: 503, json: { code: "config_invalid" } }, "config_invalid"],
    ["answers with a code that is none", { status: 400, json: { code: "<b>" } }, "edge_refused"],
  ])("%s when asked for the settings: no script, and a status that says why", async (_, answer, code) => {
    shop.world.edge = () => answer;
    await visit.start(`{ ${impatient(answer)} }`);
    await visit.until("failed", code);
    expect(shop.scripts).toEqual([]);
    expect(await visit.stored()).toEqual([]);
  });

  it("comes back: the guest becomes the person without a page load", async () => {
    let down = true;
    shop.world.edge = (seen) => (seen.path === "/v1/identify" && down ? { status: 503, json: { code: "commerce_unavailable" } } : undefined);
    await visit.start(`{ session: () => ({ token: "customer-anna" }) }`);
    await visit.until("ready", "commerce_unavailable");
    down = false;
    await visit.until("ready", null);
    expect(await visit.chat()).toBe("chat of anna: ");
  });

  it("is never reached: no chat without settings, a guest's chat with a fallback or after an earlier visit", async () => {
    shop.world.edge = () => ({ reset: true });
    await visit.start("{}");
    await visit.until("failed", "edge_unreachable");
    expect(shop.scripts).toEqual([]);

    await visit.page.reload();
    await visit.start(`{ consent: { source: "function", read: () => ({ chat: true, share: true }) },
      fallback: { publicKey: "demodemodemodemodemodemodemo0001", scriptOrigin: location.origin } }`);
    await visit.until("ready", "edge_unreachable");

    shop.world.edge = () => undefined;
    await visit.page.reload();
    await visit.start("{}");
    await visit.until("ready", null);
    shop.world.edge = () => ({ reset: true });
    await visit.page.reload();
    await visit.start("{}");
    await visit.until("ready", "edge_unreachable");
  });

  it("does not know the store: says so and does not guess", async () => {
    shop.world.edge = () => ({ status: 404, json: { code: "store_unknown" } });
    await visit.start(`{ fallback: { publicKey: "demodemodemodemodemodemodemo0001", scriptOrigin: location.origin } }`);
    await visit.until("failed", "store_unknown");
    expect(shop.scripts).toEqual([]);
  });

  it("says that the token has expired: the shop is asked once for a fresh one", async () => {
    shop.world.edge = (seen) =>
      seen.body?.token === "old" ? { status: 401, json: { code: "token_expired" } } : undefined;
    await visit.start(`{ session: () => ({ token: window.asked++ ? "customer-anna" : ((window.asked = 1), "old") }) }`);
    await visit.until("ready", null);
    expect(await visit.chat()).toBe("chat of anna: ");
  });
});

describe("the shop's session function", () => {
  it.each([
    ["throws", "() => { throw new Error('x') }", "session_threw"],
    ["rejects", "() => Promise.reject('x')", "session_threw"],
    ["never resolves", "() => new Promise(() => {})", "session_timeout"],
    ["answers a number", "() => 5", "session_malformed"],
    ["answers text", "async () => 'token'", "session_malformed"],
    ["answers null", "() => null", null],
    ["answers an empty object", "() => ({})", null],
    ["answers a getter that throws", "() => ({ get token() { throw 1 } })", null],
    ["is not a function", "5", "session_malformed"],
  ])("%s: the visitor is a guest", async (_, session, code) => {
    await visit.start(`{ ${code === "session_timeout" ? "sessionTimeoutMs: 300," : ""} session: ${session} }`);
    await visit.until("ready", code);
    expect(await visit.chat()).toBe("chat of a guest: ");
  });
});

describe("the shop's consent function", () => {
  it.each([
    ["throws", "{ read: () => { throw new Error('x') } }", "consent_absent"],
    ["answers nothing", "{ read: () => undefined }", "consent_pending"],
    ["answers a number", "{ read: () => 5 }", "consent_pending"],
    ["answers texts that are none of ours", "{ read: () => ({ chat: 'yes', share: 1 }) }", "consent_pending"],
    ["never resolves", "{ read: () => new Promise(() => {}) }", "consent_pending"],
    ["answers later than it was asked", "{ read: async () => ({ chat: true, share: true }) }", "consent_pending"],
    ["answers a trap", "{ read: () => new Proxy({}, { get() { throw new Error('x') } }) }", "consent_absent"],
    ["is none", "{ read: 5 }", "consent_absent"],
    ["cannot be listened to", "{ read: () => null, subscribe: () => { throw new Error('x') } }", "consent_pending"],
  ])("%s: nothing loads, and the status says that nobody has answered", async (_, source, code) => {
    await visit.start(`{ consent: { source: "function", ...${source} } }`);
    await visit.until("waiting", code);
    await visit.page.waitForTimeout(200);
    expect(shop.scripts).toEqual([]);
    expect(await visit.stored()).toEqual([]);
  });

  it("cannot ask: the notice does", async () => {
    await visit.start(`{ mode: "interaction", consent: { source: "function", read: () => null, ask: () => { throw new Error("x") }, notice: { text: "Chat?" } } }`);
    await visit.page.getByRole("button", { name: "Open chat" }).click();
    await visit.page.getByRole("dialog", { name: "Chat?" }).waitFor();
  });
});

describe("storage", () => {
  const source = `{ session: { localStorage: { key: "app", paths: { token: "auth.tokens[0]" } } } }`;

  it.each([
    ["a token", `{"auth":{"tokens":["customer-anna"]}}`, null, "chat of anna: "],
    ["other JSON", `{"auth":5}`, null, "chat of a guest: "],
    ["no JSON", "%", "session_malformed", "chat of a guest: "],
    ["nothing", null, null, "chat of a guest: "],
  ])("with %s", async (_, text, code, chat) => {
    await visit.page.goto(shop.origin);
    if (text) await visit.page.evaluate(`localStorage.app = ${JSON.stringify(text)}`);
    await visit.start(source);
    await visit.until("ready", code);
    expect(await visit.chat()).toBe(chat);
  });

  it.each([
    ["forbidden", `Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError") } })`],
    ["full", `Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError") }`],
  ])("%s: no session, no error", async (_, break_) => {
    await visit.page.addInitScript(break_);
    await visit.start(`{ ...${source}, triggers: [{ event: "own", on: "own" }], cart: { localStorage: "cart" } }`);
    await visit.until("ready", null);
    expect(shop.seen.filter((seen) => seen.path === "/v1/identify")[0]?.body.token).toBeUndefined();
    expect(await visit.chat()).toBe("chat of a guest: ");
    await visit.page.evaluate(`bridge.signal("own"); bridge.signal("own")`);
    await expect.poll(async () => (await visit.calls()).filter(([name]) => name === "track")).toEqual([["track", "own", null]]);
    await visit.page.evaluate(`bridge.logout(); bridge.refresh()`);
    await visit.until("ready", null);
  });
});

describe("the page", () => {
  it("with two copies of the package has one bridge", async () => {
    await visit.start("{}");
    await visit.until("ready", null);
    const before = shop.seen.length;
    const same = await visit.page.evaluate(`(async () => {
      const { createBridge } = await import("/pkg/index.js?copy=2");
      const second = createBridge({ edge: location.origin, store: "de", locale: "de-DE", consent: { source: "function", read: () => ({ chat: true, share: true }) } });
      second.start(); second.open();
      return second === bridge;
    })()`);
    expect(same).toBe(true);
    await expect.poll(async () => (await visit.calls()).at(-1)).toEqual(["open"]);
    await visit.until("ready", null);
    expect(await visit.page.evaluate(`[window.__widgetLoads, document.querySelectorAll("#tidio-chat").length, document.querySelectorAll("script[data-ct-tidio]").length]`)).toEqual([1, 1, 1]);
    expect(shop.seen.length).toBe(before);
  });

  it("with another store's settings before the module is there asks for that store only", async () => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(`(async () => {
      const { createBridge } = await import("/pkg/index.js");
      for (const store of ["de", "at"]) {
        window.bridge = createBridge({ edge: location.origin, store, locale: "de-DE", mode: "immediate", consent: { source: "function", read: () => ({ chat: true, share: true }) } });
        bridge.start();
      }
    })()`);
    await visit.until("ready", null);
    expect(shop.seen.filter((seen) => seen.path === "/v1/identify").map((seen) => seen.body.store)).toEqual(["at"]);
    expect(await visit.page.evaluate("window.__widgetLoads")).toBe(1);
  });

  it("cannot have the module: says so, and tries again on a click", async () => {
    await visit.context.route(/bridge_wasm_bg\.wasm|twin\.js|engine\.js/, (route) => route.abort());
    await visit.start(`{ mode: "interaction" }`);
    await visit.page.getByRole("button").click();
    await visit.until("failed", "module_unreachable");
    expect(shop.scripts).toEqual([]);
    await visit.context.unroute(/bridge_wasm_bg\.wasm|twin\.js|engine\.js/);
    await visit.page.getByRole("button").click();
    await visit.until("ready", null);
  });

  it("with Trusted Types enforced works, and without leave for our policy says that the script is blocked", async () => {
    const policy = "script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; trusted-types";
    shop.world.policy = `${policy} commercetools-tidio`;
    await visit.start("{}");
    expect((await visit.until("ready", null)).engine).toBe("wasm");
    expect(shop.violations).toEqual([]);

    shop.world.policy = `${policy} 'none'`;
    await visit.page.goto("about:blank");
    await visit.page.goto(shop.origin);
    await visit.start("{}");
    await visit.until("blocked", "script_blocked");
  });

  it("without 'wasm-unsafe-eval' gets the JavaScript twin, and is told", async () => {
    shop.world.policy = "script-src 'self' 'unsafe-inline'";
    await visit.start(`{ session: () => ({ token: "customer-anna" }) }`);
    const status = await visit.until("ready", null);
    expect(status.engine).toBe("js");
    expect(await visit.chat()).toBe("chat of anna: ");
  });
});
