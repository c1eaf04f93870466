/** Triggers as a shopper sets them off: each kind, from each source of the cart, once per its rule. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Trigger } from "../src/types.js";
import { questions as asked, shop, visit } from "./setup.js";

const questions = () => asked().map((seen) => seen.body);
const calls = async (name: string) => (await visit.calls()).filter(([method]) => method === name).map(([, ...values]) => values);
const events = async () => (await calls("track")).map(([name]) => name);
const kept = () => visit.page.evaluate<string[]>(`[...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((name) => /ct-tidio-(sent|cart)/.test(name))`);

interface SomeCart {
  id?: string;
  minorUnits: number;
  currency: string;
  items: number;
}

/** The store's rules, and the cart as the edge reads it. */
let rules: Trigger[];
let read: SomeCart | undefined;
beforeEach(() => {
  read = undefined;
  rules = [
    { event: "big_cart", on: "cart_over", minorUnits: 10_000, currency: "EUR", tags: ["big"] },
    { event: "checkout", on: "checkout_started", path: "/checkout" },
    { event: "failed", on: "checkout_failed", domEvent: "shop:failed" },
    { event: "ordered", on: "order_placed", path: "/thanks", domEvent: "shop:ordered" },
    { event: "back", on: "payment_returned", path: "/back?" },
    { event: "help", on: "size_guide_opened", once: "always" },
  ];
  shop.world.edge = (seen) => {
    if (seen.path === "/v1/bootstrap") return { json: { ...(shop.reply(seen) as object), triggers: rules } };
    if (seen.path === "/v1/cart") {
      read = seen.body;
      return { json: {} };
    }
    if (seen.path === "/v1/identify") return { json: { ...(shop.reply(seen) as object), ...(read && seen.body.consent.share === "granted" && { cart: read, properties: { ct_cart_total: read.id } }) } };
    return undefined;
  };
});

/** The page has heard of what was just done, and had the time to send what would be wrong. */
const settled = () => visit.page.waitForTimeout(700);

/** What watches is loaded with the settings, or a moment after the widget is ready. */
const watching = () => visit.listens("triggers");

/** Where a shop may keep its cart: the option, and code that puts a cart there. */
const SOURCES: Record<string, { option?: string; put: (cart: SomeCart) => string }> = {
  "a call": { put: (cart) => `bridge.cartChanged(${JSON.stringify(cart)})` },
  "a call with a commercetools cart": {
    put: ({ id, minorUnits, currency, items }) =>
      `bridge.cartChanged(${JSON.stringify({ id, version: 1, totalPrice: { centAmount: minorUnits, currencyCode: currency }, totalLineItemQuantity: items })})`,
  },
  "a DOM event": { option: `{ event: "cart" }`, put: (cart) => `document.dispatchEvent(new CustomEvent("cart", { detail: ${JSON.stringify(cart)} }))` },
  "local storage": { option: `{ localStorage: "cart" }`, put: (cart) => `localStorage.cart = ${JSON.stringify(JSON.stringify(cart))}` },
  "session storage": { option: `{ sessionStorage: "cart" }`, put: (cart) => `sessionStorage.cart = ${JSON.stringify(JSON.stringify(cart))}` },
  "a cookie": { option: `{ cookie: "cart" }`, put: (cart) => `document.cookie = "cart=" + encodeURIComponent(${JSON.stringify(JSON.stringify(cart))})` },
  "a variable": { option: `{ global: "shop.cart" }`, put: (cart) => `window.shop = { cart: ${JSON.stringify(cart)} }` },
  "a meta element": {
    option: `{ meta: "cart" }`,
    put: (cart) => `(document.querySelector("meta[name=cart]") ?? document.head.appendChild(Object.assign(document.createElement("meta"), { name: "cart" }))).content = ${JSON.stringify(JSON.stringify(cart))}`,
  },
  "the edge alone": { put: (cart) => `fetch("/v1/cart", { method: "POST", body: ${JSON.stringify(JSON.stringify(cart))} }).then(() => bridge.cartChanged())` },
};

/** Code that puts a cart there so many milliseconds from now. The page's own timers keep their order on any machine. */
const later = (ms: number, put: string) => `setTimeout(() => { window.changedAt = performance.now(); ${put} }, ${ms})`;

/** Code that runs this once the page counts how long its cart has been as it is. */
const whenCounting = (code: string) => `const counting = setInterval(() => {
  if (!sessionStorage["ct-tidio-cart"]) return;
  clearInterval(counting);
  ${code};
}, 20)`;

/** Milliseconds from the change that `later` made to the event that followed. */
const sinceChange = () => visit.page.evaluate<number>("__calledAt.track - changedAt");

