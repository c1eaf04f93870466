/** What the page tells: product, cart, the chat's form; and asking for chat in place. Triggers have a file of their own. */
import { describe, expect, it } from "vitest";
import { questions as asked, shop, visit } from "./setup.js";

const questions = () => asked().map((seen) => seen.body);

describe("the product in view", () => {
  const data = (name: string) => `<script type="application/ld+json">{"@type":"Product","name":"${name}","sku":"M-1","url":"/"}</script>`;

  it("of the page's JSON-LD goes with the first question, and malformed data is not there", async () => {
    shop.world.head = `<script type="application/ld+json">{ broken</script>${data("Mug")}`;
    await visit.start("{}");
    await visit.until("ready", null);
    expect(questions()[0].product).toEqual({ name: "Mug", sku: "M-1", url: `${shop.origin}/` });
  });

  it("by call wins, is told anew when it changes, and is gone when it is cleared", async () => {
    shop.world.head = data("Mug");
    await visit.start("{}");
    await visit.until("ready", null);
    await visit.page.evaluate(`bridge.productInView({ name: "Cup", price: 5 })`);
    await expect.poll(() => questions().at(-1).product).toEqual({ name: "Cup" });
    const asked = questions().length;
    await visit.page.evaluate(`bridge.productInView({ name: "Cup" }); bridge.productInView(null)`);
    await expect.poll(() => questions().length).toBe(asked + 1);
    expect(questions().at(-1).product).toBeUndefined();
  });

  it("stays in the page without leave to share", async () => {
    shop.world.head = data("Mug");
    await visit.start(`{ consent: { source: "function", read: () => ({ chat: true, share: false }) } }`);
    await visit.until("ready", null);
    await visit.page.evaluate(`bridge.productInView({ name: "Cup" }); bridge.refresh()`);
    await expect.poll(() => questions().length).toBe(2);
    expect(JSON.stringify(shop.seen)).not.toMatch(/Mug|Cup/);
  });

  it.each(["5", "'x'", "{}", "{ name: 5 }", "[]", "undefined"])("%s is none, and no exception", async (value) => {
    await visit.start("{}");
    await visit.until("ready", null);
    await visit.page.evaluate(`bridge.productInView(${value}); bridge.cartChanged(${value}); bridge.signal(${value}, ${value}); bridge.refresh()`);
    await expect.poll(() => questions().length).toBeGreaterThan(1);
    expect(questions().at(-1).product).toBeUndefined();
  });
});

describe("the chat's own form", () => {
  const fill = `document.dispatchEvent(Object.assign(new Event("tidioChat-preFormFilled"), { data: { form_data:
    { name: " Kim ", email: "kim@example.com", emailConsent: { value: "subscribed" }, department_id: 5 } } }))`;

  /** The part that listens is loaded once the widget is ready. */
  const listens = () => visit.listens("product");

  it("reaches the edge as a claim of a guest", async () => {
    await visit.start("{}");
    await visit.until("ready", null);
    await listens();
    await visit.page.evaluate(fill);
    await expect.poll(() => questions().at(-1).claimed).toEqual({ name: "Kim", email: "kim@example.com" });
  });

  it("is never sent for a person who is proven, nor after they have gone", async () => {
    await visit.start(`{ session: () => window.session ?? { token: "customer-anna" } }`);
    await visit.until("ready", null);
    await listens();
    await visit.page.evaluate(fill);
    await expect.poll(() => questions().length).toBeGreaterThan(1);
    await visit.page.evaluate(`window.session = {}; bridge.logout(); bridge.refresh()`);
    await visit.page.waitForFunction(`document.querySelector("#tidio-chat")?.textContent.includes("guest")`);
    await expect.poll(() => questions().at(-1).token ?? "guest").toBe("guest");
    expect(JSON.stringify(shop.seen)).not.toContain("kim@");
  });

  it("stays in the page without leave to share", async () => {
    await visit.start(`{ consent: { source: "function", read: () => ({ chat: true, share: false }) } }`);
    await visit.until("ready", null);
    await listens();
    await visit.page.evaluate(`${fill}; bridge.refresh()`);
    await expect.poll(() => questions().length).toBe(2);
    expect(JSON.stringify(shop.seen)).not.toContain("kim@");
  });
});

