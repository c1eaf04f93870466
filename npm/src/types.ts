/**
 * The public shapes of the package: options in, status out.
 *
 * In scope: types only, no code. Out of scope: what the edge says (that is the contract between the wasm
 * module and the edge and never reaches the shop).
 */

/** A consent answer. Unknown is never `granted`. */
export type Decision = "granted" | "denied" | "pending";

/** The two switches and the source that answered them. */
export interface ConsentState {
  /** May chat load? */
  chat: Decision;
  /** May identity and cart travel to the edge and to Tidio? */
  share: Decision;
  /** Name of the source that decided, for example `vanilla-cookieconsent`; `none` while nobody has. */
  source: string;
}

/**
 * - `waiting`: nothing loaded yet: the moment has not come, or consent has not been given.
 * - `loading`: allowed; identity and widget are on their way.
 * - `ready`: the widget answers.
 * - `blocked`: the widget script did not load (content blocker, policy, network).
 * - `failed`: something else went wrong; `code` says what.
 * - `withdrawn`: consent was taken back; widget hidden, Tidio's storage cleared.
 */
export type State = "waiting" | "loading" | "ready" | "blocked" | "failed" | "withdrawn";

/** Which build of the module runs: WebAssembly, its JavaScript twin, or none yet. */
export type Engine = "wasm" | "js" | "none";

/** What the bridge is doing. Every change is one `status` event. */
export interface Status {
  state: State;
  /**
   * Stable reason, for example `consent_pending`, `script_blocked`, `ready_timeout`, `edge_unreachable` or a
   * code of the edge such as `token_expired`. The README lists them all.
   */
  code?: string;
  engine: Engine;
  consent: ConsentState;
  /** Finds the edge's log line of the latest call. */
  correlationId?: string;
}

/** What the shop knows about the visitor. Every member is optional; only `token` proves anything. */
export interface Session {
  /** Identity token minted by the shop's server, see `commercetools-tidio/server`. */
  token?: string;
  /** commercetools cart id: a hint that tells one cart from the next. */
  cartId?: string;
  /** commercetools anonymous id: a hint. */
  anonymousId?: string;
  /** commercetools customer id: a hint. */
  customerId?: string;
}

/** Answers the session. May be asynchronous; errors and time-outs count as "no session". */
export type SessionFunction = () => Session | null | undefined | Promise<Session | null | undefined>;

/** Where the members of the session lie in a stored JSON text, as paths such as `auth.token` or `carts[0].id`. */
export type SessionPaths = { [Member in keyof Session]?: string };

/** A session kept by the shop in local storage as JSON. */
export interface LocalStorageSession {
  localStorage: {
    /** Name of the storage item. */
    key: string;
    paths: SessionPaths;
  };
}

/** A session answered as JSON by the shop's own server; needs no function, so a server component can pass it. */
export interface UrlSession {
  /** Same-origin URL; answers a {@link Session}, or any non-2xx status for "none". */
  url: string;
}

/** A session kept by the shop as JSON for one tab. */
export interface SessionStorageSession {
  sessionStorage: { key: string; paths?: SessionPaths };
}

/** A session in a cookie that scripts may read, as JSON. */
export interface CookieSession {
  cookie: { name: string; paths?: SessionPaths };
}

/** A session rendered into the page: `<meta name="…" content="{…}">`. */
export interface MetaSession {
  meta: { name: string; paths?: SessionPaths };
}

/** A session in a variable of the page, for example `shop.session`. */
export interface GlobalSession {
  global: { path: string; paths?: SessionPaths };
}

/** Where the session comes from. */
export type SessionSource =
  | SessionFunction
  | LocalStorageSession
  | SessionStorageSession
  | CookieSession
  | MetaSession
  | GlobalSession
  | UrlSession;

/** Which purposes of the shop's consent manager stand for the two switches. All named must be granted. */
export interface ConsentMapping {
  /** Purposes that allow chat to load. Default: the edge's setting for the store. */
  chat?: readonly string[];
  /** Purposes that allow identity and cart to travel. Default: the edge's setting for the store. */
  share?: readonly string[];
  /** Let Global Privacy Control deny `share`. Default `true`. */
  honorGpc?: boolean;
  /** Asks for chat in place, where the manager has no dialogue that could be opened. */
  notice?: NoticeOptions;
}

/** The part of vanilla-cookieconsent that is read. */
export interface CookieConsentApi {
  validConsent(): boolean;
  acceptedCategory(category: string): boolean;
}

