/**
 * The shop's settings, read from the environment once and checked before use.
 *
 * In scope: names, defaults, and one error that lists every problem. Out of scope: talking to anything.
 * `.env.example` describes each variable.
 */
import { parseMarkets, type Market } from "./markets";

/** Access to the commerce backend. */
export interface CommerceConfig {
  projectKey: string;
  apiUrl: string;
  authUrl: string;
  clientId: string;
  clientSecret: string;
  /** Scopes to ask for; none asks for all that the API client has. */
  scopes: string[];
  /** Whether the project has a commercetools Store per market; if not, no call is made within a store. */
  useStores: boolean;
}

/** Access to the chat edge. Absent when the shop runs without chat. */
export interface ChatConfig {
  /** Origin of the edge Worker; also the audience of identity tokens. */
  edgeUrl: string;
  keyId: string;
  /** HMAC secret that the edge knows under the same key id. */
  secret: string;
  /** When chat loads: at the first use, in a quiet moment, or at once. */
  mode: ChatMode;
}

const CHAT_MODES = ["interaction", "idle", "immediate"] as const;

export type ChatMode = (typeof CHAT_MODES)[number];

export interface ShopConfig {
  commerce: CommerceConfig;
  /** Never empty; the first one is for visitors whose language fits none. */
  markets: Market[];
  /** Key of the session cookie's signature, at least 32 characters. */
  sessionSecret: string;
  /** Whether cookies are limited to https. */
  secureCookies: boolean;
  /** Public origin, for absolute links. */
  shopUrl: string;
  chat: ChatConfig | null;
  /** Whether pages carry a Content-Security-Policy, and whether browsers act on it. */
  csp: "off" | "report" | "enforce";
  /** Origins of the chat widget when it is not Tidio's, for the policy. */
  chatOrigins: string[];
  /** Origins of product pictures besides the shop itself, for the policy. */
  imageOrigins: string[];
  /** Shows the seeded customers on the login page. */
  demo: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

const MIN_SECRET_CHARACTERS = 32;

/** Something in the environment is missing or wrong. The message names variables, never their values. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The shop is not configured: ${problems.join("; ")}`);
    this.name = "ConfigError";
  }
}

let cached: ShopConfig | undefined;

/** The settings of this process. Lazy, so that a build needs none. */
export function config(): ShopConfig {
  cached ??= readConfig(process.env);
  return cached;
}

/** @throws ConfigError with all problems at once. */
export function readConfig(env: Env): ShopConfig {
  const problems: string[] = [];
  const need = (name: string): string => {
    const value = env[name]?.trim();
    if (!value) problems.push(`${name} is missing`);
    return value ?? "";
  };
  const secret = (name: string): string => {
    const value = need(name);
    if (value && value.length < MIN_SECRET_CHARACTERS) problems.push(`${name} is shorter than ${MIN_SECRET_CHARACTERS} characters`);
    return value;
  };
  const shopUrl = env.SHOP_URL?.trim() || "http://localhost:3000";
  const result: ShopConfig = {
    commerce: {
      projectKey: need("CTP_PROJECT_KEY"),
      apiUrl: origin(need("CTP_API_URL"), "CTP_API_URL", problems),
      authUrl: origin(need("CTP_AUTH_URL"), "CTP_AUTH_URL", problems),
      clientId: need("CTP_CLIENT_ID"),
      clientSecret: need("CTP_CLIENT_SECRET"),
      scopes: words(env.CTP_SCOPES),
      useStores: flag(env.CTP_USE_STORES, true),
    },
    markets: marketsOf(env.SHOP_MARKETS, problems),
    sessionSecret: secret("SESSION_SECRET"),
    secureCookies: shopUrl.startsWith("https://"),
    shopUrl: origin(shopUrl, "SHOP_URL", problems),
    chat: env.BRIDGE_EDGE_URL ? chatOf(env, secret, problems) : null,
    csp: cspOf(env.SHOP_CSP, problems),
    chatOrigins: words(env.CHAT_ORIGINS),
    imageOrigins: words(env.SHOP_IMAGE_ORIGINS),
    demo: flag(env.SHOP_DEMO, false),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return result;
}

/** Environment variable of the secret with key id `kid`; the edge's secret has the same name. */
export function secretName(kid: string): string {
  return `IDENTITY_KEY_${kid.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

function chatOf(env: Env, secret: (name: string) => string, problems: string[]): ChatConfig {
  const mode = CHAT_MODES.find((candidate) => candidate === (env.BRIDGE_MODE || "idle"));
  if (!mode) problems.push(`BRIDGE_MODE is not ${CHAT_MODES.join(", ")}`);
  const edgeUrl = origin(env.BRIDGE_EDGE_URL?.trim() ?? "", "BRIDGE_EDGE_URL", problems);
  const keyId = env.BRIDGE_KEY_ID || "demo-1";
  return { edgeUrl, keyId, secret: secret(secretName(keyId)), mode: mode ?? "idle" };
}

function cspOf(value: string | undefined, problems: string[]): ShopConfig["csp"] {
  if (!value || value === "off") return "off";
  if (value !== "report" && value !== "enforce") problems.push("SHOP_CSP is not off, report or enforce");
  return value === "report" ? "report" : "enforce";
}

function marketsOf(text: string | undefined, problems: string[]): Market[] {
  try {
    return parseMarkets(text);
  } catch (error) {
    problems.push(`SHOP_MARKETS: ${error instanceof Error ? error.message : "unreadable"}`);
    return [];
  }
}

function origin(value: string, name: string, problems: string[]): string {
  if (!value) return value;
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) problems.push(`${name} is not an http(s) URL`);
  return value.replace(/\/+$/, "");
}

function words(value: string | undefined): string[] {
  return value?.split(/\s+/).filter(Boolean) ?? [];
}

function flag(value: string | undefined, fallback: boolean): boolean {
  if (value === undefined || value === "") return fallback;
  return value === "1" || value.toLowerCase() === "true";
}
