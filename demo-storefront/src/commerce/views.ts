/**
 * What pages show, made from what commercetools answers.
 *
 * In scope: plain data for components: texts in one language, money as integers, no references. Pure.
 * Out of scope: fetching.
 */
import type {
  Address,
  Cart,
  LineItem,
  LocalizedString,
  Order,
  ProductProjection,
  ProductVariant,
  TypedMoney,
} from "@commercetools/platform-sdk";
import { countryName, languageOf } from "../markets";

/** Shown for a product without a picture. */
export const NO_PICTURE = "/illustrations/no-picture.svg";

/** An amount in the smallest unit of its currency. */
export interface Money {
  centAmount: number;
  currencyCode: string;
  fractionDigits: number;
}

/** One thing to buy: a size or a colour of a product. */
export interface VariantView {
  sku: string;
  /** What tells it from its siblings, such as `500 g`; empty for an only child. */
  label: string;
  /** Absent when it is not for sale in this market. */
  price: Money | null;
  /** Price before a discount. */
  fullPrice: Money | null;
  inStock: boolean;
}

export interface ProductView {
  id: string;
  /** Product key, or id where the product has none: the path of its page. */
  key: string;
  name: string;
  description: string;
  /** URL of the picture, or of a stand-in. */
  image: string;
  /** Never empty; the first one is shown first. */
  variants: [VariantView, ...VariantView[]];
  /** Its categories, where they were expanded. */
  categories: { key: string; name: string }[];
  /** What is true of every variant. */
  attributes: { name: string; value: string }[];
}

export interface LineView {
  id: string;
  productKey: string;
  name: string;
  /** Size or colour, if the product has several. */
  option: string;
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
  shipping: { name: string; methodId: string | undefined; price: Money } | null;
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
  /** Parcels with a number to follow, oldest first. */
  parcels: { carrier: string; trackingId: string }[];
  /** Lines that came back or are on their way back. */
  returns: { name: string; quantity: number }[];
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
  const { masterVariant, variants } = product;
  const all = [masterVariant, ...variants].map((variant) => ({ variant, attributes: attributesOf(variant, product, locale) }));
  const common = attributesOf(masterVariant, product, locale).filter(({ name, value }) =>
    all.every(({ attributes }) => attributes.some((other) => other.name === name && other.value === value)),
  );
  const isCommon = (name: string) => common.some((attribute) => attribute.name === name);
  const views = all.map(({ variant, attributes }) => {
    const own = attributes.filter(({ name }) => !isCommon(name)).map(({ value }) => value);
    return toVariantView(variant, own.join(", "));
  });
  return {
    id: product.id,
    key: product.key ?? product.id,
    name: localized(product.name, locale),
    description: localized(product.description, locale),
    image: imageOf(masterVariant),
    variants: views as [VariantView, ...VariantView[]],
    categories: product.categories.flatMap(({ id, obj }) =>
      obj ? [{ key: obj.key ?? id, name: localized(obj.name, locale) }] : [],
    ),
    attributes: common,
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
    shipping: shipping ? { name: shipping.shippingMethodName, methodId: shipping.shippingMethod?.id, price: toMoney(shipping.price) } : null,
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
    parcels: parcelsOf(order),
    returns: returnsOf(order, locale),
    address: addressLines(order.shippingAddress, locale),
    email: order.customerEmail ?? "",
  };
}

function parcelsOf({ shippingInfo }: Order): OrderView["parcels"] {
  const parcels = (shippingInfo?.deliveries ?? []).flatMap((delivery) => delivery.parcels);
  return parcels.flatMap(({ trackingData }) =>
    trackingData?.trackingId ? [{ carrier: trackingData.carrier ?? "", trackingId: trackingData.trackingId }] : [],
  );
}

function returnsOf({ returnInfo, lineItems }: Order, locale: string): OrderView["returns"] {
  const items = (returnInfo ?? []).flatMap((info) => info.items);
  return items.map((item) => {
    const line = lineItems.find(({ id }) => "lineItemId" in item && item.lineItemId === id);
    return { name: localized(line?.name, locale), quantity: item.quantity };
  });
}

/** An address as printed lines. */
function addressLines(address: Address | undefined, locale: string): string[] {
  if (!address) return [];
  const join = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(" ");
  return [
    join(address.firstName, address.lastName),
    join(address.streetName, address.streetNumber),
    address.additionalStreetInfo ?? "",
    join(address.postalCode, address.city),
    join(address.state, countryName(address.country, locale)),
  ].filter(Boolean);
}

function toLineView(line: LineItem, locale: string): LineView {
  return {
    id: line.id,
    productKey: line.productKey ?? line.productId,
    name: localized(line.name, locale),
    option: optionOf(line.variant, locale),
    sku: line.variant.sku ?? "",
    image: imageOf(line.variant),
    quantity: line.quantity,
    unitPrice: toMoney(line.price.discounted?.value ?? line.price.value),
    total: toMoney(line.totalPrice),
  };
}

function toMoney({ centAmount, currencyCode, fractionDigits }: TypedMoney): Money {
  return { centAmount, currencyCode, fractionDigits: fractionDigits ?? 2 };
}

function toVariantView(variant: ProductVariant, label: string): VariantView {
  const { price } = variant;
  return {
    sku: variant.sku ?? "",
    label,
    price: price ? toMoney(price.discounted?.value ?? price.value) : null,
    fullPrice: price?.discounted ? toMoney(price.value) : null,
    inStock: isInStock(variant),
  };
}

function imageOf({ images }: ProductVariant): string {
  return images?.[0]?.url || NO_PICTURE;
}

function isInStock({ availability }: ProductVariant): boolean {
  // A project that keeps no inventory says nothing, and sells.
  return availability?.isOnStock ?? true;
}

/** A line knows its variant only, not the siblings: its texts and labels are what a person recognises it by. */
function optionOf({ attributes }: ProductVariant, locale: string): string {
  return (attributes ?? []).filter(({ value }) => typeof value !== "number").map(({ value }) => attributeText(value, locale)).filter(Boolean).join(", ");
}

/** Attributes with labels from the product type, where it was expanded. Only values that read well on a page. */
function attributesOf(variant: ProductVariant, { productType }: ProductProjection, locale: string): ProductView["attributes"] {
  const definitions = productType?.obj?.attributes ?? [];
  return (variant.attributes ?? []).flatMap(({ name, value }) => {
    const text = attributeText(value, locale);
    const label = localized(definitions.find((definition) => definition.name === name)?.label, locale);
    return text ? [{ name: label || name, value: text }] : [];
  });
}

function attributeText(value: unknown, locale: string): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "";
  if ("label" in value) return attributeText(value.label, locale);
  const texts = Object.entries(value);
  const isLocalized = texts.length > 0 && texts.every(([tag, text]) => /^[a-z]{2}(-|$)/.test(tag) && typeof text === "string");
  return isLocalized ? localized(value as LocalizedString, locale) : "";
}