/** The small notice that asks for chat in place, where the consent manager has no dialogue that could be opened. */
export interface NoticeOptions {
  /** What the shopper agrees to. The default is one English sentence: give the shop's own. */
  text?: string;
  /** Label of the button that loads chat. Default `Start chat`. */
  accept?: string;
  /** Label of the button that does not. Default `No, thanks`. */
  decline?: string;
  /** Link behind the text. */
  privacy?: { url: string; label: string };
}

/** Consent from vanilla-cookieconsent 3. */
export interface CookieConsentSource extends ConsentMapping {
  source: "vanilla-cookieconsent";
  /**
   * The imported module (`import * as CookieConsent from "vanilla-cookieconsent"`). Without it the bridge uses
   * `window.CookieConsent`, the package's events and its cookie.
   */
  api?: CookieConsentApi;
  /** Name of its cookie, when it was renamed. Default `cc_cookie`. */
  cookie?: string;
}

/** Consent answered by the shop's own function. */
export interface FunctionConsentSource extends Pick<ConsentMapping, "honorGpc"> {
  source: "function";
  /** Answers both switches now. Anything that is not `true` or `"granted"` does not allow. */
  read: () => ConsentAnswer;
  /** Called once; tell `changed` on every change. Returns how to unsubscribe. */
  subscribe?: (changed: () => void) => (() => void) | void;
  /** Opens the shop's own consent dialogue when the shopper clicks on chat. Without it a small notice asks. */
  ask?: () => void;
  notice?: NoticeOptions;
}

/** What the shop's function answers. */
export interface ConsentAnswer {
  chat: boolean | Decision | null | undefined;
  share: boolean | Decision | null | undefined;
}

/** Consent from another manager; each names its purposes in its own way, see the README. */
export interface ManagedConsentSource extends ConsentMapping {
  source:
    | "auto"
    | "axeptio"
    | "c15t"
    | "cookiebot"
    | "cookieyes"
    | "didomi"
    | "google-consent-mode"
    | "iab-gpp"
    | "iab-tcf"
    | "iubenda"
    | "klaro"
    | "onetrust"
    | "osano"
    | "trustarc"
    | "usercentrics-v2"
    | "usercentrics-v3";
  /**
   * With `auto`: what a purpose of the mapping is called by a source, for example
   * `{ onetrust: { functionality: "C0003" } }`. Words for "functional" are known for most sources.
   */
  purposes?: Record<string, Record<string, string>>;
  /** TrustArc only: the domain its API is asked for. Default: the page's host. */
  domain?: string;
}

/** Where consent comes from. */
export type ConsentOptions = CookieConsentSource | FunctionConsentSource | ManagedConsentSource;

/**
 * When the module loads.
 * - `interaction` (default): when the shopper uses the launcher or the shop calls `open()`.
 * - `idle`: when the page has been quiet for a moment.
 * - `immediate`: at once.
 *
 * A shopper whose chat is already going on in this browser is picked up at idle time in every mode.
 */
export type Mode = "interaction" | "idle" | "immediate";

/** The product in view. */
export interface Product {
  /** Name as the page shows it. */
  name: string;
  /** Stock keeping unit. */
  sku?: string;
  /** Absolute URL of the product page. */
  url?: string;
}

/** What the page knows about its cart. A hint: the edge reads the cart itself, and triggers compare these values. */
export interface Cart {
  id?: string;
  version?: number;
  /** Total in the smallest unit of the currency, for example 12999 for 129.99 EUR. */
  minorUnits?: number;
  /** ISO 4217 code. */
  currency?: string;
  /** Pieces in all. */
  items?: number;
}

/** Paths of a cart's members; by default those of a commercetools cart, then the names of {@link Cart}. */
export type CartPaths = { [Member in keyof Cart]?: string };

/** Where the bridge watches the cart. Each names a key, a variable's path or a DOM event. */
export type CartSource = (
  | { localStorage: string }
  | { sessionStorage: string }
  | { cookie: string }
  | { meta: string }
  | { global: string }
  | { event: string }
) & { paths?: CartPaths };

/** When the page sends which custom event; see the README. */
export interface Trigger {
  /** Name of the event, as the flow in Tidio's panel names it. */
  event: string;
  /** `cart_over`, `cart_idle` or a signal's name. */
  on: "cart_over" | "cart_idle" | "checkout_started" | "checkout_failed" | "order_placed" | "payment_returned" | (string & {});
  /** Within what it is sent once. Default: `cart`, `order` or `session`, by kind. */
  once?: "page" | "session" | "cart" | "order" | "always";
  /** `cart_over`: from this total on, in minor units of `currency`. */
  minorUnits?: number;
  currency?: string;
  /** `cart_idle`: seconds without a change. */
  seconds?: number;
  /** Also by opening a page whose path and query begin so. */
  path?: string;
  /** Also by a DOM event of this name on `document` or `window`. */
  domEvent?: string;
  /** Visitor tags that go along. */
  tags?: string[];
}

