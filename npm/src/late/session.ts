/**
 * Session sources that only some shops use: a cookie, a meta element, a global, session storage. Loaded for those.
 *
 * In scope: finding the value. Out of scope: believing it. Blocked storage and missing values are "no session"; a
 * text that is not JSON throws, which the module reports as a code.
 */
import { cookie, stored } from "../consent/adapter.js";
import type { Session, SessionFunction, SessionPaths, SessionSource } from "../types.js";
import { find, metaContent } from "./read.js";

const MEMBERS = ["token", "cartId", "anonymousId", "customerId"] as const;

/** The source as a function; nothing for a source that is none of these. */
export function pageSession(source: SessionSource): SessionFunction | undefined {
  if (typeof source !== "object") return undefined;
  if ("global" in source) return from(source.global.paths, () => find(globalThis, source.global.path));
  if ("cookie" in source) return from(source.cookie.paths, () => parse(cookie(source.cookie.name)));
  if ("meta" in source) return from(source.meta.paths, () => parse(metaContent(source.meta.name)));
  if ("sessionStorage" in source) return from(source.sessionStorage.paths, () => parse(stored(source.sessionStorage.key, "sessionStorage")));
  return undefined;
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

const parse = (text: string | null | undefined): unknown => (text ? JSON.parse(text) : null);
