/**
 * Carts: whose cart is shown, and how it changes.
 *
 * In scope: reading the visitor's cart with a check of its owner, updates that survive a concurrent change.
 * Out of scope: remembering ids (session).
 */
import "server-only";
import { cache } from "react";
import type { Cart, CartUpdateAction } from "@commercetools/platform-sdk";
import { config } from "../config";
import type { Market } from "../markets";
import { getMarket, getSession } from "../session/cookie";
import type { Session } from "../session/token";
import { fingerprint } from "./cart-actions";
import { inStore } from "./client";
import { call, callOptional, CommerceError } from "./errors";
import { toCartView } from "./views";

/** Tries of an update when somebody else changes the cart at the same time. */
const UPDATE_TRIES = 3;

/** The cart of this request's visitor. Once per request. @throws CommerceError */
export const currentCart = cache(async (): Promise<Cart | null> => findCart(await getSession(), await getMarket()));

/**
 * The visitor's active cart in a market: the one the session names if it is still the visitor's, else the
 * customer's latest. Another person's cart does not exist for us. @throws CommerceError
 */
export async function findCart(session: Session, market: Market): Promise<Cart | null> {
  const named = session.carts?.[market.store];
  const cart = named ? await callOptional(inStore(market).carts().withId({ ID: named }).get()) : null;
  if (cart && cart.cartState === "Active" && cart.customerId === session.customerId) return cart;
  return session.customerId ? latestCart(session.customerId, market) : null;
}

/** The visitor's cart, made if there is none. @throws CommerceError */
export async function ensureCart(session: Session, market: Market): Promise<Cart> {
  const existing = await findCart(session, market);
  if (existing) return existing;
  const body = {
    currency: market.currency,
    country: market.country,
    locale: market.locale,
    ...(session.customerId ? { customerId: session.customerId } : {}),
    // Enough for taxes and shipping to be known before the checkout.
    shippingAddress: { country: market.country },
    // Made within a store, the cart belongs to it; the draft need not say so.
  };
  return call(inStore(market).carts().post({ body }));
}

/**
 * Changes a cart. `actions` is computed from the cart as it is, and again if somebody changed it meanwhile; an
 * empty list changes nothing. @throws CommerceError
 */
export async function updateCart(market: Market, cart: Cart, actions: (cart: Cart) => CartUpdateAction[]): Promise<Cart> {
  let current = cart;
  for (let tries = 1; ; tries += 1) {
    const wanted = actions(current);
    if (wanted.length === 0) return current;
    const carts = inStore(market).carts().withId({ ID: current.id });
    try {
      return await call(carts.post({ body: { version: current.version, actions: wanted } }));
    } catch (error) {
      const again = error instanceof CommerceError && error.problem === "conflict" && tries < UPDATE_TRIES;
      if (!again) throw error;
      current = await call(carts.get());
    }
  }
}

/** Like {@link updateCart}, but only while the lines are as the visitor has seen them, else `conflict`. @throws CommerceError */
export function updateSeenCart(market: Market, cart: Cart, seen: string, actions: CartUpdateAction[]): Promise<Cart> {
  return updateCart(market, cart, (current) => {
    const isSeen = fingerprint(toCartView(current, market.locale).lines) === seen;
    if (!isSeen) throw new CommerceError("conflict", "cart_changed", undefined, undefined);
    return actions;
  });
}

/** A customer's latest active cart in a market. @throws CommerceError */
async function latestCart(customerId: string, market: Market): Promise<Cart | null> {
  if (config().commerce.useStores) return callOptional(inStore(market).carts().withCustomerId({ customerId }).get());
  // Without stores a customer's carts differ by currency only.
  const queryArgs = {
    where: `customerId="${customerId}" and cartState="Active" and totalPrice(currencyCode="${market.currency}")`,
    sort: "lastModifiedAt desc",
    limit: 1,
    withTotal: false,
  };
  const { results } = await call(inStore(market).carts().get({ queryArgs }));
  return results[0] ?? null;
}