/** The look-alike launcher, shown until the real widget takes over. */
export interface LauncherOptions {
  /** Accessible name of the button. Default `Open chat`. */
  label?: string;
  /** Background, any CSS colour. Default `#0566ff`. */
  color?: string;
  /** Corner, in reading direction: `end` is right in English and left in Arabic. Default `end`. */
  position?: "start" | "end";
}

/** Widget settings to use when the edge cannot be asked. */
export interface FallbackOptions {
  /** Tidio public key, 32 lower-case letters and digits. */
  publicKey: string;
  /** Origin of the widget script. Default `https://code.tidio.co`. */
  scriptOrigin?: string;
  /** Widget language. Default: the language of `locale`. */
  language?: string;
}

/** Settings of the bridge. */
export interface BridgeOptions {
  /** Origin of the edge Worker, for example `https://chat-edge.shop.example`. */
  edge: string;
  /** commercetools store key. */
  store: string;
  /** BCP 47 tag of the page, one of the store's locales. */
  locale: string;
  consent: ConsentOptions;
  mode?: Mode;
  session?: SessionSource;
  /** `false` shows no launcher: the shop calls `open()` itself. */
  launcher?: LauncherOptions | false;
  /** How long the widget may take to answer, in milliseconds. Default 15,000. */
  readyTimeoutMs?: number;
  /** How long the edge may take to answer, in milliseconds. Default 4,000. */
  edgeTimeoutMs?: number;
  /** How long the session function may take, in milliseconds. Default 3,000. */
  sessionTimeoutMs?: number;
  /**
   * How a running widget is taken from one person and given to the next: `restart` replaces it in place and
   * reloads the page only if the old one resists; `reload` always reloads. Default `restart`.
   */
  onPersonChange?: "restart" | "reload";
  /** `reload` loads the page anew after a withdrawal of a running chat. Default `stay`: it is not needed. */
  onWithdraw?: "stay" | "reload";
  /** Where the cart is watched. Without it the shop calls `cartChanged()`. */
  cart?: CartSource;
  /** `page` (default) reads the page's JSON-LD where `productInView()` has said nothing; `call` does not. */
  product?: "page" | "call";
  /** Triggers of this page: added to the store's, in place of those with the same event. `false`: none at all. */
  triggers?: Trigger[] | false;
  fallback?: FallbackOptions;
  /** Nonce of the page's Content-Security-Policy, put on the widget's script element. */
  nonce?: string;
  /**
   * `js` runs the module as JavaScript without trying WebAssembly, for a page whose policy forbids it: the try would
   * be one more violation report. Default: WebAssembly where the page allows it.
   */
  engine?: "js";
  /**
   * Address of `commercetools-tidio/bridge.wasm`, for bundlers that do not follow `new URL(…, import.meta.url)`:
   * esbuild, Rollup without a plugin. Default: beside the package's own files.
   */
  wasm?: string | URL;
}

/** A person-free value that travels with `track`. */
export type TrackData = Record<string, string | number | boolean>;

/** The page's bridge. No method throws; failures are in the status. */
export interface Bridge {
  /** Begins to wait for the moment. Repeatable. */
  start(): void;
  /** Hides launcher and widget and stops reacting. `start()` resumes. Repeatable. */
  stop(): void;
  /** The latest status. */
  status(): Status;
  /** Calls back on every change of status, and once at once. Returns how to stop. */
  on(event: "status", listener: (status: Status) => void): () => void;
  /** Opens the chat, loading it first when needed. Repeatable. */
  open(): void;
  /** The session changed (login, token renewed): read it again. */
  refresh(): void;
  /** The cart changed: fresh fields are fetched, at most one call per change. `cart`, a commercetools cart or a {@link Cart}, feeds the triggers. */
  cartChanged(cart?: object): void;
  /** The product that the page is about; `null` when it is about none. */
  productInView(product: Product | null): void;
  /**
   * Something happened: `checkout_started`, `checkout_failed`, `order_placed`, `payment_returned` or the shop's own.
   * Triggers that wait for it are sent once per their rule. `id` names the order or cart; the rest goes along.
   */
  signal(name: string, details?: { id?: string } & TrackData): void;
  /** Sends a custom event that can start a Tidio flow. Kept until the widget is ready. */
  track(name: string, data?: TrackData): void;
  /** The shopper has logged out: the person's chat is taken off this browser at once. */
  logout(): void;
}
