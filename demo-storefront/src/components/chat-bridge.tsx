"use client";
/**
 * Chat on every page.
 *
 * In scope: telling the bridge where it is, when the shopper or the cart changed, and showing its status as
 * `data-bridge-state` and `data-bridge-code` on `<html>`. Out of scope: consent (the bridge listens to
 * vanilla-cookieconsent itself) and identity (`/api/chat-token` proves it).
 */
import { TidioBridge, useTidioBridge, type Status } from "commercetools-tidio/next";
import { useEffect, useRef, useState } from "react";
import * as CookieConsent from "vanilla-cookieconsent";

interface ChatBridgeProps {
  edge: string;
  /** When the chat loads. */
  mode: "interaction" | "idle" | "immediate";
  store: string;
  locale: string;
  /** Accessible name of the launcher. */
  launcher: string;
  /** Changes when another person is at the keyboard. */
  person: string;
  cart: { id: string; version: number } | null;
  /** Nonce of the page's Content-Security-Policy. */
  nonce: string | undefined;
}

export function ChatBridge({ edge, mode, store, locale, launcher, person, cart, nonce }: ChatBridgeProps) {
  // Later renders come with later nonces; the document knows its first one only.
  const [firstNonce] = useState(nonce);
  useCartChanges(cart);
  useLogout(person);
  return (
    <TidioBridge
      edge={edge}
      store={store}
      locale={locale}
      mode={mode}
      consent={{ source: "vanilla-cookieconsent", api: CookieConsent }}
      session={readSession}
      // A guest's token names the cart, so the first cart needs a new token as much as a login does.
      sessionKey={`${person}/${cart?.id ?? ""}`}
      // The colour of the widget, as chosen in Tidio's panel: the button stays what it is when the chat takes over.
      launcher={{ label: launcher, color: "#2f5bff" }}
      nonce={firstNonce}
      onStatus={showStatus}
    />
  );
}

/** Tells the bridge about a cart that changed, not about one that is merely shown. */
function useCartChanges(cart: ChatBridgeProps["cart"]): void {
  const bridge = useTidioBridge();
  const seen = useRef(cart);
  useEffect(() => {
    const before = seen.current;
    seen.current = cart;
    if (before && cart && before.id === cart.id && before.version !== cart.version) bridge.cartChanged();
  }, [bridge, cart?.id, cart?.version]);
}

/** A customer who is gone takes the chat along, also when the session ended in another tab. */
function useLogout(person: string): void {
  const bridge = useTidioBridge();
  const seen = useRef(person);
  useEffect(() => {
    const before = seen.current;
    seen.current = person;
    if (before !== "guest" && person === "guest") bridge.logout();
  }, [bridge, person]);
}

async function readSession() {
  const response = await fetch("/api/chat-token", { credentials: "same-origin", cache: "no-store" });
  return response.ok ? response.json() : null;
}

function showStatus({ state, code, engine, consent, correlationId }: Status): void {
  const { dataset } = document.documentElement;
  dataset.bridgeState = state;
  dataset.bridgeEngine = engine;
  dataset.bridgeConsent = `${consent.chat}/${consent.share}`;
  set(dataset, "bridgeCode", code);
  set(dataset, "bridgeCorrelationId", correlationId);
}

function set(dataset: DOMStringMap, name: string, value: string | undefined): void {
  if (value) dataset[name] = value;
  else delete dataset[name];
}
