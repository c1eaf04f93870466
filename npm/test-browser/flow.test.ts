import { describe, expect, it } from "vitest";
import { shop, visit } from "./setup.js";
import { PUBLIC_KEY } from "./shop.js";

const paths = () => shop.seen.map((seen) => seen.path);

/** Holds the widget script back; the answer lets it go, and is done once the page had the time to run it. */
function holdScript(): () => Promise<void> {
  let go = (): void => {};
  shop.world.hold = new Promise((done) => (go = done));
  return async () => {
    const arrived = visit.page.waitForResponse((response) => response.url().endsWith(`${PUBLIC_KEY}.js`) && response.ok());
    go();
    await (await arrived).finished();
    await visit.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))");
  };
}

describe("a visit", () => {
  it("identifies a proven person before the script and feeds the widget after it", async () => {
    await visit.start(`{ session: () => ({ token: "customer-anna" }) }`);
    const status = await visit.until("ready", null);
    expect(status).toMatchObject({ engine: "wasm", correlationId: "corr-2" });
    expect(status.consent).toEqual({ chat: "granted", share: "granted", source: "function" });
    expect(paths()).toEqual(["/v1/bootstrap", "/v1/identify"]);
    expect(shop.seen[1]?.body).toEqual({
      contract: 1,
      store: "de",
      locale: "de-DE",
      token: "customer-anna",
      consent: { chat: "granted", share: "granted", source: "function" },
    });
    expect(await visit.page.evaluate("[document.tidioIdentify, document.tidioChatLang]")).toEqual([
      { distinct_id: "id-anna", email: "anna@example.com", name: "anna" },
      "de",
    ]);
    expect(await visit.calls()).toEqual([
      ["setContactProperties", { ct_identity: "verified", ct_cart_total: "cart of anna" }],
      ["setVisitorCurrency", { code: "EUR", exchangeRate: 1 }],
      ["addVisitorTags", ["store-de"]],
    ]);
  });

  it("never tells Tidio who a guest is", async () => {
    await visit.start(`{ session: () => ({ anonymousId: "a-1", email: "typed@example.com" }) }`);
    await visit.until("ready", null);
    expect(await visit.page.evaluate("document.tidioIdentify ?? null")).toBeNull();
    expect(JSON.stringify(shop.seen)).not.toContain("typed@example.com");
  });

  it("sends changed fields only, once per burst of cart changes", async () => {
    await visit.start(`{ session: () => ({ token: "customer-anna" }) }`);
    await visit.until("ready", null);
    await visit.page.evaluate("window.__calls.length = 0");
    shop.world.edge = (seen) => ({ json: { ...(shop.reply(seen) as object), properties: { ct_identity: "verified", ct_cart_total: "two" } } });
    await visit.page.evaluate("for (let i = 0; i < 5; i++) bridge.cartChanged()");
    await visit.page.waitForFunction("window.__calls.length >= 3");
    expect(paths().filter((path) => path === "/v1/identify")).toHaveLength(2);
    expect((await visit.calls())[0]).toEqual(["setContactProperties", { ct_cart_total: "two" }]);
  });

  it("keeps events until the widget is ready, in order", async () => {
    await visit.start(`{}`);
    await visit.page.evaluate(`bridge.track("first", { total: 5 }); bridge.track("second"); bridge.open()`);
    await visit.until("ready", null);
    const calls = await visit.calls();
    expect(calls.filter(([name]) => name === "track")).toEqual([["track", "first", { total: 5 }], ["track", "second", null]]);
    expect(calls.filter(([name]) => /Properties|VisitorData/.test(`${name}`)), "no event becomes a property").toEqual([["setContactProperties", { ct_identity: "guest" }]]);
    expect(calls.at(-1)).toEqual(["open"]);
  });
});