const small: SomeCart = { id: "c-1", minorUnits: 5_000, currency: "EUR", items: 1 };
const big: SomeCart = { id: "c-1", minorUnits: 12_000, currency: "EUR", items: 2 };

describe.each(Object.entries(SOURCES))("with the cart from %s", (_, { option, put }) => {
  /** The shopper changes the cart; the page has heard of it once the edge was asked again. */
  const change = async (cart: SomeCart) => {
    const before = questions().length;
    await visit.page.evaluate(put(cart));
    await expect.poll(() => questions().length).toBeGreaterThan(before);
    await visit.page.waitForTimeout(100);
  };
  const start = async () => {
    await visit.start(`{ ${option ? `cart: ${option}` : ""} }`);
    await visit.until("ready", null);
    await watching();
    if (option) await visit.listens("cart");
  };

  it("over a value: once per cart, in its currency", async () => {
    await start();
    await change(small);
    await change({ ...big, currency: "JPY" });
    expect(await events()).toEqual([]);
    await change(big);
    await expect.poll(events).toEqual(["big_cart"]);
    expect(await calls("addVisitorTags")).toContainEqual([["big"]]);
    await change({ ...big, minorUnits: 15_000 });
    await change(small);
    await change(big);
    expect(await events()).toEqual(["big_cart"]);
    await change({ ...big, id: "c-2" });
    await expect.poll(events).toEqual(["big_cart", "big_cart"]);
  });

  it("idle: after the last change, once, and not for an empty one", async () => {
    rules = [{ event: "waits", on: "cart_idle", seconds: 2 }];
    await start();
    await change({ ...small, items: 0, minorUnits: 0 });
    await visit.page.evaluate(`${put(small)}; ${later(1_500, put(big))}`);
    await expect.poll(events).toEqual(["waits"]);
    expect(await sinceChange(), "not counted from the change before").toBeGreaterThan(1_950);
    await change(small);
    await visit.page.waitForTimeout(2_500);
    expect(await events()).toEqual(["waits"]);
  });
});

describe("a cart", () => {
  it("that page and edge both know is one cart: sent once, whoever is first", async () => {
    read = big;
    await visit.start(`{ cart: { global: "shop.cart" } }`);
    await visit.page.evaluate(`window.shop = { cart: { total: 5 } }; bridge.cartChanged({ minorUnits: 12000, currency: "EUR" })`);
    await visit.until("ready", null);
    await expect.poll(events).toEqual(["big_cart"]);
    await visit.page.evaluate(`bridge.cartChanged(${JSON.stringify(big)})`);
    await expect.poll(() => questions().length).toBeGreaterThan(1);
    await settled();
    expect(await events()).toEqual(["big_cart"]);
  });

  it("of the page's own word counts where the edge has read another", async () => {
    read = { ...big, id: "old" };
    await visit.start("{}");
    await visit.page.evaluate(`bridge.cartChanged(${JSON.stringify(small)})`);
    await visit.until("ready", null);
    await settled();
    expect(await events()).toEqual([]);
  });

  it("is idle over page loads: the wait goes on where it was", async () => {
    rules = [{ event: "waits", on: "cart_idle", seconds: 3_600 }];
    read = small;
    await visit.start("{}");
    await visit.until("ready", null);
    await expect.poll(kept).toContain("ct-tidio-cart");
    await visit.page.goto("about:blank");
    await visit.page.clock.setFixedTime(Date.now() + 3_600_000);
    await visit.page.goto(shop.origin);
    await visit.start("{}");
    await visit.until("ready", null);
    await expect.poll(events, { message: "at once, not an hour later" }).toEqual(["waits"]);
  });

  it("that the edge is asked about is not called idle before it has answered", async () => {
    rules = [{ event: "waits", on: "cart_idle", seconds: 2 }];
    read = small;
    const { edge } = shop.world;
    shop.world.edge = (seen) => {
      if (seen.path !== "/v1/identify" || questions().length < 2) return edge(seen);
      read = big;
      return { ...edge(seen), after: new Promise((done) => setTimeout(done, 3_000)) };
    };
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(whenCounting(later(500, `bridge.cartChanged()`)));
    await visit.start("{}");
    await expect.poll(events).toEqual(["waits"]);
    expect(await sinceChange()).toBeGreaterThan(3_000);
  });

  it("in a tab in the background is looked at before it is called idle: another tab may have changed it", async () => {
    rules = [{ event: "waits", on: "cart_idle", seconds: 2 }];
    const put = SOURCES["local storage"]?.put as (cart: SomeCart) => string;
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(`${put(small)}; ${whenCounting(`Object.defineProperty(document, "visibilityState", { value: "hidden" }); ${later(1_500, put(big))}`)}`);
    await visit.start(`{ cart: { localStorage: "cart" } }`);
    await expect.poll(events).toEqual(["waits"]);
    expect(await sinceChange()).toBeGreaterThan(1_950);
  });

  it("of somebody who has logged out is nobody's", async () => {
    rules = [{ event: "waits", on: "cart_idle", seconds: 2 }];
    read = small;
    const { edge } = shop.world;
    shop.world.edge = (seen) => {
      if (seen.path === "/v1/identify" && !seen.body.token) read = undefined;
      return edge(seen);
    };
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(`${whenCounting("bridge.logout()")}`);
    await visit.start(`{ session: () => ({ token: "customer-anna" }) }`);
    await visit.page.waitForFunction(`document.querySelector("#tidio-chat")?.textContent.includes("guest")`);
    await visit.page.waitForTimeout(2_500);
    expect(await events()).toEqual([]);
  });
});

