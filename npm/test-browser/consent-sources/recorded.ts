/**
 * Stand-ins for consent managers that their vendors deliver from their own servers only, written after the
 * vendors' documentation: the globals, the order in which they change, and the events.
 */
import type { ConsentSource } from "./types.js";

const page = window as any;

const say = (name: string, detail?: unknown, target: EventTarget = window): void => {
  target.dispatchEvent(new CustomEvent(name, { detail }));
};

/** A queue that, once its script is there, calls what is pushed. */
function queue(name: string, argument: unknown): void {
  const waiting: ((argument: unknown) => void)[] = page[name] ?? [];
  page[name] = { push: (run: (argument: unknown) => void) => run(argument) };
  for (const run of waiting) run(argument);
}

/** Callbacks by event name. */
function emitter() {
  const listeners: Record<string, ((value: unknown) => void)[]> = {};
  return {
    on: (name: string, listener: (value: unknown) => void) => void (listeners[name] ??= []).push(listener),
    emit: (name: string, value?: unknown) => listeners[name]?.forEach((listener) => listener(value)),
  };
}

function onetrust(): ConsentSource {
  let closed = false;
  return {
    purpose: "C0003",
    install() {
      page.OnetrustActiveGroups = ",C0001,";
      page.OneTrust = { IsAlertBoxClosed: () => closed };
      say("OneTrustGroupsUpdated", ["C0001"]);
    },
    answer(yes) {
      closed = true;
      page.OnetrustActiveGroups = yes ? ",C0001,C0003," : ",C0001,";
      say("OneTrustGroupsUpdated", yes ? ["C0001", "C0003"] : ["C0001"]);
    },
  };
}

function cookiebot(): ConsentSource {
  const state = { hasResponse: false, consented: false, declined: false, consent: { necessary: true, preferences: false, method: null as string | null } };
  return {
    purpose: "preferences",
    install: () => void (page.Cookiebot = state),
    answer(yes) {
      Object.assign(state, { hasResponse: true, consented: yes, declined: !yes });
      Object.assign(state.consent, { preferences: yes, method: "explicit" });
      say("CookiebotOnConsentReady");
      say(yes ? "CookiebotOnAccept" : "CookiebotOnDecline");
    },
  };
}

function usercentricsV3(): ConsentSource {
  const details = (type: string, state: string) => ({
    consent: { status: state, type, required: true },
    categories: { functional: { dps: {}, state } },
    services: {},
  });
  let now = details("IMPLICIT", "ALL_DENIED");
  let required = true;
  return {
    purpose: "functional",
    install() {
      page.__ucCmp = {
        isInitialized: async () => true,
        isConsentRequired: async () => required,
        getConsentDetails: async () => now,
      };
      say("UC_UI_INITIALIZED");
    },
    answer(yes) {
      required = false;
      now = details("EXPLICIT", yes ? "ALL_ACCEPTED" : "ALL_DENIED");
      say("UC_CONSENT", now);
    },
  };
}

function usercentricsV2(): ConsentSource {
  let required = true;
  let status = false;
  return {
    purpose: "functional",
    install() {
      page.UC_UI = {
        isInitialized: () => true,
        isConsentRequired: () => required,
        getServicesBaseInfo: () => [{ id: "t", name: "Tidio", categorySlug: "functional", consent: { status, history: [] } }],
      };
      say("UC_UI_INITIALIZED");
    },
    answer(yes) {
      [required, status] = [false, yes];
      say("consent_status", { event: "consent_status", type: "explicit", ucCategory: { functional: yes } });
    },
  };
}

function didomi(): ConsentSource {
  const events = emitter();
  let asked = true;
  let enabled = false;
  return {
    purpose: "vendor:c:tidio",
    install() {
      page.Didomi = {
        ...events,
        isConsentRequired: () => true,
        shouldUserStatusBeCollected: () => asked,
        getCurrentUserStatus: () => ({ purposes: {}, vendors: { "c:tidio": { id: "c:tidio", enabled } } }),
      };
      queue("didomiOnReady", page.Didomi);
    },
    answer(yes) {
      [asked, enabled] = [false, yes];
      events.emit("consent.changed");
    },
  };
}

