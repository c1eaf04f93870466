/** Orders and shipping methods. In scope: placing, reading with a check of the owner. Out of scope: payment. */
import "server-only";
import { randomBytes } from "node:crypto";
import type { Cart, Order, ShippingMethod, ShippingRate } from "@commercetools/platform-sdk";
import type { Market } from "../markets";
import type { Session } from "../session/token";
import { inStore, project } from "./client";
import { call, callOptional } from "./errors";
import { localized, toCartView, type Money } from "./views";

const ID_SHAPE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ORDERS_SHOWN = 20;
const METHODS_LIMIT = 100;

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
  if (!ID_SHAPE.test(id)) return null;
  const order = await callOptional(project().orders().withId({ ID: id }).get());
  if (!order) return null;
  const isCustomers = session.customerId !== undefined && order.customerId === session.customerId;
  const isGuests = order.customerId === undefined && (session.orders ?? []).includes(order.id);
  return isCustomers || isGuests ? order : null;
}

/**
 * Ways of shipping a cart; none where the project has none. For a cart without an address, the methods with a rate
 * for the market's country. @throws CommerceError
 */
export async function listShippingMethods(market: Market, cart: Cart): Promise<ShippingView[]> {
  const methods = project().shippingMethods();
  const request = cart.shippingAddress
    ? methods.matchingCart().get({ queryArgs: { cartId: cart.id } })
    : methods.get({ queryArgs: { expand: "zoneRates[*].zone", limit: METHODS_LIMIT, withTotal: false } });
  const { subtotal } = toCartView(cart, market.locale);
  const answer = await callOptional(request);
  return (answer?.results ?? []).flatMap((method) => toShippingView(method, market, subtotal.centAmount));
}

function toShippingView(method: ShippingMethod, { currency, country, locale }: Market, subtotal: number): ShippingView[] {
  const rate = rateOf(method, currency, country);
  if (!rate) return [];
  const { centAmount, currencyCode, fractionDigits } = rate.price;
  const isFree = rate.freeAbove !== undefined && subtotal >= rate.freeAbove.centAmount;
  return [
    {
      id: method.id,
      name: localized(method.localizedName, locale) || method.name,
      description: localized(method.localizedDescription, locale) || method.description || "",
      price: { centAmount: isFree ? 0 : centAmount, currencyCode, fractionDigits },
    },
  ];
}

/** The rate that the backend marks as matching, else one of this currency in a zone that is not another country's. */
function rateOf(method: ShippingMethod, currency: string, country: string): ShippingRate | undefined {
  const rates = method.zoneRates.flatMap((zone) => zone.shippingRates);
  const here = method.zoneRates.filter(({ zone }) => zone.obj?.locations.some((location) => location.country === country) ?? true);
  const inCurrency = here.flatMap((zone) => zone.shippingRates).find(({ price }) => price.currencyCode === currency);
  return rates.find(({ isMatching }) => isMatching) ?? inCurrency;
}

/** A number for people: `KC-` and eight characters; commercetools refuses one that exists already. */
function orderNumber(): string {
  const characters = Array.from(randomBytes(8), (byte) => NUMBER_ALPHABET[byte % NUMBER_ALPHABET.length]);
  return `KC-${characters.join("")}`;
}
