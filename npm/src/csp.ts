/**
 * The entry for a shop's Content-Security-Policy: what chat needs, and a whole policy with it.
 *
 * In scope: the text of the header. Pure; runs in Node, on edge runtimes and in builds. Out of scope: making the
 * nonce and sending the header; `docs/csp.md` shows both and is printed from this file.
 */

/** Directive name to its sources, for example `{ "img-src": ["https://cdn.shop.example"] }`. */
export type Directives = Readonly<Record<string, readonly string[]>>;

/** What the chat's part of the policy depends on. */
export interface ChatDirectivesOptions {
  /** Origin of the edge Worker, for example `https://chat-edge.shop.example`. */
  edge: string;
  /** `false` leaves `'wasm-unsafe-eval'` out: then the module runs as JavaScript. Default `true`. */
  wasm?: boolean;
  /** `true` enforces Trusted Types and allows the one policy that the bridge makes. Default `false`. */
  trustedTypes?: boolean;
  /** Origin of the package's own files, if a CDN serves them. Default: the page's own. */
  filesOrigin?: string;
  /** Origins that stand in for all of Tidio's hosts, for a local emulator. Default: Tidio's own hosts. */
  widgetOrigins?: readonly string[];
}

/** What a whole policy is made from. */
export interface ContentSecurityPolicyOptions extends Omit<ChatDirectivesOptions, "edge"> {
  /** As in {@link ChatDirectivesOptions}; left out for a page without chat, so that a shop keeps one function. */
  edge?: string | undefined;
  /** Fresh base64 text for every page; scripts that carry it may run. */
  nonce?: string | undefined;
  /** The shop's own sources. They are added to the others; a source beside `'none'` replaces it. */
  directives?: Directives;
}

/** Who asks for a source, and for what. */
export interface ChatNeed {
  directive: string;
  source: string;
  by: "bridge" | "tidio";
  /** One phrase, as in the documentation. */
  reason: string;
}

/** Name of the Trusted Types policy that the module makes for the address of Tidio's script. */
export const TRUSTED_TYPES_POLICY = "commercetools-tidio";

/** Tidio's hosts by directive, as several shops' published policies list them. */
const TIDIO: readonly (readonly [directive: string, sources: readonly string[], reason: string])[] = [
  ["script-src", ["https://code.tidio.co"], "the widget's script"],
  [
    "connect-src",
    ["https://socket.tidio.co", "wss://socket.tidio.co", "https://sentry-new.tidio.co", "https://uploads.tidio.com"],
    "conversation, error reports, sent files",
  ],
  [
    "img-src",
    [
      "https://code.tidio.co",
      "https://avatars.tidiochat.com",
      "https://tidio-images-messenger.s3.us-east-1.amazonaws.com",
      "https://cdnjs.cloudflare.com",
      "https://unpkg.com",
    ],
    "pictures of agents, of messages, and emoji",
  ],
  ["media-src", ["https://code.tidio.co"], "sounds"],
  ["font-src", ["https://code.tidio.co"], "fonts"],
];

/** Needs of the widget that no host can be named for. */
const TIDIO_SCHEMES: readonly ChatNeed[] = [
  { directive: "style-src", source: "'unsafe-inline'", by: "tidio", reason: "the widget draws itself with style elements" },
  { directive: "img-src", source: "data:", by: "tidio", reason: "icons" },
  { directive: "font-src", source: "data:", by: "tidio", reason: "fonts" },
];

/** What a policy says before chat and shop add to it. */
const BASE: Directives = {
  "default-src": ["'self'"],
  "script-src": ["'self'"],
  "style-src": ["'self'"],
  "img-src": ["'self'"],
  "font-src": ["'self'"],
  "media-src": ["'self'"],
  "connect-src": ["'self'"],
  "object-src": ["'none'"],
  "base-uri": ["'none'"],
  "form-action": ["'self'"],
  "frame-ancestors": ["'none'"],
};

/**
 * Every source that chat needs, one by one, with its reason.
 *
 * @throws TypeError when an option is not what its comment says; the message names the option and not its value.
 */
