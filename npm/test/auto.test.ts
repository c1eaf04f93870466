/** The script tag's attributes as settings. */
import { describe, expect, it } from "vitest";
import { optionsOf } from "../src/auto.js";

const NEEDED = { edge: "https://edge.example", store: "de", locale: "de-DE" };
const of = (more: Record<string, string>) => optionsOf({ ...NEEDED, ...more });

describe("data attributes", () => {
  it("alone make the smallest settings", () => {
    expect(of({})).toEqual({ ...NEEDED, consent: { source: "auto" }, launcher: {} });
  });

  it("name purposes, apart by spaces", () => {
    expect(of({ consent: "onetrust", chat: "C0003", share: " C0003  C0002 " }).consent).toEqual({ source: "onetrust", chat: ["C0003"], share: ["C0003", "C0002"] });
  });

  it.each([
    ["cartEvent", "cart:changed", { event: "cart:changed" }],
    ["cartLocalStorage", "cart", { localStorage: "cart" }],
    ["cartSessionStorage", "cart", { sessionStorage: "cart" }],
    ["cartCookie", "cart", { cookie: "cart" }],
    ["cartMeta", "cart", { meta: "cart" }],
    ["cartGlobal", "shop.cart", { global: "shop.cart" }],
    ["cartEvent", "", undefined],
  ])("%s: %s", (name, value, cart) => expect(of({ [name]: value }).cart).toEqual(cart));

  it.each([
    [{ notice: "Chat starten?", noticeAccept: "Ja", noticeDecline: "Nein" }, { text: "Chat starten?", accept: "Ja", decline: "Nein" }],
    [{ noticeAccept: "Ja" }, { accept: "Ja" }],
    [{ privacyUrl: "/privacy", privacyLabel: "Datenschutz" }, { privacy: { url: "/privacy", label: "Datenschutz" } }],
    [{ privacyUrl: "/privacy" }, { privacy: { url: "/privacy", label: "/privacy" } }],
    [{ privacyLabel: "leads nowhere", notice: "" }, undefined],
  ])("%o are the notice's words", (data, notice) => expect(of({ consent: "auto", ...data }).consent).toEqual({ source: "auto", ...(notice && { notice }) }));

  it("set launcher, moment, session, nonce and engine", () => {
    expect(of({ label: "Chat", color: "red", position: "start", mode: "idle", sessionUrl: "/s", nonce: "n", engine: "js" })).toMatchObject({
      launcher: { label: "Chat", color: "red", position: "start" },
      mode: "idle",
      session: { url: "/s" },
      nonce: "n",
      engine: "js",
    });
    expect(of({ launcher: "none" }).launcher).toBe(false);
    expect(of({ position: "end", engine: "wasm" })).toEqual(of({}));
  });
});
