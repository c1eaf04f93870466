/** The launcher, and the moment at which anything is loaded. */
import { describe, expect, it } from "vitest";
import { shop, visit } from "./setup.js";
import type { Seen, World } from "./shop.js";

const button = () => visit.page.getByRole("button", { name: "Hilfe" });
const show = (more = "") => visit.start(`{ mode: "interaction", launcher: { label: "Hilfe", color: "rgb(1, 2, 3)" }, ${more} }`);
const style = (property: string) => button().evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);

describe("the launcher", () => {
  it("is a named button that keys reach, in the shop's colour, and announces a dialogue", async () => {
    await show();
    await visit.page.keyboard.press("Tab");
    expect(await visit.page.evaluate(`document.activeElement.shadowRoot.activeElement.getAttribute("aria-label")`)).toBe("Hilfe");
    expect(await button().getAttribute("aria-haspopup")).toBe("dialog");
    expect(await style("background-color")).toBe("rgb(1, 2, 3)");
    expect(await style("outline-style")).toBe("solid");
    await visit.page.keyboard.press("Space");
    await visit.until("ready");
    await expect.poll(async () => (await visit.calls()).at(-1)).toEqual(["open"]);
    expect(await button().count()).toBe(0);
  });

  it("says that it is busy while chat loads", async () => {
    shop.world.edge = () => ({ hang: true });
    await show();
    await button().click();
    expect(await button().getAttribute("aria-busy")).toBe("true");
    await visit.until("waiting", "settings_pending");
    expect(await button().getAttribute("aria-busy"), "also once the module is there and asks the edge").toBe("true");
  });

  it.each([
    ["the script is blocked", { widget: "blocked" }, "blocked"],
    ["the edge is down", { edge: () => ({ reset: true }) }, "failed"],
  ] as const)("is no dead button when %s: it is there, not busy, and the next click works", async (_, broken, state) => {
    const { edge = () => undefined, ...rest } = broken as Partial<World>;
    const mend = () => void Object.assign(shop.world, { widget: "good", edge: () => undefined });
    Object.assign(shop.world, rest, { edge: (seen: Seen) => (seen.path === "/v1/mended" ? (mend(), { json: {} }) : edge(seen)) });
    await show();
    await button().click();
    await visit.until(state);
    await expect.poll(() => button().getAttribute("aria-busy")).toBe("false");
    // By the page, in one breath: a bridge that tries again by itself would take the button away before a click from outside.
    await visit.page.evaluate(`fetch("/v1/mended").then(() => document.querySelector("#commercetools-tidio-launcher").shadowRoot.querySelector("button").click())`);
    await visit.until("ready", null);
    await expect.poll(async () => (await visit.calls()).at(-1)).toEqual(["open"]);
    expect(await button().count()).toBe(0);
  });

  it("stands still for those who ask for less motion", async () => {
    await show();
    expect(await style("transition-duration")).toBe("0.15s");
    await visit.page.emulateMedia({ reducedMotion: "reduce" });
    expect(await style("transition-duration")).toBe("0s");
  });

  it("connects ahead to the edge, once, when pointer or focus comes near, and to nobody else", async () => {
    await show();
    expect(await visit.page.locator("link[rel=preconnect]").count()).toBe(0);
    await button().hover();
    await button().focus();
    expect(await visit.page.locator("link[rel=preconnect]").evaluateAll((links) => links.map((link) => (link as HTMLLinkElement).href))).toEqual([`${shop.origin}/`]);
    expect(shop.seen).toEqual([]);
  });

  it("is not there where the shop has its own", async () => {
    await visit.start(`{ mode: "interaction", launcher: false }`);
    expect(await visit.page.getByRole("button").count()).toBe(0);
    await visit.page.evaluate("bridge.open()");
    await visit.until("ready");
  });
});

describe("the moment", () => {
  const loads = () => shop.seen.some((seen) => seen.path === "/v1/bootstrap");

  it.each([["interaction", false], ["idle", true], ["immediate", true]] as const)("%s", async (mode, expected) => {
    await visit.start(`{ mode: "${mode}" }`);
    if (expected) await visit.until("ready");
    else await visit.page.waitForTimeout(500);
    expect(loads()).toBe(expected);
  });

  it.each(["interaction", "idle", "immediate"])("%s: with Save-Data on a click only", async (mode) => {
    await visit.page.addInitScript(`Object.defineProperty(navigator, "connection", { value: { saveData: true } })`);
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(`localStorage["ct-tidio"] = "guest"`);
    await visit.start(`{ mode: "${mode}" }`);
    await visit.page.waitForTimeout(500);
    expect(loads()).toBe(false);
    await visit.page.getByRole("button").click();
    await visit.until("ready");
  });
});

describe("settings that are none", () => {
  it.each([
    ["nothing", "undefined"],
    ["null", "null"],
    ["an empty object", "{}"],
    ["no edge", `{ store: "de", locale: "de-DE", consent: { source: "function", read: () => ({ chat: true }) } }`],
    ["an unknown source", `{ edge: location.origin, store: "de", locale: "de-DE", consent: { source: "nonsense" } }`],
    ["triggers and a cart of the wrong type", `{ edge: location.origin, store: "de", locale: "de-DE", triggers: 5, cart: 7, launcher: null, consent: 5 }`],
  ])("%s: no exception, nothing loaded, and a status that says why", async (_, options) => {
    await visit.page.goto(shop.origin);
    await visit.page.evaluate(`(async () => {
      const { createBridge } = await import("/pkg/index.js");
      window.statuses = [];
      window.bridge = createBridge(${options});
      bridge.on("status", (status) => statuses.push(status));
      bridge.start(); bridge.open(); bridge.track("x"); bridge.signal("x"); bridge.cartChanged(); bridge.productInView(null); bridge.refresh(); bridge.logout();
    })()`);
    // A source that is looked for is pending before it is absent.
    await expect.poll(() => visit.page.evaluate(`bridge.status().code`)).toMatch(/^(options_malformed|consent_absent)$/);
    expect(shop.scripts).toEqual([]);
  });
});