describe("what happens", () => {
  const start = async (options = "{}") => {
    await visit.start(options);
    await visit.until("ready", null);
    await watching();
  };

  it("checkout started: by its page, once per cart", async () => {
    read = small;
    await start();
    await visit.page.evaluate(`history.pushState(0, "", "/checkout"); history.pushState(0, "", "/checkout/address")`);
    await expect.poll(events).toEqual(["checkout"]);
    await visit.page.goto(`${shop.origin}/checkout`);
    await start();
    await settled();
    expect(await events(), "the same cart on another page load").toEqual([]);
    read = { ...small, id: "c-2" };
    await visit.page.evaluate(`bridge.cartChanged()`);
    await expect.poll(async () => (await calls("setContactProperties")).at(-1), { message: "the page knows it" }).toEqual([{ ct_cart_total: "c-2" }]);
    await visit.page.evaluate(`bridge.signal("checkout_started")`);
    await expect.poll(events).toEqual(["checkout"]);
  });

  it("checkout failed: by a DOM event on document or window, or by call with its reason", async () => {
    rules = rules.map((rule) => ({ ...rule, ...(rule.event === "failed" && { once: "always" as const }) }));
    await start();
    await visit.page.evaluate(`document.dispatchEvent(new Event("shop:failed")); window.dispatchEvent(new Event("shop:failed")); document.body.dispatchEvent(new Event("shop:failed", { bubbles: true }));
      bridge.signal("checkout_failed", { reason: "card" })`);
    await expect.poll(() => calls("track")).toEqual([["failed", null], ["failed", null], ["failed", null], ["failed", { reason: "card" }]]);
  });

  it("order placed: once per order, by call, by DOM event with its id, and over page loads", async () => {
    await start();
    const ordered = (id: string) => `document.dispatchEvent(new CustomEvent("shop:ordered", { detail: { id: "${id}", email: "kim@example.com" } }))`;
    await visit.page.evaluate(`bridge.signal("order_placed", { id: "o-1", total: 5 }); bridge.signal("order_placed", { id: "o-1" }); ${ordered("o-1")}; ${ordered("o-2")}`);
    await expect.poll(() => calls("track")).toEqual([["ordered", { total: 5 }], ["ordered", null]]);
    expect(JSON.stringify(await visit.calls()), "the event's details stay in the page").not.toContain("kim@");
    await visit.page.reload();
    await start();
    await visit.page.evaluate(`bridge.signal("order_placed", { id: "o-1" }); ${ordered("o-2")}; bridge.signal("order_placed", { id: "o-3" })`);
    await expect.poll(events).toEqual(["ordered"]);
  });

  it("order placed, by the address of the confirmation: two addresses are two orders, a reload is none", async () => {
    for (const [address, expected] of [["/thanks?o=1", ["ordered"]], ["/thanks?o=1", []], ["/thanks?o=2", ["ordered"]]] as const) {
      await visit.page.goto(shop.origin + address);
      await start();
      await expect.poll(events).toEqual(expected);
      await settled();
      expect(await events()).toEqual(expected);
    }
  });

  it("back from payment: by the address it returns to, once per tab", async () => {
    await visit.page.goto(`${shop.origin}/back?psp=1`);
    await start();
    await expect.poll(events).toEqual(["back"]);
    await visit.page.goto(`${shop.origin}/back?psp=2`);
    await start();
    await settled();
    expect(await events()).toEqual([]);
  });

  it("the shop's own, every time where the rule says so; a name without a rule is nothing", async () => {
    await start();
    await visit.page.evaluate(`bridge.signal("size_guide_opened"); bridge.signal("unheard_of"); bridge.signal("size_guide_opened", { size: "M" })`);
    await expect.poll(() => calls("track")).toEqual([["help", null], ["help", { size: "M" }]]);
  });

  it("before the chat is there is sent when it is, in order", async () => {
    await visit.start(`{ mode: "interaction", launcher: { label: "Chat" } }`);
    await visit.page.evaluate(`bridge.signal("order_placed", { id: "o-1" }); bridge.signal("size_guide_opened"); bridge.cartChanged(${JSON.stringify(big)})`);
    await visit.page.getByRole("button", { name: "Chat" }).click();
    await visit.until("ready", null);
    await expect.poll(async () => (await events()).sort()).toEqual(["big_cart", "help", "ordered"]);
    expect((await events()).filter((name) => name !== "big_cart")).toEqual(["ordered", "help"]);
  });
});