describe("the cart", () => {
  const cart = (version: number) => JSON.stringify({ id: "c", version, totalPrice: { centAmount: version * 1000, currencyCode: "EUR" } });
  const settled = async () => {
    const before = questions().length;
    await visit.page.waitForTimeout(1_800);
    return questions().length - before;
  };

  it.each([
    ["localStorage", (text: string) => `localStorage.cart = ${text}`, `{ localStorage: "cart" }`],
    ["sessionStorage", (text: string) => `sessionStorage.cart = ${text}`, `{ sessionStorage: "cart" }`],
    ["cookie", (text: string) => `document.cookie = "cart=" + encodeURIComponent(${text})`, `{ cookie: "cart" }`],
    ["global", (text: string) => `window.shop = { cart: JSON.parse(${text}) }`, `{ global: "shop.cart" }`],
    ["meta", (text: string) => `(document.querySelector("meta[name=cart]") ?? document.head.appendChild(Object.assign(document.createElement("meta"), { name: "cart" }))).content = ${text}`, `{ meta: "cart" }`],
    ["event", (text: string) => `document.dispatchEvent(new CustomEvent("cart", { detail: JSON.parse(${text}) }))`, `{ event: "cart" }`],
  ])("in %s: one question per change, none without", async (_, put, source) => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(put(JSON.stringify(cart(1))));
    await visit.start(`{ cart: ${source} }`);
    await visit.until("ready", null);
    await visit.listens("cart");
    if (source.includes("event")) {
      await visit.page.evaluate(put(JSON.stringify(cart(1))));
      await expect.poll(() => questions().length).toBe(2);
    }
    const before = questions().length;
    await visit.page.evaluate(put(JSON.stringify(cart(2))));
    await expect.poll(() => questions().length).toBe(before + 1);
    await visit.page.evaluate(put(JSON.stringify(cart(2))));
    expect(await settled()).toBe(0);
  });
});

describe("a click while chat is not allowed", () => {
  const denied = (more = "") => `{ mode: "interaction", launcher: { label: "Chat" }, consent: { source: "function", read: () => window.answer, subscribe: (changed) => { window.changed = changed }, notice: { text: "Darf Tidio laden?", accept: "Ja", decline: "Nein" }, ${more} } }`;
  const click = () => visit.page.getByRole("button", { name: "Chat" }).click();
  const notice = () => visit.page.getByRole("dialog", { name: "Darf Tidio laden?" });

  it("asks in place; nothing loads before yes, and yes opens the first switch only", async () => {
    await visit.start(denied());
    await click();
    await notice().waitFor();
    expect(await visit.page.evaluate(`document.querySelector("#commercetools-tidio-notice").shadowRoot.activeElement.textContent`)).toBe("Ja");
    expect(shop.scripts).toEqual([]);
    expect(await visit.stored()).toEqual([]);
    await visit.page.keyboard.press("Enter");
    const status = await visit.until("ready", null);
    expect(status.consent).toEqual({ chat: "granted", share: "pending", source: "notice" });
    await expect.poll(async () => (await visit.calls()).at(-1)).toEqual(["open"]);

    await visit.page.reload();
    await visit.start(denied());
    await visit.until("ready", null);
    await visit.page.evaluate("window.answer = { chat: false, share: false }; changed()");
    await visit.until("withdrawn");
    expect(await visit.stored()).toEqual([]);
    // By a late file, which may still be on its way after the reload.
    await expect.poll(() => visit.page.evaluate("Object.keys(sessionStorage)")).toEqual([]);
  });

  it("takes no for the page, and Escape for no answer", async () => {
    await visit.start(denied());
    await click();
    await notice().waitFor();
    await visit.page.keyboard.press("Escape");
    await notice().waitFor({ state: "detached" });
    await click();
    await visit.page.getByRole("button", { name: "Nein" }).click();
    await visit.until("waiting", "consent_declined");
    expect(await visit.page.getByRole("button").count()).toBe(0);
    await visit.page.evaluate("bridge.open()");
    await visit.page.waitForTimeout(200);
    expect(await notice().count()).toBe(0);
    expect(shop.scripts).toEqual([]);
    await visit.page.evaluate("window.answer = { chat: true, share: true }; changed()");
    await visit.until("ready", null);
  });

  it("asks by the shop's own dialogue where there is one", async () => {
    await visit.start(denied("ask: () => { window.asked = (window.asked ?? 0) + 1 }"));
    await click();
    await visit.page.waitForFunction("window.asked === 1");
    expect(await notice().count()).toBe(0);
    await visit.page.evaluate("window.answer = { chat: true, share: true }; changed()");
    await visit.until("ready", null);
    await expect.poll(async () => (await visit.calls()).at(-1)).toEqual(["open"]);
  });
});