describe("consent", () => {
  const shopFunction = `{ consent: { source: "function", read: () => window.answer, subscribe: (changed) => { window.changed = changed } } }`;

  it("waits without a trace and goes on when the answer comes late", async () => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate("window.answer = { chat: null, share: null }");
    await visit.start(shopFunction);
    await visit.until("waiting", "consent_pending");
    expect(shop.scripts).toEqual([]);
    expect(await visit.stored()).toEqual([]);
    await visit.page.evaluate("window.answer = { chat: true, share: true }; changed()");
    await visit.until("ready");
  });

  it("acts at once when it is taken back, and again when it is given again", async () => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate("window.answer = { chat: true, share: true }");
    await visit.start(shopFunction.replace("consent:", `session: () => ({ token: "customer-anna" }), consent:`));
    await visit.until("ready");
    await visit.page.evaluate("window.answer = { chat: false, share: false }; changed()");
    await visit.until("withdrawn", "consent_withdrawn");
    expect(await visit.chat()).toBeNull();
    expect(await visit.stored()).toEqual([]);
    await expect.poll(paths).toContain("/v1/consent");
    const told = shop.seen.find((seen) => seen.path === "/v1/consent");
    expect(told?.body).toMatchObject({ token: "customer-anna", consent: { chat: "denied", share: "denied" } });

    await visit.page.evaluate("window.answer = { chat: true, share: true }; changed()");
    await visit.until("ready");
    expect(await visit.chat()).toBe("chat of anna: ");
  });

  it("taken back while the script is on its way: it never runs", async () => {
    await visit.page.goto(shop.origin);
    const send = holdScript();
    await visit.page.evaluate("window.answer = { chat: true, share: true }");
    await visit.start(shopFunction);
    await expect.poll(() => shop.scripts.length).toBe(1);
    await visit.page.evaluate("window.answer = { chat: false, share: false }; changed()");
    await visit.until("withdrawn");
    await send();
    expect(await visit.page.evaluate("window.__widgetLoads ?? 0")).toBe(0);
    expect(await visit.stored()).toEqual([]);
  });

  it("taken back reloads the page where the shop wants it: once, told to the edge, and clean", async () => {
    await visit.page.addInitScript(`window.answer = JSON.parse(sessionStorage.answer ?? '{"chat":true,"share":true}')`);
    const reloading = shopFunction.replace("consent:", `onWithdraw: "reload", session: () => ({ token: "customer-anna" }), consent:`);
    await visit.start(reloading);
    await visit.until("ready");
    let loads = 0;
    visit.page.on("load", () => loads++);
    const reloaded = visit.page.waitForEvent("load");
    await visit.page.evaluate(`sessionStorage.answer = '{"chat":false,"share":false}'; answer = JSON.parse(sessionStorage.answer); changed()`);
    await reloaded;
    await expect.poll(paths).toContain("/v1/consent");
    const { scripts, seen } = { scripts: shop.scripts.length, seen: paths().filter((path) => path === "/v1/identify").length };
    await visit.start(reloading);
    await visit.until("waiting", "consent_denied");
    expect(await visit.stored()).toEqual([]);
    expect(await visit.page.evaluate("[window.tidioChatApi ?? null, document.querySelectorAll('iframe').length]")).toEqual([null, 0]);
    expect([shop.scripts.length, paths().filter((path) => path === "/v1/identify").length, loads]).toEqual([scripts, seen, 1]);
  });

  it("to chat alone keeps the session at home", async () => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate("window.answer = { chat: true, share: false }");
    await visit.start(shopFunction.replace("consent:", `session: () => { window.asked = true; return { token: "customer-anna" } }, consent:`));
    await visit.until("ready");
    expect(await visit.page.evaluate("window.asked ?? false")).toBe(false);
    expect(JSON.stringify(shop.seen)).not.toContain("customer-anna");
  });

  it("comes from the real vanilla-cookieconsent, as a module without a global", async () => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(`(async () => {
      const cc = (window.cc = await import("/cookieconsent.js"));
      await cc.run({ categories: { necessary: { readOnly: true, enabled: true }, functionality: {} },
        language: { default: "de", translations: { de: { consentModal: { title: "t" }, preferencesModal: { sections: [] } } } } });
    })()`);
    await visit.start(`{ consent: { source: "vanilla-cookieconsent" } }`);
    await visit.until("waiting");
    expect(shop.scripts).toEqual([]);
    await visit.page.evaluate(`cc.acceptCategory(["functionality"])`);
    const status = await visit.until("ready");
    expect(status.consent).toEqual({ chat: "granted", share: "granted", source: "vanilla-cookieconsent" });
    await visit.page.evaluate(`cc.acceptCategory([])`);
    await visit.until("withdrawn");
    expect(await visit.chat()).toBeNull();
  });
});

