/**
 * What pages show, made from what commercetools answers.
 *
 * In scope: plain data for components: texts in one language, money as integers, no references. Pure.
 * Out of scope: fetching.
 */
import type {
  Address,
  Attribute,
  Cart,
  LineItem,
  LocalizedString,
  Order,
  ProductProjection,
  ProductVariant,
  TypedMoney,
} from "@commercetools/platform-sdk";
import { languageOf } from "../markets";

/** An amount in the smallest unit of its currency. */
export interface Money {
  centAmount: number;
  currencyCode: string;
  fractionDigits: number;
}

export interface ProductView {
  id: string;
  /** Product key, or id where the product has none: the path of its page. */
  key: string;
  name: string;
  description: string;
  sku: string;
  variantId: number;
  /** URL of the picture; empty without one. */
  image: string;
  /** Absent when the product is not for sale in this market. */
  price: Money | null;
  /** Price before a discount. */
  fullPrice: Money | null;
  /** Names of its categories, where they were expanded. */
  categories: { key: string; name: string }[];
  attributes: { name: string; value: string }[];
  inStock: boolean;
}

export interface LineView {
  id: string;
  productKey: string;
  name: string;
  sku: string;
  image: string;
  quantity: number;
  unitPrice: Money;
  total: Money;
}

export interface CartView {
  id: string;
  version: number;
  lines: LineView[];
  /** Pieces, not lines. */
  itemCount: number;
  subtotal: Money;
  shipping: { name: string; price: Money } | null;
  total: Money;
  /** Tax contained in or added to the total, once an address is known. */
  tax: Money | null;
}

export interface OrderView extends CartView {
  number: string;
  createdAt: string;
  state: string;
  shipmentState: string | undefined;
  paymentState: string | undefined;
  address: string[];
  email: string;
}

/** The text for a locale: exact tag, then same language, then English, then whatever there is. */
export function localized(text: LocalizedString | undefined, locale: string): string {
  if (!text) return "";
  const near = (language: string) => Object.keys(text).find((tag) => languageOf(tag) === language);
  const tag = locale in text ? locale : (near(languageOf(locale)) ?? near("en") ?? Object.keys(text)[0]);
  return (tag && text[tag]) || "";
}

export function toProductView(product: ProductProjection, locale: string): ProductView {
  const variant = product.masterVariant;
  const price = variant.price;
  return {
    id: product.id,
    key: product.key ?? product.id,
    name: localized(product.name, locale),
    description: localized(product.description, locale),
    sku: variant.sku ?? "",
    variantId: variant.id,
    image: variant.images?.[0]?.url ?? "",
    price: price ? toMoney(price.discounted?.value ?? price.value) : null,
    fullPrice: price?.discounted ? toMoney(price.value) : null,
    categories: product.categories.flatMap(({ id, obj }) =>
      obj ? [{ key: obj.key ?? id, name: localized(obj.name, locale) }] : [],
    ),
    attributes: (variant.attributes ?? []).flatMap((attribute) => toAttribute(attribute, locale)),
    inStock: isInStock(variant),
  };
}

export function toCartView(cart: Cart | Order, locale: string): CartView {
  const lines = cart.lineItems.map((line) => toLineView(line, locale));
  const shipping = cart.shippingInfo;
  const sum = lines.reduce((cents, line) => cents + line.total.centAmount, 0);
  return {
    id: cart.id,
    version: cart.version,
    lines,
    itemCount: lines.reduce((count, line) => count + line.quantity, 0),
    subtotal: { ...toMoney(cart.totalPrice), centAmount: sum },
    shipping: shipping ? { name: shipping.shippingMethodName, price: toMoney(shipping.price) } : null,
    total: toMoney(cart.taxedPrice?.totalGross ?? cart.totalPrice),
    tax: cart.taxedPrice?.totalTax ? toMoney(cart.taxedPrice.totalTax) : null,
  };
}

export function toOrderView(order: Order, locale: string): OrderView {
  return {
    ...toCartView(order, locale),
    number: order.orderNumber ?? order.id,
    createdAt: order.createdAt,
    state: order.orderState,
    shipmentState: order.shipmentState,
    paymentState: order.paymentState,
    address: addressLines(order.shippingAddress),
    email: order.customerEmail ?? "",
  };
}

/** An address as printed lines. */
export function addressLines(address: Address | undefined): string[] {
  if (!address) return [];
  const join = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(" ");
  return [
    join(address.firstName, address.lastName),
    join(address.streetName, address.streetNumber),
    address.additionalStreetInfo ?? "",
    join(address.postalCode, address.city),
    join(address.state, address.country),
  ].filter(Boolean);
}

function toLineView(line: LineItem, locale: string): LineView {
  return {
    id: line.id,
    productKey: line.productKey ?? line.productId,
    name: localized(line.name, locale),
    sku: line.variant.sku ?? "",
    image: line.variant.images?.[0]?.url ?? "",
    quantity: line.quantity,
    unitPrice: toMoney(line.price.discounted?.value ?? line.price.value),
    total: toMoney(line.totalPrice),
  };
}

function toMoney({ centAmount, currencyCode, fractionDigits }: TypedMoney): Money {
  return { centAmount, currencyCode, fractionDigits: fractionDigits ?? 2 };
}

function isInStock({ availability }: ProductVariant): boolean {
  // A project that keeps no inventory says nothing, and sells.
  return availability?.isOnStock ?? true;
}

/** Only values that read well on a page: texts, numbers, localized texts and labelled enums. */
function toAttribute({ name, value }: Attribute, locale: string): { name: string; value: string }[] {
  const text = attributeText(value, locale);
  return text ? [{ name, value: text }] : [];
}

function attributeText(value: unknown, locale: string): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "";
  if ("label" in value) return attributeText(value.label, locale);
  const texts = Object.entries(value);
  const isLocalized = texts.length > 0 && texts.every(([tag, text]) => /^[a-z]{2}(-|$)/.test(tag) && typeof text === "string");
  return isLocalized ? localized(value as LocalizedString, locale) : "";
}
