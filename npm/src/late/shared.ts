/**
 * What the parts of the page's side share.
 *
 * In scope: the latest status, and the small things that each part does. Out of scope: the parts themselves.
 */
import type { Adapter } from "../consent/adapter.js";
import type { BridgeOptions, Cart, Status } from "../types.js";

/** The part of the module that is called from here. */
export interface Module {
  cart_changed(): void;
  answered(said?: boolean): void;
  track(name: string, data: unknown): void;
}

/** What every part of the page's side knows. */
export interface Shared {
  readonly options: BridgeOptions;
  readonly adapter: Adapter | undefined;
  readonly module: Module;
  /** The latest status; none before the first. */
  said: Status | undefined;
  /** Who the visitor says to be. */
  claim?: object | undefined;
  /** What the page says about its cart, and what the edge has read of it. */
  cart?: Cart | undefined;
  known?: Cart | undefined;
  /** When the edge was asked for a cart that changed and has not answered yet, by the page's clock. */
  asked?: number | undefined;
  /** Looks at once where the page keeps its cart. */
  look?: (() => void) | undefined;
}

export const shares = ({ said }: Shared): boolean => said?.consent.share === "granted";

/** A late file that cannot be loaded leaves the chat without what it does, and is asked for again next time. */
export const late = <File>(file: Promise<File>, use: (file: File) => void): void => void file.then(use).catch(() => {});

/** Those members of a value that are texts, without blanks around them and cut to `most` characters; none is nothing. */
export function texts(value: unknown, members: string[], most: number): Record<string, string> | undefined {
  const found = members.flatMap((name) => {
    const text = (value as Record<string, unknown> | null | undefined)?.[name];
    return typeof text === "string" && text.trim() ? [[name, text.trim().slice(0, most)]] : [];
  });
  return found.length ? Object.fromEntries(found) : undefined;
}

/** Keeps an item, or removes it where no value is given. Storage may be blocked or full: then nothing is kept. */
export function keep(key: string, value?: string, storage: "sessionStorage" | "localStorage" = "sessionStorage"): void {
  try {
    window[storage][value ? "setItem" : "removeItem"](key, value as string);
  } catch {
    // As said.
  }
}
