/**
 * Recorded contracts of consent managers: how each looks on a page in every situation.
 *
 * In scope: the documented globals, events and cookies, in our own words. Out of scope: the managers themselves;
 * those that can be installed run for real in Chromium.
 */
import type { ConsentOptions } from "../src/types.js";

export type Answer = "pending" | "granted" | "denied";

export interface Contract {
  source: ConsentOptions["source"];
  purpose: string;
  /** Puts the page into this situation. */
  set(answer: Answer): void;
  /** Tells of a change, as the manager does. */
  signal(): void;
  /** Puts rubbish where the manager would be. */
  malformed(): void;
  /** Makes every access to the manager throw. */
  throwing(): void;
  options?: object;
}

const page = globalThis as any;
const fire = (name: string, target: EventTarget = page.window) => target.dispatchEvent(new Event(name));
const thrower = () => new Proxy(() => {}, { get: throws, apply: throws, has: throws });
const throws = (): never => {
  throw new Error("from the consent manager");
};
const setCookie = (text: string | undefined) => (page.document.cookie = text ?? "");
const yes = (answer: Answer) => answer === "granted";

let tell: (() => void)[] = [];
const later = (listener: () => void) => void tell.push(listener);
const signalAll = () => tell.forEach((listener) => listener());
/** Forgets the listeners of an earlier case. */
export const reset = () => (tell = []);

let tcf: any;
let gpp: any;
let shop: any = () => null;
let axeptio: Answer;

