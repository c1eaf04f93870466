/** Whose chat it is, across tabs, reloads, the back-forward cache and expiring tokens. */
import { describe, expect, it } from "vitest";
import { questions, shop, visit } from "./setup.js";
import { PUBLIC_KEY, Shop } from "./shop.js";

const shared = `{ session: () => JSON.parse(localStorage.session ?? "null") }`;
const login = (name: string) => `localStorage.session = '{"token":"customer-${name}"}'`;
const shows = (name: string, page = visit.page) => page.waitForFunction(`document.querySelector("#tidio-chat")?.textContent.includes("${name}")`);

describe("two tabs", () => {
  it("logout in one takes the person's chat away in the other", async () => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(login("anna"));
    await visit.start(shared);
    await visit.until("ready");
    const second = await shop.page(visit.context);
    await second.goto(shop.origin);
    await visit.start(shared, second);
    await visit.until("ready", undefined, second);
    await second.evaluate(`tidioChatApi.messageFromVisitor("secret of anna"); delete localStorage.session; bridge.logout()`);
    await shows("a guest", second);
    await shows("a guest");
    expect(await visit.page.evaluate(`localStorage["tidio_state_${PUBLIC_KEY}"]`)).not.toContain("anna");
  });

  it("login, logout and another login reach both, in either tab", async () => {
    await visit.page.goto(shop.origin);
    await visit.start(shared);
    await visit.until("ready");
    const second = await shop.page(visit.context);
    await second.goto(shop.origin);
    await visit.start(shared, second);
    await visit.until("ready", undefined, second);
    for (const [page, other, name] of [[second, visit.page, "anna"], [visit.page, second, "ben"]] as const) {
      await page.evaluate(`${login(name)}; bridge.refresh()`);
      await shows(name, page);
      await shows(name, other);
    }
  });
});

describe("a reload in the middle", () => {
  it("of the first question starts over and ends with the person", async () => {
    let hang = true;
    shop.world.edge = (seen) => (seen.path === "/v1/identify" && hang ? { hang: true } : undefined);
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(login("anna"));
    await visit.start(shared);
    await expect.poll(() => questions().length).toBe(1);
    hang = false;
    await visit.page.reload();
    await visit.start(shared);
    await visit.until("ready", null);
    expect(await visit.chat()).toBe("chat of anna: ");
  });

  it("of a change of person never shows the old person's chat", async () => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(login("anna"));
    await visit.start(shared);
    await visit.until("ready");
    await visit.page.evaluate(`tidioChatApi.messageFromVisitor("secret of anna")`);
    let hang = true;
    shop.world.edge = (seen) => (seen.body?.token === "customer-ben" && hang ? { hang: true } : undefined);
    await visit.page.evaluate(`${login("ben")}; bridge.refresh()`);
    await expect.poll(() => questions().at(-1)?.body.token).toBe("customer-ben");
    hang = false;
    await visit.page.reload();
    await visit.start(shared);
    await visit.until("ready", null);
    expect(await visit.chat()).toBe("chat of ben: ");
  });
});

describe("a token that expires while the page is open", () => {
  it("is replaced by a fresh one of the shop, and the question is repeated once", async () => {
    let expired = "";
    shop.world.edge = (seen) => (seen.body?.token === expired ? { status: 401, json: { code: "token_expired" } } : undefined);
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(`window.token = "customer-anna"`);
    await visit.start(`{ session: () => { window.asked = (window.asked ?? 0) + 1; return { token: asked > 2 ? "customer-anna" : token } } }`);
    await visit.until("ready", null);
    await visit.page.evaluate(`tidioChatApi.messageFromVisitor("hello"); token = "customer-old"`);
    expired = "customer-old";
    const before = questions().length;
    await visit.page.evaluate("bridge.cartChanged()");
    await expect.poll(() => questions().slice(before).map((seen) => seen.body.token)).toEqual(["customer-old", "customer-anna"]);
    await visit.until("ready", null);
    expect(await visit.page.evaluate("[window.__widgetLoads, asked]")).toEqual([1, 3]);
  });

  it("and cannot be replaced ends as a guest, with the code, after one more try", async () => {
    let expired = false;
    shop.world.edge = (seen) => (seen.body?.token && expired ? { status: 401, json: { code: "token_expired" } } : undefined);
    await visit.start(`{ session: () => ({ token: "customer-anna" }) }`);
    await visit.until("ready", null);
    expired = true;
    const before = questions().length;
    await visit.page.evaluate("bridge.cartChanged()");
    await visit.until("ready", "token_expired");
    expect(questions().length - before).toBe(2);
    expect(await visit.chat()).toBe("chat of a guest: ");
  });
});

describe("the back-forward cache", () => {
  it.each([
    ["the same person", "anna", "chat of anna: "],
    ["another person", "ben", "chat of ben: "],
  ])("brings the page back for %s", async (_, name, chat) => {
    // The browser is launched with its cache on; whether it really was used is part of the test.
    const cached = await Shop.open({ backForwardCache: true });
    try {
      const there = await cached.visit();
      await there.page.goto(cached.origin);
      await there.page.evaluate(login("anna"));
      await there.start(shared);
      await there.until("ready");
      await there.page.evaluate(`addEventListener("pageshow", (event) => { window.restored = event.persisted })`);
      await there.page.evaluate(`location.href = "/elsewhere"`);
      await there.page.waitForURL("**/elsewhere");
      await there.page.evaluate(`${login(name)}`);
      await there.page.evaluate("history.back()");
      await expect.poll(() => there.page.evaluate("window.restored ?? null").catch(() => null)).toBe(true);
      await expect.poll(() => there.chat()).toBe(chat);
      await there.until("ready");
      expect(cached.errors).toEqual([]);
      await there.context.close();
    } finally {
      await cached.close();
    }
  });
});
