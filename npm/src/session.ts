/**
 * Session sources that need a browser API, as one plain function for the module.
 *
 * In scope: finding the value. Out of scope: believing it. Blocked storage and missing values are "no session";
 * a text that is not JSON throws, which the module reports as a code.
 */
import { cookie } from "./consent/adapter.js";
import type { Session, SessionFunction, SessionPaths, SessionSource } from "./types.js";

const MEMBERS = ["token", "cartId", "anonymousId", "customerId"] as const;

/** The source as a function, or as it is where the module reads it itself. */
export function sessionOf(source: SessionSource | undefined): SessionSource | undefined {
  if (typeof source !== "object" || "localStorage" in source) return source;
  if ("url" in source) return () => fromUrl(source.url);
  if ("global" in source) return from(source.global.paths, () => find(globalThis, source.global.path));
  if ("cookie" in source) return from(source.cookie.paths, () => parse(cookie(source.cookie.name)));
  if ("meta" in source) return from(source.meta.paths, () => parse(metaContent(source.meta.name)));
  if ("sessionStorage" in source) return from(source.sessionStorage.paths, () => parse(stored(source.sessionStorage.key)));
  return source;
}

async function fromUrl(url: string): Promise<Session | null> {
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store" });
  return response.ok ? response.json() : null;
}

function from(paths: SessionPaths | undefined, read: () => unknown): SessionFunction {
  return () => {
    const value = read();
    if (!paths || value === null || value === undefined) return value as Session | null;
    const session: Session = {};
    for (const member of MEMBERS) {
      const found = paths[member] && find(value, paths[member]);
      if (typeof found === "string") session[member] = found;
    }
    return session;
  };
}

/** A member of a member and so on: `auth.token`, `carts[0].id`. */
function find(value: unknown, path: string): unknown {
  const steps = path.split(/[.[\]]/).filter(Boolean);
  return steps.reduce((value, step) => (value as Record<string, unknown> | undefined)?.[step], value);
}

const parse = (text: string | null | undefined): unknown => (text ? JSON.parse(text) : null);

function metaContent(name: string): string | undefined {
  const all = document.querySelectorAll<HTMLMetaElement>("meta[name]");
  return [...all].find((meta) => meta.name === name)?.content;
}

function stored(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}