describe("the page's own rules", () => {
  it("take the store's place by event, and add to it", async () => {
    await visit.start(`{ triggers: [{ event: "ordered", on: "thanks" }, { event: "mine", on: "mine" }] }`);
    await visit.page.evaluate(`bridge.signal("order_placed", { id: "o-1" }); bridge.signal("thanks", { total: 5 }); bridge.signal("mine"); bridge.signal("size_guide_opened")`);
    await visit.until("ready", null);
    await expect.poll(() => calls("track")).toEqual([["ordered", { total: 5 }], ["mine", null], ["help", null]]);
  });

  it("work where the store has none, and with a cart that only the edge knows", async () => {
    rules = [];
    read = big;
    await visit.start(`{ triggers: [{ event: "mine", on: "cart_over", minorUnits: 1, currency: "EUR" }] }`);
    await visit.until("ready", null);
    await expect.poll(events).toEqual(["mine"]);
  });

  it("switch all off", async () => {
    await visit.start(`{ triggers: false }`);
    await visit.page.evaluate(`bridge.signal("order_placed", { id: "o-1" })`);
    await visit.until("ready", null);
    await settled();
    expect(await events()).toEqual([]);
  });
});

describe("leave to share", () => {
  const answering = `{ consent: { source: "function", read: () => answer, subscribe: (changed) => { window.changed = changed } } }`;
  const say = (answer: object) => visit.page.evaluate(`window.answer = ${JSON.stringify(answer)}; window.changed?.()`);

  it("is waited for, and leaves nothing stored before it", async () => {
    read = big;
    await visit.page.goto(shop.origin);
    await say({ chat: true, share: false });
    await visit.start(answering);
    await visit.page.evaluate(`bridge.signal("order_placed", { id: "o-1" }); bridge.track("own", { total: 129 })`);
    await visit.until("ready", null);
    await settled();
    expect(await events()).toEqual([]);
    expect(await kept()).toEqual([]);
    await say({ chat: true, share: true });
    await expect.poll(async () => (await events()).sort()).toEqual(["big_cart", "ordered", "own"]);
  });

  it("taken back ends it, and what was kept goes", async () => {
    rules.push({ event: "waits", on: "cart_idle", seconds: 60 });
    read = big;
    await visit.page.goto(shop.origin);
    await say({ chat: true, share: true });
    await visit.start(answering);
    await visit.until("ready", null);
    await expect.poll(events).toEqual(["big_cart"]);
    expect(await kept()).toEqual(["ct-tidio-sent", "ct-tidio-cart"]);
    await say({ chat: true, share: false });
    await expect.poll(kept).toEqual([]);
    await visit.page.evaluate(`bridge.signal("size_guide_opened"); bridge.track("own")`);
    await settled();
    expect(await events()).toEqual(["big_cart"]);
    await say({ chat: false, share: false });
    await visit.until("withdrawn");
    expect(await kept()).toEqual([]);
  });
});

it.each([
  ["a name that is none", `bridge.signal(undefined); bridge.signal(5, 5); bridge.signal({}, null); bridge.track(undefined); bridge.track(5); bridge.track({}, "x")`],
  ["data that cannot be written down", `const own = {}; own.own = own; bridge.signal("order_placed", own); bridge.signal("size_guide_opened", { f() {} })`],
  ["a DOM event with a trap for a detail", `const trap = new Proxy({}, { get() { throw new Error("x") } }); document.dispatchEvent(new CustomEvent("shop:ordered", { detail: null })); document.dispatchEvent(new CustomEvent("shop:failed", { detail: { id: 5 } }))`],
  ["a cart that is none", `bridge.cartChanged(5); bridge.cartChanged("x"); bridge.cartChanged([]); bridge.cartChanged({ id: 5, minorUnits: "1", items: -1 })`],
])("%s: no exception", async (_, code) => {
  await visit.start("{}");
  await visit.until("ready", null);
  await visit.page.evaluate(`(() => { ${code} })()`);
  await settled();
  await visit.until("ready", null);
});
