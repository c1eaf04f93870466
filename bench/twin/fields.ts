/** From commercetools' resources to contact properties, with the same words and formats as the edge. */
import type { Cart, LocalizedString, Order, TypedMoney } from "@commercetools/platform-sdk";
import type { Locale, Store } from "./config";
import { timelineOf } from "./timeline";

const MAX_CHARS = 1000;
const LEVELS = ["minimal", "standard", "detailed"] as const;
const MINIMAL = ["ct_identity", "ct_store", "ct_locale", "ct_country", "ct_currency", "ct_consent", "ct_route", "ct_cart_total", "ct_cart_items", "ct_correlation_id"];
const DETAILED = ["ct_cart_lines", "ct_timeline"];

export type Fields = Record<string, string>;

export interface Context {
  store: Store;
  storeKey: string;
  locale: Locale;
  projectKey: string;
  region: string;
}

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(locale: string, digits: number): Intl.NumberFormat {
  const key = `${locale}/${digits}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(key, format);
  }
  return format;
}

function money(locale: string, { centAmount, fractionDigits, currencyCode }: TypedMoney): string {
  return `${formatOf(locale, fractionDigits).format(centAmount / 10 ** fractionDigits)} ${currencyCode}`;
}

const count = (locale: string, value: number): string => formatOf(locale, 0).format(value);
const words = (state: string): string => state.replace(/(?<=.)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
const minute = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;

function clean(text: string, max: number): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const kept = text.trim().replace(/[\t\r\n]/g, " ").replace(/[\u0000-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069\ufeff]/g, "");
  const chars = [...kept];
  return chars.length <= max ? kept : `${chars.slice(0, max - 1).join("")}…`;
}

function pick(texts: LocalizedString, wanted: (string | undefined)[]): string | undefined {
  for (const tag of wanted) {
    if (!tag) continue;
    if (texts[tag]?.trim()) return texts[tag];
    const near = Object.keys(texts).find((other) => other.split("-")[0] === tag.split("-")[0] && texts[other]?.trim());
    if (near) return texts[near];
  }
  return Object.values(texts).find((text) => text.trim());
}

function joined(lines: string[], rest = (left: number) => `… and ${left} more`): string {
  const whole = lines.join("\n");
  if ([...whole].length <= MAX_CHARS) return whole;
  for (let kept = lines.length - 1; kept >= 0; kept -= 1) {
    const cut = [...lines.slice(0, kept), rest(lines.length - kept)].join("\n");
    if ([...cut].length <= MAX_CHARS) return cut;
  }
  return "";
}

function expand(template: string, values: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}

function cartFields({ store, locale, projectKey, region, storeKey }: Context, cart: Cart | undefined): Fields {
  if (!cart) {
    return { ct_cart_items: "0", ct_cart_total: "", ct_cart_lines: "", ct_cart_shipping: "", ct_cart_updated: "", ct_cart_link: "" };
  }
  const { tag } = locale;
  const names = [tag, cart.locale, store.locales[0]?.tag];
  const line = (name: string, quantity: number, total: TypedMoney): string => `${quantity} × ${clean(name, 80)} – ${money(tag, total)}`;
  const custom = cart.customLineItems ?? [];
  const lines = [
    ...cart.lineItems.map((item) => line(pick(item.name, names) ?? item.variant.sku ?? "(no name)", item.quantity, item.totalPrice)),
    ...custom.map((item) => line(pick(item.name, names) ?? "(no name)", item.quantity, item.totalPrice)),
  ];
  return {
    ct_cart_total: money(tag, cart.totalPrice),
    ct_cart_items: count(tag, piecesOf(cart)),
    ct_cart_lines: joined(lines),
    ct_cart_shipping: cart.shippingInfo?.shippingMethodName ?? "",
    ct_cart_updated: minute(cart.lastModifiedAt),
    ct_cart_link: store.links?.cart ? expand(store.links.cart, { cartId: cart.id, projectKey, region, storeKey }) : "",
  };
}

const piecesOf = (cart: Cart): number => (cart.totalLineItemQuantity ?? 0) + (cart.customLineItems ?? []).reduce((sum, item) => sum + item.quantity, 0);

/** What the page's triggers compare. */
export const cartSummary = (cart: Cart | undefined) =>
  cart && { id: cart.id, minorUnits: cart.totalPrice.centAmount, currency: cart.totalPrice.currencyCode, items: piecesOf(cart) };

function orderFields({ store, locale, projectKey, region, storeKey }: Context, orders: Order[], inAll: number): Fields {
  const [order] = orders;
  const template = store.links?.order ?? "https://mc.{region}.commercetools.com/{projectKey}/orders/{orderId}";
  const parcels = order?.shippingInfo?.deliveries?.flatMap(({ parcels }) => parcels) ?? [];
  const tracked = parcels.flatMap(({ trackingData }) => (trackingData?.trackingId && !trackingData.isReturn ? [trackingData] : []));
  const returned = order?.returnInfo?.flatMap(({ items }) => items) ?? [];
  const history = store.locales.find(({ tag }) => tag === order?.locale) ?? locale;
  const total = (one: Order): string => money(history.tag, one.totalPrice);
  const timeline = timelineOf(orders, { locale: history.tag, number: numberOf, total, words, minute });
  return {
    ct_order_number: order ? numberOf(order) : "",
    ct_order_status: words(order?.orderState ?? ""),
    ct_order_payment: words(order?.paymentState ?? ""),
    ct_order_shipment: words(order?.shipmentState ?? ""),
    ct_order_shipping: order?.shippingInfo?.shippingMethodName ?? "",
    ct_order_tracking: tracked.map(({ carrier, trackingId }) => [carrier, trackingId].filter(Boolean).join(" ")).join(", "),
    ct_order_returns: returned.map((item) => `${item.quantity} × ${words(item.shipmentState)}, ${words(item.paymentState)}`).join("; "),
    ct_order_total: order ? total(order) : "",
    ct_order_placed: order ? minute(order.createdAt) : "",
    ct_order_link: order ? expand(template, { orderId: order.id, projectKey, region, storeKey }) : "",
    ct_orders: count(history.tag, inAll),
    ct_timeline: joined(timeline, (left) => `… +${left}`),
  };
}

const numberOf = (order: Order): string => order.orderNumber ?? order.id.slice(0, 8);

/** Every property about orders is of the level `standard` or above. */
export const letsOrdersOut = ({ field_policy: policy = "minimal" }: Store): boolean => policy !== "minimal";

/** Every property of a verified customer that the store's policy lets out. */
export function fieldsOf(context: Context, who: Fields, cart: Cart | undefined, orders: Order[], total: number): Fields {
  const all = { ...who, ...cartFields(context, cart), ...orderFields(context, orders, total) };
  const level = LEVELS.indexOf(context.store.field_policy ?? "minimal");
  const permitted = Object.entries(all).filter(([name]) => MINIMAL.includes(name) || (level >= 1 && !DETAILED.includes(name)) || level >= 2);
  return Object.fromEntries(permitted);
}