function osano(): ConsentSource {
  const events = emitter();
  let consent: Record<string, string> = {};
  return {
    purpose: "PERSONALIZATION",
    install: () => void (page.Osano = { cm: { addEventListener: events.on, getConsent: () => consent } }),
    answer(yes) {
      consent = { ESSENTIAL: "ACCEPT", PERSONALIZATION: yes ? "ACCEPT" : "DENY" };
      events.emit("osano-cm-consent-saved", consent);
    },
  };
}

function trustarc(): ConsentSource {
  let decision: { consentDecision: number[]; source: string } = { consentDecision: [0], source: "implied" };
  return {
    purpose: "2",
    install() {
      page.truste = {
        cma: { callApi: (name: string, domain: string) => (name === "getGDPRConsentDecision" && domain === location.hostname ? decision : undefined) },
      };
    },
    answer(yes) {
      decision = { consentDecision: yes ? [1, 2] : [1], source: "asserted" };
      window.postMessage(JSON.stringify({ source: "preference_manager", message: "submit_preferences" }));
    },
  };
}

function cookieyes(): ConsentSource {
  const state = { categories: { necessary: true, functional: false }, isUserActionCompleted: false };
  return {
    purpose: "functional",
    install() {
      page.getCkyConsent = () => state;
      say("cookieyes_banner_load", state, document);
    },
    answer(yes) {
      state.isUserActionCompleted = true;
      state.categories.functional = yes;
      say("cookieyes_consent_update", yes ? { accepted: ["necessary", "functional"], rejected: [] } : { accepted: ["necessary"], rejected: ["functional"] }, document);
    },
  };
}

function iubenda(): ConsentSource {
  let preferences: object | null = null;
  return {
    purpose: "2",
    install() {
      const callback = { onPreferenceExpressedOrNotNeeded: () => void (page.shopHeard = (page.shopHeard ?? 0) + 1) };
      page._iub = { csConfiguration: { callback }, cs: { api: { getPreferences: () => preferences } } };
    },
    answer(yes) {
      preferences = { timestamp: "2026-01-01", purposes: { 1: true, 2: yes } };
      page._iub.csConfiguration.callback.onPreferenceExpressedOrNotNeeded(preferences);
    },
  };
}

function axeptio(): ConsentSource {
  const events = emitter();
  return {
    purpose: "tidio",
    install() {
      page.axeptioSettings = { clientId: "1" };
      queue("_axcb", events);
    },
    answer(yes) {
      const choices = { $$completed: true, tidio: yes };
      document.cookie = `axeptio_cookies=${encodeURIComponent(JSON.stringify(choices))}; path=/`;
      events.emit("cookies:complete", { tidio: yes });
    },
  };
}

function googleConsentMode(): ConsentSource {
  function gtag(..._values: unknown[]): void {
    // Google's own shim pushes the arguments object, not an array.
    // eslint-disable-next-line prefer-rest-params
    page.dataLayer.push(arguments);
  }
  return {
    purpose: "functionality_storage",
    install() {
      page.dataLayer ??= [];
      gtag("consent", "default", { functionality_storage: "denied", wait_for_update: 500 });
    },
    answer: (yes) => gtag("consent", "update", { functionality_storage: yes ? "granted" : "denied" }),
  };
}

export const sources: Record<string, ConsentSource> = {
  onetrust: onetrust(),
  cookiebot: cookiebot(),
  "usercentrics-v3": usercentricsV3(),
  "usercentrics-v2": usercentricsV2(),
  didomi: didomi(),
  osano: osano(),
  trustarc: trustarc(),
  cookieyes: cookieyes(),
  iubenda: iubenda(),
  axeptio: axeptio(),
  "google-consent-mode": googleConsentMode(),
};
