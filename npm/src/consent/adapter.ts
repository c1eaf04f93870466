/**
 * What every consent adapter is, and the little they share.
 *
 * In scope: reading a consent manager that is on the page. Out of scope: showing or changing consent, and what
 * an answer allows; the module decides that. An adapter never throws to the outside: what throws is `absent`.
 */
import type { Decision } from "../types.js";

/** `asking`: the dialogue is open again and an earlier answer still stands. `absent`: not on this page (yet). */
export type Word = Decision | "asking" | "absent";

/** A consent manager as the module sees it. */
export interface Adapter {
  /** Stable name of the source. */
  readonly name: string;
  /** Its purposes are the switches `chat` and `share` themselves. */
  readonly fixed?: boolean;
  /** The purpose of its own that usually covers chat; none where shops choose the names. */
  readonly usual?: string;
  /** Its answer to one of its own purposes, now. */
  answer(purpose: string): Word;
  /** Calls back on every change, from now on. */
  subscribe(changed: () => void): void;
  /** Opens the manager's own dialogue, where it has a call for that; `false` where it could not. */
  ask?(): boolean | void;
}

/** Globals of consent managers, which have no types that could be relied on. */
export const page = globalThis as any;

/** How often a consent manager that comes late is looked for, in milliseconds. */
export const LOOK_EVERY_MS = 500;

/** `true`, `false` and "no answer yet" as words. */
export function word(value: unknown): Word {
  return value === true ? "granted" : value === false ? "denied" : "pending";
}

/** An adapter whose every answer is guarded. */
export function guarded(adapter: Adapter): Adapter {
  return {
    // Not copied: `auto` learns its name while it is asked.
    get name() {
      return adapter.name;
    },
    ...(adapter.fixed ? { fixed: true } : {}),
    ...(adapter.usual ? { usual: adapter.usual } : {}),
    answer(purpose) {
      try {
        return adapter.answer(purpose);
      } catch {
        return "absent";
      }
    },
    subscribe(changed) {
      try {
        adapter.subscribe(changed);
      } catch {
        // Read once at start, then: a source that cannot be watched still counts.
      }
    },
    ask() {
      try {
        return !!adapter.ask && adapter.ask() !== false;
      } catch {
        return false;
      }
    },
  };
}

/** Calls a method of a manager; `false` when it has none. */
export function opens(of: any, method: string, ...values: unknown[]): boolean {
  if (typeof of?.[method] !== "function") return false;
  of[method](...values);
  return true;
}

/** Listens for events on `window`, or on `document`. */
export function listen(names: string[], changed: () => void, target: EventTarget = window): void {
  for (const name of names) target.addEventListener(name, changed);
}

/** Attaches as soon as `attach` succeeds: it answers `true` once the consent manager was there. */
export function whenPresent(attach: () => boolean, changed: () => void): void {
  const look = (): void => {
    let attached = false;
    try {
      attached = attach();
    } catch {
      // Half loaded: look again.
    }
    if (attached) changed();
    else setTimeout(look, LOOK_EVERY_MS);
  };
  look();
}

/** Calls back when what `state` reads differs from last time; for sources that tell nobody. */
export function poll(state: () => unknown, changed: () => void): void {
  const read = (): string => {
    try {
      return JSON.stringify(state()) ?? "";
    } catch {
      return "";
    }
  };
  let last = read();
  setInterval(() => {
    const now = read();
    if (now !== last) {
      last = now;
      changed();
    }
  }, 1000);
}

/** The decoded value of a cookie. */
export function cookie(name: string): string | undefined {
  const pair = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return pair && decodeURIComponent(pair.slice(name.length + 1));
}

/** An item of local storage, or of the tab's; nothing where storage is blocked. */
export function stored(key: string, where: "localStorage" | "sessionStorage" = "localStorage"): string | null {
  try {
    return globalThis[where].getItem(key);
  } catch {
    return null;
  }
}
