import { readdir, readFile } from "node:fs/promises";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { adapterOf, SOURCES } from "../src/consent/table.js";
import type { ConsentOptions } from "../src/types.js";
import { type Answer, type Contract, CONTRACTS, reset } from "./consent.cases.js";

const page = globalThis as any;
const ours = new Set(Object.keys(page));

/** A bare page: events, a cookie text, storage, a root element. */
beforeEach(() => {
  reset();
  for (const name of Object.keys(page)) if (!ours.has(name)) delete page[name];
  page.window = new EventTarget();
  page.document = Object.assign(new EventTarget(), { cookie: "", documentElement: { classList: { contains: () => false } } });
  const items = new Map<string, string>();
  page.localStorage = { getItem: (key: string) => items.get(key) ?? null, setItem: (key: string, value: string) => items.set(key, value) };
  return () => {
    for (const name of ["window", "document", "localStorage"]) delete page[name];
  };
});

const optionsOf = (contract: Contract) => ({ source: contract.source, ...contract.options }) as ConsentOptions;

/** An adapter that watches, and how often it told of a change. */
async function watch(contract: Contract) {
  const adapter = (await adapterOf(optionsOf(contract)))!;
  const changed = vi.fn();
  adapter.subscribe(changed);
  await settle();
  return { adapter, changed, ask: () => adapter.answer(contract.purpose) };
}

const setCookie = (text: string) => (page.document.cookie = text);
const settle = () => new Promise((done) => setTimeout(done));

describe.each(CONTRACTS.map((contract) => [contract.source, contract] as const))("%s", (name, contract) => {
  it("is found under its name", async () => {
    contract.set("granted");
    expect((await watch(contract)).adapter.name).toBe(name);
  });

  it.each(["pending", "granted", "denied"] as Answer[])("%s", async (answer) => {
    contract.set(answer);
    expect((await watch(contract)).ask()).toBe(answer);
  });

  it.each([
    ["pending", "granted"],
    ["granted", "denied"],
    ["denied", "granted"],
  ] as [Answer, Answer][])("changes from %s to %s and tells so", async (before, after) => {
    contract.set(before);
    const { ask, changed } = await watch(contract);
    changed.mockClear();
    contract.set(after);
    contract.signal();
    await settle();
    expect(changed).toHaveBeenCalled();
    expect(ask()).toBe(after);
  });

  it.each(["malformed", "throwing"] as const)("%s is never a yes", async (how) => {
    contract[how]();
    expect((await watch(contract)).ask()).not.toBe("granted");
  });
});

describe("every source", () => {
  it("has cases", () => {
    expect([...CONTRACTS.map((contract) => contract.source), "auto"].sort()).toEqual(Object.keys(SOURCES).sort());
  });

  it("is in the README's table", async () => {
    const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
    for (const source of Object.keys(SOURCES)) expect(readme).toContain(`\`${source}\``);
  });

  it("has a file, and every file a place in the table", async () => {
    const files = await readdir(new URL("../src/consent", import.meta.url));
    const sources = files.map((file) => file.replace(".ts", "")).filter((file) => !["adapter", "table"].includes(file));
    expect(sources.sort()).toEqual(Object.keys(SOURCES).sort());
  });

  it.each(CONTRACTS.filter((contract) => contract.source !== "function").map((contract) => [contract.source, contract] as const))(
    "%s is absent from a bare page and leaves it bare until asked to watch",
    async (_, contract) => {
      const before = Object.keys(page);
      expect((await adapterOf(optionsOf(contract)))!.answer(contract.purpose)).toBe("absent");
      expect(Object.keys(page)).toEqual(before);
    },
  );

  it("is found by auto, which says who decided", async () => {
    for (const contract of CONTRACTS) {
      if (contract.source === "function") continue;
      const before = new Set(Object.keys(page));
      contract.set("granted");
      const adapter = (await adapterOf({ source: "auto" }))!;
      adapter.subscribe(() => {});
      await settle();
      expect([adapter.answer(contract.purpose), adapter.name], contract.source).toEqual(["granted", contract.source]);
      for (const name of Object.keys(page)) if (!before.has(name)) delete page[name];
      page.document.cookie = "";
      page.localStorage.setItem("c15t", "null");
    }
  });

  it("that is unknown allows nothing", async () => {
    expect(await adapterOf({ source: "no-such" } as never)).toBeUndefined();
  });
});

