/**
 * Update actions for a cart, computed from what a visitor sent.
 *
 * In scope: parsing and limits. Pure. Out of scope: sending them.
 */
import type { BaseAddress, CartUpdateAction } from "@commercetools/platform-sdk";

/** Most pieces of one line. */
const MAX_QUANTITY = 20;

/** A whole number from 0 to {@link MAX_QUANTITY}, or `null` for anything else. */
export function parseQuantity(value: unknown): number | null {
  if (typeof value !== "string" || !/^\d{1,3}$/.test(value.trim())) return null;
  return Math.min(Number(value), MAX_QUANTITY);
}

/** Adds pieces of a SKU. A line that already has this SKU grows, up to the limit. */
export function addActions(lines: readonly { id: string; sku: string; quantity: number }[], sku: string, quantity: number): CartUpdateAction[] {
  const line = lines.find((candidate) => candidate.sku === sku);
  if (line) return quantityActions([line], line.id, line.quantity + quantity);
  return [{ action: "addLineItem", sku, quantity: Math.min(quantity, MAX_QUANTITY) }];
}

/** Sets the pieces of a line; 0 removes it. Nothing to do for a line that is gone or unchanged. */
export function quantityActions(lines: readonly { id: string; quantity: number }[], lineItemId: string, quantity: number): CartUpdateAction[] {
  const line = lines.find((candidate) => candidate.id === lineItemId);
  const wanted = Math.min(quantity, MAX_QUANTITY);
  if (!line || line.quantity === wanted) return [];
  return [{ action: "changeLineItemQuantity", lineItemId, quantity: wanted }];
}

/** Chooses a way of shipping; a cart without an address gets the market's country first, or it could have no rate. */
export function shippingActions(cart: { shippingAddress?: unknown }, country: string, shippingMethodId: string): CartUpdateAction[] {
  const method = { typeId: "shipping-method" as const, id: shippingMethodId };
  return [
    ...(cart.shippingAddress ? [] : [{ action: "setShippingAddress" as const, address: { country } }]),
    { action: "setShippingMethod", shippingMethod: method },
  ];
}

/** What a visitor has seen of a cart, as a text: it changes with every line, quantity and price, not with shipping. */
export function fingerprint(lines: readonly { sku: string; quantity: number; total: { centAmount: number } }[]): string {
  return lines.map(({ sku, quantity, total }) => `${quantity}*${sku}=${total.centAmount}`).join(" ");
}

/** What the checkout form asks for. */
export interface CheckoutInput {
  email: string;
  address: BaseAddress;
  /** Absent where the project offers no shipping methods. */
  shippingMethodId: string | undefined;
}

/** Prepares a cart for its order. */
export function checkoutActions({ email, address, shippingMethodId }: CheckoutInput): CartUpdateAction[] {
  return [
    { action: "setCustomerEmail", email },
    { action: "setShippingAddress", address },
    { action: "setBillingAddress", address },
    ...(shippingMethodId
      ? [{ action: "setShippingMethod" as const, shippingMethod: { typeId: "shipping-method" as const, id: shippingMethodId } }]
      : []),
  ];
}

/** Names of the form's fields, also the keys of its messages. */
export const CHECKOUT_FIELDS = ["email", "firstName", "lastName", "street", "postalCode", "city", "state"] as const;

export type CheckoutField = (typeof CHECKOUT_FIELDS)[number] | "shippingMethod";

/** Longest value of a field, in characters. */
const MAX_FIELD = 120;

/** Reads the form. Either an input for {@link checkoutActions} or the fields that need another look. */
export function parseCheckout(
  form: { get(name: string): unknown },
  country: string,
  shippingMethodIds: readonly string[],
): { input: CheckoutInput } | { invalid: CheckoutField[] } {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const required = CHECKOUT_FIELDS.filter((field) => field !== "state" || country === "US");
  const invalid: CheckoutField[] = required.filter((field) => text(field) === "" || text(field).length > MAX_FIELD);
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text("email")) && !invalid.includes("email")) invalid.push("email");
  const shippingMethodId = text("shippingMethod") || undefined;
  const known = shippingMethodId !== undefined && shippingMethodIds.includes(shippingMethodId);
  if (shippingMethodIds.length > 0 && !known) invalid.push("shippingMethod");
  if (invalid.length > 0) return { invalid };
  const address: BaseAddress = {
    country,
    firstName: text("firstName"),
    lastName: text("lastName"),
    streetName: text("street"),
    postalCode: text("postalCode"),
    city: text("city"),
    email: text("email"),
    ...(country === "US" ? { state: text("state") } : {}),
  };
  return { input: { email: text("email"), address, shippingMethodId: known ? shippingMethodId : undefined } };
}
