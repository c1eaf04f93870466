import { describe, expect, it } from "vitest";
import { shop, visit } from "./setup.js";

describe("session sources", () => {
  const session = JSON.stringify({ auth: { tokens: ["customer-anna"] } });
  const paths = `paths: { token: "auth.tokens[0]" }`;

  it.each([
    ["sessionStorage", `sessionStorage.app = text`, `{ sessionStorage: { key: "app", ${paths} } }`],
    ["cookie", `document.cookie = "app=" + encodeURIComponent(text)`, `{ cookie: { name: "app", ${paths} } }`],
    ["meta", `document.head.append(Object.assign(document.createElement("meta"), { name: "app", content: text }))`, `{ meta: { name: "app", ${paths} } }`],
    ["global", `window.shop = { session: JSON.parse(text) }`, `{ global: { path: "shop.session", ${paths} } }`],
  ])("%s: found, absent, malformed", async (_, put, source) => {
    for (const [text, code, chat] of [
      [session, null, "chat of anna: "],
      ["{}", null, "chat of a guest: "],
      ["%", put.includes("JSON.parse") ? null : "session_threw", "chat of a guest: "],
    ] as const) {
      await visit.page.goto(shop.origin);
      await visit.page.evaluate(`(() => { const text = ${JSON.stringify(text)}; try { ${put} } catch {} })()`);
      await visit.start(`{ session: ${source} }`);
      await visit.until("ready", code);
      expect(await visit.chat()).toBe(chat);
    }
  });
});

describe("one script tag", () => {
  it("starts with its data attributes, shows the launcher, and loads nothing before it is used", async () => {
    shop.world.edge = () => undefined;
    shop.world.head = `<script type="module" src="/pkg/auto.js" data-edge="${shop.origin}" data-store="de" data-locale="de-DE"
      data-consent="vanilla-cookieconsent" data-label="Chat öffnen" data-position="start"></script>`;
    await visit.page.goto(shop.origin);
    const button = visit.page.getByRole("button", { name: "Chat öffnen" });
    await button.waitFor();
    expect(shop.seen).toEqual([]);
    expect(await visit.stored()).toEqual([]);
    expect(await visit.page.evaluate("commercetoolsTidio.status()")).toMatchObject({ state: "waiting", code: "not_requested" });

    const record = { categories: ["functionality"], consentId: "5f", consentTimestamp: "1", lastConsentTimestamp: "1" };
    await visit.page.evaluate(`document.cookie = "cc_cookie=" + encodeURIComponent(${JSON.stringify(JSON.stringify(record))})`);
    await button.focus();
    await visit.page.keyboard.press("Enter");
    await visit.page.waitForFunction(`commercetoolsTidio.status().state === "ready"`);
    expect((await visit.calls()).at(-1)).toEqual(["open"]);
    expect(await button.count()).toBe(0);
  });
});

describe("the launcher", () => {
  it("sits at the end of the line in both reading directions", async () => {
    for (const [direction, position, left] of [["ltr", "end", false], ["rtl", "end", true], ["ltr", "start", true], ["rtl", "start", false]] as const) {
      await visit.page.goto("about:blank");
      await visit.page.goto(shop.origin);
      await visit.page.evaluate(`document.documentElement.dir = "${direction}"`);
      await visit.start(`{ mode: "interaction", launcher: { position: "${position}" } }`);
      const box = await visit.page.getByRole("button", { name: "Open chat" }).boundingBox();
      expect(box && box.x < 200, `${direction} ${position}`).toBe(left);
    }
  });
});