describe("details", () => {
  it("vanilla-cookieconsent: the cookie counts, but not while the dialogue is on screen", async () => {
    const record = { categories: ["f"], consentId: "5f", consentTimestamp: "1", lastConsentTimestamp: "1" };
    page.document.cookie = `x=1; renamed=${encodeURIComponent(JSON.stringify(record))}`;
    const adapter = (await adapterOf({ source: "vanilla-cookieconsent", cookie: "renamed" }))!;
    expect([adapter.answer("f"), adapter.answer("other")]).toEqual(["granted", "denied"]);
    page.document.documentElement.classList.contains = (name: string) => name === "show--consent";
    expect(adapter.answer("f")).toBe("pending");
  });

  it.each([
    ["2.6", { level: ["f"], revision: 0, data: null, rfc_cookie: false }],
    ["2.9", { categories: ["f"], level: ["f"], revision: 0, data: null, rfc_cookie: false, consent_uuid: "5f" }],
  ])("vanilla-cookieconsent %s: its cookie counts, and is looked at, because nobody tells of it", async (_, record) => {
    vi.useFakeTimers();
    try {
      const adapter = (await adapterOf({ source: "vanilla-cookieconsent" }))!;
      const changed = vi.fn();
      adapter.subscribe(changed);
      setCookie(`cc_cookie=${JSON.stringify(record)}`);
      vi.advanceTimersByTime(1_000);
      expect(changed).toHaveBeenCalledTimes(1);
      expect([adapter.answer("f"), adapter.answer("other")]).toEqual(["granted", "denied"]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("vanilla-cookieconsent: a global of that name that is something else leaves it the cookie", async () => {
    page.CookieConsent = { status: "allow" };
    setCookie(`cc_cookie=${JSON.stringify({ categories: ["f"], rfc_cookie: false })}`);
    expect((await adapterOf({ source: "vanilla-cookieconsent" }))!.answer("f")).toBe("granted");
  });

  it("klaro without a global, only its element: what it saved counts, and goes with it", async () => {
    page.klaro = { id: "klaro" };
    vi.useFakeTimers();
    try {
      const adapter = (await adapterOf({ source: "klaro" }))!;
      const changed = vi.fn();
      adapter.subscribe(changed);
      const cookies = { '{"tidio":true}': "granted", '{"tidio":false}': "denied", '{"other":true}': "pending", "": "absent" };
      for (const [cookie, answer] of Object.entries(cookies)) {
        setCookie(cookie && `klaro=${encodeURIComponent(cookie)}`);
        vi.advanceTimersByTime(1_000);
        expect(adapter.answer("tidio"), cookie).toBe(answer);
      }
      expect(changed).toHaveBeenCalledTimes(4);
    } finally {
      vi.useRealTimers();
    }
  });

  it("iab-gpp: the sections' first names are the same sections", async () => {
    page.__gpp = (command: string, callback: any) => command === "ping" && callback({ signalStatus: "ready", parsedSections: { usnatv1: { SaleOptOut: 2 } } });
    const adapter = (await adapterOf({ source: "iab-gpp" }))!;
    adapter.subscribe(() => {});
    expect([adapter.answer("usnat.SaleOptOut"), adapter.answer("usca.SaleOptOut")]).toEqual(["granted", "pending"]);
  });

  it("google-consent-mode: a regional default is left out, and push keeps its result", async () => {
    page.dataLayer = [["consent", "default", { functionality_storage: "granted", region: ["US"] }]];
    const adapter = (await adapterOf({ source: "google-consent-mode" }))!;
    adapter.subscribe(() => {});
    expect(adapter.answer("functionality_storage")).toBe("pending");
    expect(page.dataLayer.push(["event", "x"])).toBe(2);
  });

  it("iab-tcf: an open dialogue is asking, and where the law does not apply nothing is asked", async () => {
    for (const [data, expected] of [
      [{ gdprApplies: true, eventStatus: "cmpuishown", purpose: { consents: { 1: true } } }, "asking"],
      [{ gdprApplies: false, eventStatus: "tcloaded" }, "granted"],
      [{ gdprApplies: true, eventStatus: "tcloaded", vendor: { consents: { 9: true } } }, "denied"],
    ] as const) {
      page.__tcfapi = (_: string, __: number, callback: any) => callback(data, true);
      const adapter = (await adapterOf({ source: "iab-tcf" }))!;
      adapter.subscribe(() => {});
      expect(adapter.answer("1")).toBe(expected);
      if (expected === "denied") expect(adapter.answer("vendor:9")).toBe("granted");
    }
  });

  const ask = async (source: ConsentOptions["source"], purpose: string, more = {}) => {
    const adapter = (await adapterOf({ source, ...more } as ConsentOptions))!;
    adapter.subscribe(() => {});
    await settle();
    return adapter.answer(purpose);
  };

  it.each([
    [[["default", { f: "granted" }]], "granted"],
    [[["default", { f: "denied", region: ["DE"] }], ["default", { f: "granted" }]], "pending"],
    [[["default", { f: "granted", wait_for_update: 500 }]], "pending"],
    [[["update", { f: "denied" }], ["default", { f: "granted" }]], "denied"],
    [[["update", { f: "granted" }], ["update", { f: 1 }]], "granted"],
  ])("google-consent-mode folds %j to %s, and keeps it when old entries are dropped", async (commands, expected) => {
    page.dataLayer = commands.map((command) => ["consent", ...command]);
    const adapter = (await adapterOf({ source: "google-consent-mode" }))!;
    adapter.subscribe(() => {});
    expect(adapter.answer("f")).toBe(expected);
    page.dataLayer.splice(0);
    expect(adapter.answer("f")).toBe(expected);
  });

  it("usercentrics-v3: a refusal stays one, although its banner needs no answer any more", async () => {
    const details = { consent: { type: "EXPLICIT", required: false }, categories: { functional: { state: "ALL_DENIED" } } };
    page.__ucCmp = { isInitialized: async () => true, isConsentRequired: async () => false, getConsentDetails: async () => details };
    expect(await ask("usercentrics-v3", "functional")).toBe("denied");
  });

  it.each([
    ["usca.SaleOptOut", { usca: { SaleOptOut: 2 } }, [8], "granted"],
    ["usnat.SaleOptOut", { usca: { SaleOptOut: 2 } }, [8], "pending"],
    ["SaleOptOut", { usca: { SaleOptOut: 2 }, usnat: [{ SaleOptOut: 1 }] }, [7, 8], "denied"],
    ["SaleOptOut", { usca: { SaleOptOut: 0 } }, [8], "pending"],
    ["SaleOptOut", { usca: { SaleOptOut: 7 } }, [8], "pending"],
    ["SaleOptOut", {}, [-1], "granted"],
    ["tcfeuv2.PurposeConsents.0", { tcfeuv2: { PurposeConsents: [true] } }, [2], "granted"],
  ])("iab-gpp: %s of %j", async (purpose, parsedSections, applicableSections, expected) => {
    page.__gpp = (_: string, callback: any) => callback({ signalStatus: "ready", applicableSections, parsedSections });
    expect(await ask("iab-gpp", purpose)).toBe(expected);
  });

  it.each([true, false])("iab-tcf and iab-gpp: a window that is open again leaves the answer %s as it is", async (yes) => {
    let tell: any;
    page.__tcfapi = (_: string, __: number, callback: any) => (tell = callback);
    const tcf = (await adapterOf({ source: "iab-tcf" }))!;
    tcf.subscribe(() => {});
    tell({ gdprApplies: true, eventStatus: "useractioncomplete", purpose: { consents: { 1: yes } } }, true);
    tell({ gdprApplies: true, eventStatus: "cmpuishown", purpose: { consents: {} } }, true);
    expect(tcf.answer("1")).toBe(yes ? "granted" : "denied");
    tell(null, false);
    expect(tcf.answer("1"), "a command that failed").toBe("pending");

    let ping: object = { signalStatus: "ready", parsedSections: { usnat: { SaleOptOut: yes ? 2 : 1 } } };
    page.__gpp = (command: string, callback: any) => (command === "ping" ? callback(ping) : (tell = callback));
    const gpp = (await adapterOf({ source: "iab-gpp" }))!;
    gpp.subscribe(() => {});
    ping = { signalStatus: "not ready", parsedSections: {} };
    tell();
    expect(gpp.answer("SaleOptOut")).toBe(yes ? "granted" : "denied");
  });

  it("axeptio: a choice made before us counts by its cookie", async () => {
    page.axeptioSettings = {};
    page._axcb = { push: (run: any) => run({ on() {} }) };
    for (const [record, expected] of [
      ['{"$$completed":true,"tidio":true}', "granted"],
      ['{"$$completed":true}', "denied"],
      ['{"$$completed":false,"tidio":true}', "pending"],
    ]) {
      setCookie(`axeptio_cookies=${encodeURIComponent(record!)}`);
      expect(await ask("axeptio", "tidio"), record).toBe(expected);
    }
  });

  it("trustarc: by its API, whose levels count from 1, and for the shop's domain", async () => {
    const asked: string[] = [];
    for (const [decision, expected] of [
      [{ consentDecision: [1, 2], source: "asserted" }, "granted"],
      [{ consentDecision: [1], source: "asserted" }, "denied"],
      [{ consentDecision: [1, 2, 3], source: "implied" }, "pending"],
    ] as const) {
      page.truste = { cma: { callApi: (name: string, domain: string) => (asked.push(name, domain), decision) } };
      expect(await ask("trustarc", "2", { domain: "shop.example" })).toBe(expected);
    }
    expect(new Set(asked)).toEqual(new Set(["getGDPRConsentDecision", "shop.example"]));
  });

  it("didomi: an opt-out is a refusal where no consent is required, and a preset is none", async () => {
    const status = (enabled: boolean) => ({ purposes: { f: { enabled } }, vendors: {} });
    for (const [required, asks, enabled, expected] of [
      [false, false, false, "denied"],
      [false, false, true, "granted"],
      [true, true, false, "pending"],
    ] as const) {
      page.Didomi = { on() {}, isConsentRequired: () => required, shouldUserStatusBeCollected: () => asks, getCurrentUserStatus: () => status(enabled) };
      expect(await ask("didomi", "f")).toBe(expected);
    }
  });

  it("iubenda: its callback says that no consent is needed", async () => {
    page._iub = { csConfiguration: {}, cs: { api: { getPreferences: () => null } } };
    const adapter = (await adapterOf({ source: "iubenda" }))!;
    adapter.subscribe(() => {});
    expect(adapter.answer("2")).toBe("pending");
    page._iub.csConfiguration.callback.onPreferenceExpressedOrNotNeeded(null);
    expect(adapter.answer("2")).toBe("granted");
  });

  it("auto asks each source in its own words", async () => {
    expect((await adapterOf({ source: "auto" }))!.name).toBe("none");
    page.OnetrustActiveGroups = ",C0001,C0003,";
    expect(await ask("auto", "functionality")).toBe("granted");
    expect(await ask("auto", "functionality", { purposes: { onetrust: { functionality: "C0002" } } })).toBe("denied");
    expect(await ask("auto", "C0001")).toBe("granted");
  });

  it("auto gives way to a consent manager that comes later", async () => {
    page.dataLayer = [["consent", "default", { functionality_storage: "granted" }]];
    const adapter = (await adapterOf({ source: "auto" }))!;
    adapter.subscribe(() => {});
    expect([adapter.name, adapter.answer("functional")]).toEqual(["google-consent-mode", "granted"]);
    page.Cookiebot = { hasResponse: false, consent: { preferences: false } };
    expect([adapter.name, adapter.answer("functional")]).toEqual(["cookiebot", "pending"]);
  });
});
