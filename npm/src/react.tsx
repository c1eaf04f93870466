/**
 * The React entry.
 *
 * In scope: a component that keeps the page's bridge running while it is mounted, and a hook for its methods.
 * Out of scope: rendering; the component draws nothing. Works on the server (renders nothing) and survives
 * StrictMode's double mount and route changes that unmount and remount it in one go.
 */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { createBridge, pageBridge } from "./bridge.js";
import type { Bridge, BridgeOptions, Status } from "./types.js";

export type * from "./types.js";

/** Settings as props, and two more. */
export interface TidioBridgeProps extends BridgeOptions {
  /**
   * Any value that changes when the shopper or the session does, for example the customer id or a login counter.
   * On a change the session is read again. Never sent anywhere.
   */
  sessionKey?: string | number | null;
  /** Called on every change of status. */
  onStatus?: (status: Status) => void;
}

/** Calls kept until the component has made the bridge; more than this is a loop in the shop's code. */
const MAX_EARLY_CALLS = 32;

let mounted = 0;

/** Calls of effects that run before the component's own: those of its siblings do, when a page is loaded whole. */
let early: ((bridge: Bridge) => void)[] = [];

/** Hooks that wait for a status; kept here because a child's effect runs before the component's own. */
const watchers = new Set<() => void>();

/** Runs the page's bridge while mounted. Put it once into the layout. */
export function TidioBridge(props: TidioBridgeProps): null {
  // Inline functions and objects change on every render; the bridge always calls the latest.
  const latest = useRef(props);
  const { edge, store, locale, sessionKey } = props;
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const bridge = createBridge(optionsOf(latest));
    const calls = early;
    early = [];
    for (const call of calls) call(bridge);
    const off = bridge.on("status", (status) => {
      latest.current.onStatus?.(status);
      for (const changed of watchers) changed();
    });
    mounted += 1;
    bridge.start();
    return () => {
      off();
      mounted -= 1;
      // A remount in the same turn (StrictMode, a route change) must not take the widget down.
      setTimeout(() => mounted || bridge.stop());
    };
  }, [edge, store, locale]);

  const firstKey = useRef(sessionKey);
  useEffect(() => {
    if (firstKey.current === sessionKey) return;
    firstKey.current = sessionKey;
    pageBridge()?.refresh();
  }, [sessionKey]);
  return null;
}

function optionsOf(latest: { current: TidioBridgeProps }): BridgeOptions {
  const { onStatus: _, sessionKey: __, ...options } = latest.current;
  if (typeof options.session !== "function") return options;
  const session: BridgeOptions["session"] = () => {
    const current = latest.current.session;
    return typeof current === "function" ? current() : null;
  };
  return { ...options, session };
}

/**
 * The page's bridge for buttons and effects. Calls made before `<TidioBridge/>` is mounted are kept for it; without one,
 * and on the server, they do nothing.
 */
export function useTidioBridge(): Pick<Bridge, "open" | "refresh" | "cartChanged" | "productInView" | "signal" | "track" | "logout"> {
  return actions;
}

/** The latest status, re-rendering on change; `undefined` on the server and before the first mount. */
export function useTidioStatus(): Status | undefined {
  return useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => pageBridge()?.status(),
    () => undefined,
  );
}

const tell = (call: (bridge: Bridge) => void): void => {
  const bridge = pageBridge();
  if (bridge) call(bridge);
  // A server lives for many shoppers.
  else if (typeof document !== "undefined" && early.length < MAX_EARLY_CALLS) early.push(call);
};

const actions = {
  open: () => tell((bridge) => bridge.open()),
  refresh: () => tell((bridge) => bridge.refresh()),
  cartChanged: (cart) => tell((bridge) => bridge.cartChanged(cart)),
  productInView: (product) => tell((bridge) => bridge.productInView(product)),
  signal: (name, details) => tell((bridge) => bridge.signal(name, details)),
  track: (name, data) => tell((bridge) => bridge.track(name, data)),
  logout: () => tell((bridge) => bridge.logout()),
} satisfies ReturnType<typeof useTidioBridge>;