export const CONTRACTS: Contract[] = [
  {
    source: "function",
    purpose: "chat",
    options: { read: () => shop(), subscribe: later },
    set: (answer) => (shop = () => ({ chat: answer === "pending" ? null : yes(answer) })),
    signal: signalAll,
    malformed: () => (shop = () => ({ chat: 1 })),
    throwing: () => (shop = throws),
  },
  {
    source: "vanilla-cookieconsent",
    purpose: "functionality",
    set: (answer) => (page.CookieConsent = { validConsent: () => answer !== "pending", acceptedCategory: () => yes(answer) }),
    signal: () => fire("cc:onChange"),
    malformed: () => (page.CookieConsent = { validConsent: () => "yes" }),
    throwing: () => (page.CookieConsent = thrower()),
  },
  {
    source: "google-consent-mode",
    purpose: "functionality_storage",
    set(answer) {
      page.dataLayer ??= [{ event: "page" }, ["js", new Date(0)], ["consent", "default", { functionality_storage: "denied", wait_for_update: 500 }]];
      if (answer !== "pending") page.dataLayer.push(["consent", "update", { functionality_storage: answer }]);
    },
    signal: () => page.dataLayer.push(["consent", "update", {}]),
    malformed: () => (page.dataLayer = [null, 5, ["consent"], ["consent", "update", null], { 0: "consent", 1: "update" }]),
    throwing: () => (page.dataLayer = [thrower()]),
  },
  {
    source: "iab-tcf",
    purpose: "3",
    set(answer) {
      tcf = { gdprApplies: answer === "pending" ? undefined : true, eventStatus: "useractioncomplete", purpose: { consents: { 3: yes(answer) } } };
      page.__tcfapi = (_command: string, _version: number, callback: any) => {
        later(() => callback(tcf, true));
        callback(tcf, true);
      };
    },
    signal: signalAll,
    malformed: () => (page.__tcfapi = (_: string, __: number, callback: any) => callback({ gdprApplies: true, eventStatus: "tcloaded" }, true)),
    throwing: () => (page.__tcfapi = throws),
  },
  {
    source: "iab-gpp",
    purpose: "usnat.SharingOptOut",
    set(answer) {
      gpp = { signalStatus: "ready", parsedSections: answer === "pending" ? {} : { usnat: [{ SharingOptOut: yes(answer) ? 2 : 1 }, { Gpc: false }] } };
      page.__gpp = (command: string, callback: any) => {
        if (command === "ping") callback(gpp, true);
        else later(() => callback({ eventName: "sectionChange" }, true));
      };
    },
    signal: signalAll,
    malformed: () => (page.__gpp = (_: string, callback: any) => callback({ signalStatus: "ready", parsedSections: 5 })),
    throwing: () => (page.__gpp = throws),
  },
  {
    source: "onetrust",
    purpose: "C0003",
    set(answer) {
      page.OnetrustActiveGroups = `,C0001,${yes(answer) ? "C0003," : ""}`;
      page.OneTrust = { IsAlertBoxClosed: () => answer !== "pending" };
    },
    signal: () => fire("OneTrustGroupsUpdated"),
    malformed: () => (page.OnetrustActiveGroups = { C0003: true }),
    throwing() {
      page.OnetrustActiveGroups = ",C0001,";
      page.OneTrust = thrower();
    },
  },
  {
    source: "cookiebot",
    purpose: "preferences",
    set: (answer) => (page.Cookiebot = { hasResponse: answer !== "pending", consent: { preferences: yes(answer), method: "explicit" } }),
    signal: () => fire("CookiebotOnAccept"),
    malformed: () => (page.Cookiebot = { hasResponse: "true", consent: { preferences: true } }),
    throwing: () => (page.Cookiebot = thrower()),
  },
  {
    source: "usercentrics-v3",
    purpose: "functional",
    set: (answer) =>
      (page.__ucCmp = {
        isInitialized: async () => true,
        isConsentRequired: async () => true,
        getConsentDetails: async () => ({
          consent: { type: answer === "pending" ? "IMPLICIT" : "EXPLICIT" },
          categories: { functional: { state: yes(answer) ? "ALL_ACCEPTED" : "SOME_ACCEPTED" } },
        }),
      }),
    signal: () => fire("UC_CONSENT"),
    malformed: () => (page.__ucCmp = { isInitialized: () => true, isConsentRequired: () => true, getConsentDetails: () => 5 }),
    throwing: () => (page.__ucCmp = { isInitialized: throws }),
  },
  {
    source: "usercentrics-v2",
    purpose: "functional",
    set: (answer) =>
      (page.UC_UI = {
        isInitialized: () => true,
        isConsentRequired: () => answer === "pending",
        getServicesBaseInfo: () => [
          { categorySlug: "functional", consent: { status: true } },
          { categorySlug: "functional", consent: { status: yes(answer) } },
          { categorySlug: "marketing", consent: { status: false } },
        ],
      }),
    signal: () => fire("consent_status"),
    malformed: () => (page.UC_UI = { isInitialized: () => true, getServicesBaseInfo: () => [{ categorySlug: "functional" }] }),
    throwing: () => (page.UC_UI = { isInitialized: throws }),
  },
  {
    source: "didomi",
    purpose: "functional",
    set(answer) {
      const enabled = answer === "pending" ? undefined : yes(answer);
      page.Didomi = {
        isConsentRequired: () => true,
        on: (_event: string, listener: () => void) => later(listener),
        getCurrentUserStatus: () => ({ purposes: { functional: { enabled } }, vendors: {} }),
      };
    },
    signal: signalAll,
    malformed: () => (page.Didomi = { getCurrentUserStatus: () => ({ purposes: { functional: { enabled: "yes" } } }) }),
    throwing: () => (page.Didomi = { getCurrentUserStatus: throws }),
  },
  {
    source: "klaro",
    purpose: "tidio",
    set(answer) {
      const manager = {
        confirmed: answer !== "pending",
        savedConsents: { tidio: yes(answer) },
        consents: { tidio: true },
        watch: ({ update }: { update: () => void }) => later(update),
      };
      page.klaro = { getManager: () => manager };
    },
    signal: signalAll,
    malformed: () => (page.klaro = { getManager: () => ({ confirmed: true, consents: { tidio: "yes" }, watch() {} }) }),
    throwing: () => (page.klaro = { getManager: throws }),
  },
  {
    source: "c15t",
    purpose: "functionality",
    set(answer) {
      page.c15tStore = { subscribe: later };
      const record = { consents: { necessary: true, functionality: yes(answer) }, consentInfo: { time: 1 } };
      if (answer !== "pending") page.localStorage.setItem("c15t", JSON.stringify(record));
    },
    signal: signalAll,
    malformed: () => page.localStorage.setItem("c15t", `{"consents":true,"consentInfo":{}}`),
    throwing: () => page.localStorage.setItem("c15t", "{"),
  },
  {
    source: "osano",
    purpose: "PERSONALIZATION",
    set(answer) {
      const value = { granted: "ACCEPT", denied: "DENY", pending: undefined }[answer];
      page.Osano = { cm: { getConsent: () => ({ PERSONALIZATION: value }), addEventListener: (_: string, listener: () => void) => later(listener) } };
    },
    signal: signalAll,
    malformed: () => (page.Osano = { cm: { getConsent: () => ({ PERSONALIZATION: true }), addEventListener() {} } }),
    throwing: () => (page.Osano = { cm: { getConsent: throws, addEventListener: throws } }),
  },
  {
    source: "trustarc",
    purpose: "2",
    set(answer) {
      page.truste = {};
      setCookie(answer === "pending" ? undefined : `a=b; notice_gdpr_prefs=${yes(answer) ? "0,1,2" : "0"}::explicit,eu`);
    },
    signal: () => fire("message"),
    malformed: () => setCookie("notice_gdpr_prefs=%7B%7D"),
    throwing: () => setCookie("notice_gdpr_prefs=%"),
  },
  {
    source: "cookieyes",
    purpose: "functional",
    set(answer) {
      page.getCkyConsent = () => ({ isUserActionCompleted: answer !== "pending", categories: { functional: yes(answer) } });
    },
    signal: () => fire("cookieyes_consent_update", page.document),
    malformed: () => (page.getCkyConsent = () => 5),
    throwing: () => (page.getCkyConsent = throws),
  },
  {
    source: "iubenda",
    purpose: "2",
    set(answer) {
      page._iub ??= { csConfiguration: {} };
      page._iub.cs = { api: { getPreferences: () => (answer === "pending" ? null : { purposes: { 2: yes(answer) } }) } };
    },
    signal: () => page._iub.csConfiguration.callback.onPreferenceExpressedOrNotNeeded(),
    malformed: () => (page._iub = { cs: { api: { getPreferences: () => ({ purposes: "2" }) } } }),
    throwing: () => (page._iub = { cs: { api: { getPreferences: throws } } }),
  },
  {
    source: "axeptio",
    purpose: "tidio",
    set(answer) {
      page.axeptioSDK = {};
      axeptio = answer;
      const on = (event: string, listener: (choices: object) => void) => {
        const say = () => axeptio !== "pending" && event === "cookies:complete" && listener({ tidio: yes(axeptio) });
        later(say);
        say();
      };
      page._axcb = { push: (callback: (sdk: object) => void) => callback({ on }) };
    },
    signal: signalAll,
    malformed: () => (page._axcb = { push: (callback: (sdk: object) => void) => callback({ on: (_: string, listener: (x: unknown) => void) => listener({ tidio: "yes" }) }) }),
    throwing: () => (page._axcb = { push: throws }),
  },
];
