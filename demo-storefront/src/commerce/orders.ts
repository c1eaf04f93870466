/** Orders and shipping methods. In scope: placing, reading with a check of the owner. Out of scope: payment. */
import "server-only";
import { randomBytes } from "node:crypto";
import type { Cart, Order, ShippingMethod } from "@commercetools/platform-sdk";
import type { Market } from "../markets";
import type { Session } from "../session/token";
import { inStore, project } from "./client";
import { call, callOptional, CommerceError } from "./errors";
import { localized, type Money } from "./views";

const ORDERS_SHOWN = 20;

/** Digits and letters that cannot be mistaken for each other on the telephone. */
const NUMBER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

export interface ShippingView {
  id: string;
  name: string;
  description: string;
  price: Money;
}

/** Places the order for a cart at the version that the visitor has seen. @throws CommerceError */
export function placeOrder(market: Market, cart: Cart): Promise<Order> {
  const body = { cart: { typeId: "cart" as const, id: cart.id }, version: cart.version, orderNumber: orderNumber() };
  return call(inStore(market).orders().post({ body }));
}

/** A customer's orders in all stores, newest first. @throws CommerceError */
export async function listOrders(customerId: string): Promise<Order[]> {
  const queryArgs = { where: `customerId="${customerId}"`, sort: "createdAt desc", limit: ORDERS_SHOWN, withTotal: false };
  const { results } = await call(project().orders().get({ queryArgs }));
  return results;
}

/** An order of this visitor; anybody else's does not exist. @throws CommerceError */
export async function findOrder(session: Session, id: string): Promise<Order | null> {
  const order = await callOptional(project().orders().withId({ ID: id }).get());
  if (!order) return null;
  const isCustomers = session.customerId !== undefined && order.customerId === session.customerId;
  const isGuests = order.customerId === undefined && (session.orders ?? []).includes(order.id);
  return isCustomers || isGuests ? order : null;
}

/** Ways of shipping to a market's country; none where the project has none. @throws CommerceError */
export async function listShippingMethods(market: Market): Promise<ShippingView[]> {
  const queryArgs = { country: market.country, currency: market.currency };
  try {
    const { results } = await call(project().shippingMethods().matchingLocation().get({ queryArgs }));
    return results.flatMap((method) => toShippingView(method, market));
  } catch (error) {
    if (error instanceof CommerceError && error.problem === "not_found") return [];
    throw error;
  }
}

function toShippingView(method: ShippingMethod, { currency, locale }: Market): ShippingView[] {
  const rates = method.zoneRates.flatMap((zone) => zone.shippingRates);
  const rate = rates.find((candidate) => candidate.isMatching) ?? rates.find(({ price }) => price.currencyCode === currency);
  if (!rate) return [];
  const { centAmount, currencyCode, fractionDigits } = rate.price;
  return [
    {
      id: method.id,
      name: localized(method.localizedName, locale) || method.name,
      description: localized(method.localizedDescription, locale) || method.description || "",
      price: { centAmount, currencyCode, fractionDigits },
    },
  ];
}

/** A number for people: `KC-` and eight characters; commercetools refuses one that exists already. */
function orderNumber(): string {
  const characters = Array.from(randomBytes(8), (byte) => NUMBER_ALPHABET[byte % NUMBER_ALPHABET.length]);
  return `KC-${characters.join("")}`;
}