export function chatNeeds(options: ChatDirectivesOptions): ChatNeed[] {
  const { wasm = true, trustedTypes = false, filesOrigin, widgetOrigins = [] } = options;
  const files = filesOrigin === undefined ? "'self'" : originOf(filesOrigin, "filesOrigin");
  const ours: [directive: string, source: string, reason: string][] = [
    ["script-src", files, "the package's scripts, loaded when chat is wanted"],
    ...(wasm ? [["script-src", "'wasm-unsafe-eval'", "the module as WebAssembly; without it, its JavaScript twin runs"] as [string, string, string]] : []),
    ["connect-src", files, "the module's .wasm file"],
    ["connect-src", originOf(options.edge, "edge"), "the edge Worker"],
  ];
  if (trustedTypes) {
    ours.push(
      ["require-trusted-types-for", "'script'", "Trusted Types are enforced"],
      ["trusted-types", TRUSTED_TYPES_POLICY, "passes the one address that the module has checked"],
    );
  }
  const others = widgetOrigins.map((origin) => originOf(origin, "widgetOrigins"));
  const theirs = TIDIO.flatMap(([directive, hosts, reason]) =>
    (others.length > 0 ? others : hosts).map((source): ChatNeed => ({ directive, source, by: "tidio", reason })),
  );
  return [...ours.map(([directive, source, reason]): ChatNeed => ({ directive, source, by: "bridge", reason })), ...theirs, ...TIDIO_SCHEMES];
}

/**
 * What chat adds to a policy that the shop already has, directive by directive.
 *
 * @throws TypeError as {@link chatNeeds} does
 */
export function chatDirectives(options: ChatDirectivesOptions): Record<string, string[]> {
  const directives: Record<string, string[]> = {};
  for (const { directive, source } of chatNeeds(options)) add(directives, directive, source);
  return directives;
}

/**
 * The value of a `Content-Security-Policy` header: a strict base, what chat needs, and the shop's own sources.
 *
 * @throws TypeError when an option is not what its comment says, when a source could end its directive, and when
 *   `style-src` gets a nonce or a hash: browsers then ignore the `'unsafe-inline'` that Tidio's widget needs.
 */
export function contentSecurityPolicy(options: ContentSecurityPolicyOptions): string {
  const { edge, nonce, directives: own = {} } = options;
  const all: Record<string, string[]> = {};
  const addAll = (directives: Directives): void => {
    for (const [name, sources] of Object.entries(directives)) {
      if (sources.length === 0) all[name] ??= [];
      for (const source of sources) add(all, name, source);
    }
  };
  addAll(BASE);
  if (nonce !== undefined) add(all, "script-src", `'nonce-${nonceOf(nonce)}'`);
  if (edge !== undefined) addAll(chatDirectives({ ...options, edge }));
  addAll(checked(own));
  if (edge !== undefined && all["style-src"]?.some((source) => /^'(nonce|sha)/.test(source))) {
    throw new TypeError("contentSecurityPolicy: style-src must have neither nonce nor hash, because browsers then ignore 'unsafe-inline'");
  }
  return Object.entries(all)
    .map(([name, sources]) => [name, ...sources].join(" "))
    .join("; ");
}

/** Adds a source once; `'none'` stays only while it is alone. */
function add(directives: Record<string, string[]>, name: string, source: string): void {
  const before = (directives[name] ??= []);
  if (source === "'none'" ? before.length > 0 : before.includes(source)) return;
  directives[name] = [...before.filter((one) => one !== "'none'"), source];
}

function checked(own: Directives): Directives {
  for (const [name, sources] of Object.entries(own)) {
    if (!/^[a-z]+(-[a-z]+)*$/.test(name)) throw new TypeError("contentSecurityPolicy: directives has a name that is no directive");
    for (const source of sources) {
      if (!/^[!-~]+$/.test(source) || /[,;]/.test(source)) throw new TypeError(`contentSecurityPolicy: directives has a source for ${name} that is no single source`);
    }
  }
  return own;
}

function nonceOf(nonce: string): string {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(nonce)) throw new TypeError("contentSecurityPolicy: nonce must be base64 text");
  return nonce;
}

function originOf(value: string, option: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^(https?|wss?):$/.test(url.protocol)) throw new TypeError(`contentSecurityPolicy: ${option} must be an http(s) origin`);
  return `${url.protocol}//${url.host}`;
}