describe("one person after another", () => {
  const bySession = `{ session: () => window.session ?? JSON.parse(sessionStorage.session ?? "null") }`;

  it("A, then B in the same page: B never sees A's chat", async () => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(`window.session = { token: "customer-anna" }`);
    await visit.start(bySession);
    await visit.until("ready");
    await visit.page.evaluate(`tidioChatApi.messageFromVisitor("secret of anna")`);
    await visit.page.evaluate(`window.session = { token: "customer-ben" }; bridge.refresh()`);
    await visit.page.waitForFunction(`document.querySelector("#tidio-chat")?.textContent.includes("ben")`);
    await visit.until("ready");
    expect(await visit.chat()).toBe("chat of ben: ");
    expect(await visit.page.evaluate(`localStorage["tidio_state_${PUBLIC_KEY}"]`)).not.toContain("anna");
    expect(await visit.page.evaluate(`document.querySelectorAll("#tidio-chat, #tidio-chat-code").length`)).toBe(2);
  });

  it("logout takes the chat off the page at once, and B after a reload starts afresh", async () => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(`sessionStorage.session = '{"token":"customer-anna"}'`);
    await visit.start(bySession);
    await visit.until("ready");
    await visit.page.evaluate(`tidioChatApi.messageFromVisitor("secret of anna"); bridge.logout()`);
    expect(await visit.page.evaluate(`localStorage["tidio_state_${PUBLIC_KEY}"] ?? ""`)).not.toContain("anna");
    await visit.until("ready");
    expect(await visit.chat()).toBe("chat of a guest: ");

    await visit.page.evaluate(`sessionStorage.session = '{"token":"customer-ben"}'`);
    await visit.page.reload();
    await visit.start(bySession);
    await visit.until("ready");
    expect(await visit.chat()).toBe("chat of ben: ");
  });

  it("logout while the first script is on its way: one widget, and it is the guest's", async () => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(`window.session = { token: "customer-anna" }`);
    const send = holdScript();
    await visit.start(bySession);
    await expect.poll(() => shop.scripts.length).toBe(1);
    // The browser asks once for both: the second has the same address, and waits for the first.
    await visit.page.evaluate("window.session = null; bridge.logout()");
    await send();
    await visit.until("ready");
    expect(await visit.page.evaluate(`[window.__widgetLoads, document.querySelectorAll("#tidio-chat").length]`)).toEqual([1, 1]);
    expect(await visit.chat()).toBe("chat of a guest: ");
  });

  it("A's storage from an earlier visit is cleared for a guest", async () => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(`sessionStorage.session = '{"token":"customer-anna"}'`);
    await visit.start(bySession);
    await visit.until("ready");
    await visit.page.evaluate(`tidioChatApi.messageFromVisitor("secret of anna"); delete sessionStorage.session`);
    await visit.page.reload();
    await visit.start(bySession);
    await visit.until("ready");
    expect(await visit.chat()).toBe("chat of a guest: ");
  });

  it("A comes back to A's conversation, and a guest's goes along at login", async () => {
    await visit.page.goto(shop.origin);
    await visit.start(bySession);
    await visit.until("ready");
    await visit.page.evaluate(`tidioChatApi.messageFromVisitor("as guest"); sessionStorage.session = '{"token":"customer-anna"}'; bridge.refresh()`);
    await visit.page.waitForFunction(`document.querySelector("#tidio-chat")?.textContent.includes("anna")`);
    await visit.page.evaluate(`tidioChatApi.messageFromVisitor("hello")`);
    await visit.page.reload();
    await visit.start(bySession);
    await visit.until("ready");
    expect(await visit.chat()).toBe("chat of anna: hello");
  });

  it("a widget that cannot be removed leads to one reload, and then to a clean chat", async () => {
    shop.world.widget = "sticky";
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(`sessionStorage.session = '{"token":"customer-anna"}'`);
    await visit.start(bySession);
    await visit.until("ready");
    await visit.page.evaluate(`tidioChatApi.messageFromVisitor("secret of anna"); sessionStorage.session = '{"token":"customer-ben"}'`);
    await visit.page.evaluate(`bridge.on("status", ({ code }) => (sessionStorage.last = code ?? ""))`);
    const reloaded = visit.page.waitForEvent("load");
    // The old page lives on until Ben's script has come: it must not run there.
    const sent = visit.page.waitForEvent("requestfinished", (request) => new URL(request.url()).pathname === `/${PUBLIC_KEY}.js`);
    await visit.page.route(`${shop.origin}/`, async (route) => {
      await sent;
      await route.continue();
    }, { times: 1 });
    await visit.page.evaluate("bridge.refresh()");
    await reloaded;
    expect(shop.errors).toEqual([]);
    expect(await visit.page.evaluate("sessionStorage.last")).toBe("page_reload");
    await visit.start(bySession);
    await visit.until("ready");
    expect(await visit.chat()).toBe("chat of ben: ");
  });

  it("two tabs: a login in one takes the other's chat away", async () => {
    await visit.page.goto(shop.origin);
    const shared = `{ session: () => JSON.parse(localStorage.session ?? "null") }`;
    await visit.page.evaluate(`localStorage.session = '{"token":"customer-anna"}'`);
    await visit.start(shared);
    await visit.until("ready");
    const second = await shop.page(visit.context);
    await second.goto(shop.origin);
    await second.evaluate(`localStorage.session = '{"token":"customer-ben"}'`);
    await visit.start(shared, second);
    await visit.until("ready", undefined, second);
    expect(await visit.chat(second)).toBe("chat of ben: ");
    await visit.page.waitForFunction(`document.querySelector("#tidio-chat")?.textContent.includes("ben")`);
    expect(await visit.chat()).toBe("chat of ben: ");
  });
});
