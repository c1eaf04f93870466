/** Every consent manager with a call that opens its dialogue: that call is made, and a missing or throwing one is told. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { guarded } from "../src/consent/adapter.js";
import { SOURCES } from "../src/consent/table.js";

const page = globalThis as any;

/** What the vendor puts on the page around its call. */
const CALLS: Record<string, (call: unknown) => object> = {
  axeptio: (call) => ({ openAxeptioCookies: call }),
  c15t: (call) => ({ c15tStore: { getState: () => ({ setActiveUI: call }) } }),
  cookiebot: (call) => ({ Cookiebot: { renew: call } }),
  cookieyes: (call) => ({ revisitCkyConsent: call }),
  didomi: (call) => ({ Didomi: { preferences: { show: call } } }),
  iubenda: (call) => ({ _iub: { cs: { api: { openPreferences: call } } } }),
  klaro: (call) => ({ klaro: { show: call } }),
  onetrust: (call) => ({ OneTrust: { ToggleInfoDisplay: call } }),
  osano: (call) => ({ Osano: { cm: { showDrawer: call } } }),
  trustarc: (call) => ({ truste: { eu: { clickListener: call } } }),
  "usercentrics-v2": (call) => ({ UC_UI: { showSecondLayer: call } }),
  "usercentrics-v3": (call) => ({ __ucCmp: { showSecondLayer: call } }),
  "vanilla-cookieconsent": (call) => ({ CookieConsent: { showPreferences: call } }),
};

/** They have none that a standard or a vendor promises. */
const WITHOUT = ["google-consent-mode", "iab-gpp", "iab-tcf"];

const adapter = async (name: string, options: object = {}) =>
  guarded((await SOURCES[name as keyof typeof SOURCES]()).create({ source: name, ...options }));

let put: string[] = [];
const install = (globals: object) => {
  put = Object.keys(globals);
  Object.assign(page, globals);
};
afterEach(() => {
  for (const name of put) delete page[name];
});

it("covers every source", () => {
  expect([...Object.keys(CALLS), ...WITHOUT, "auto", "function"].sort()).toEqual(Object.keys(SOURCES).sort());
});

describe.each(Object.entries(CALLS))("%s", (name, around) => {
  it("opens its dialogue", async () => {
    const call = vi.fn();
    install(around(call));
    expect((await adapter(name)).ask?.()).toBe(true);
    expect(call).toHaveBeenCalledOnce();
  });

  it("says so where there is no such call, or it throws", async () => {
    expect((await adapter(name)).ask?.()).toBe(false);
    install(around(undefined));
    expect((await adapter(name)).ask?.()).toBe(false);
    install(around(() => { throw new Error("x"); }));
    expect((await adapter(name)).ask?.()).toBe(false);
  });
});

it.each(WITHOUT)("%s leaves it to the notice", async (name) => expect((await adapter(name)).ask?.()).toBe(false));

it("the shop's function asks where it has a way", async () => {
  const ask = vi.fn();
  expect((await adapter("function", { read: () => null, ask })).ask?.()).toBe(true);
  expect(ask).toHaveBeenCalledOnce();
  expect((await adapter("function", { read: () => null })).ask?.()).toBe(false);
});
