"use server";
/**
 * What a visitor can do. Next.js checks that a call comes from the shop's own pages.
 *
 * In scope: parsing the form, calling the backend, storing the session, saying what to show. Out of scope: rules
 * about carts (`commerce/cart-actions.ts`). Every action may be sent twice: quantities are set, not added, except by
 * "add to cart", which a visitor may well press twice.
 */
import { refresh } from "next/cache";
import { redirect } from "next/navigation";
import { config } from "../config";
import { addActions, checkoutActions, parseCheckout, parseQuantity, quantityActions, shippingActions, type CheckoutField } from "../commerce/cart-actions";
import { ensureCart, findCart, updateCart, updateSeenCart } from "../commerce/carts";
import { signIn } from "../commerce/customers";
import { CommerceError, type CommerceProblem } from "../commerce/errors";
import { listShippingMethods, placeOrder } from "../commerce/orders";
import { toCartView } from "../commerce/views";
import { findMarket } from "../markets";
import { getMarket, getSession, saveSession } from "../session/cookie";
import { withCart, withCustomer, withOrder, withoutCustomer } from "../session/token";

/** What a form shows after it was sent. */
export interface FormResult {
  status: "idle" | "done" | "error";
  /** Which text of `errors` or of the form's own texts. */
  reason?: "action" | "refused" | "wrong" | "missing" | "invalid" | "changed";
  invalid?: CheckoutField[];
  /** What was typed, so that it need not be typed again. */
  values?: Record<string, string>;
  /** Tells one result from the next of the same kind. */
  at?: number;
}

/** What a form says about a failure that the visitor can do something about. */
const REASONS: { [Problem in CommerceProblem]?: NonNullable<FormResult["reason"]> } = { refused: "refused", conflict: "changed" };

/** Adds a product: fields `sku` and `quantity`. */
export async function addToCart(_: FormResult, form: FormData): Promise<FormResult> {
  const sku = form.get("sku");
  const quantity = parseQuantity(form.get("quantity") ?? "1");
  if (typeof sku !== "string" || !sku || !quantity) return failed("refused");
  return guarded(async () => {
    const [session, market] = [await getSession(), await getMarket()];
    const cart = await ensureCart(session, market);
    const updated = await updateCart(market, cart, (current) => addActions(toCartView(current, market.locale).lines, sku, quantity));
    await saveSession(withCart({ ...session, store: market.store, locale: market.locale }, market.store, updated.id));
    return { status: "done", at: updated.version };
  });
}

/** Sets the pieces of a line: fields `line` and `quantity`; 0 removes it. */
export async function changeQuantity(_: FormResult, form: FormData): Promise<FormResult> {
  const line = form.get("line");
  const quantity = parseQuantity(form.get("quantity"));
  if (typeof line !== "string" || quantity === null) return failed("refused");
  return guarded(async () => {
    const [session, market] = [await getSession(), await getMarket()];
    const cart = await findCart(session, market);
    if (!cart) return failed("action");
    const updated = await updateCart(market, cart, (current) => quantityActions(current.lineItems, line, quantity));
    await saveSession(withCart({ ...session, store: market.store, locale: market.locale }, market.store, updated.id));
    return { status: "done", at: updated.version };
  });
}

/** Signs a customer in: fields `email`, `password`; `store` (demo only) also switches the store. */
export async function login(_: FormResult, form: FormData): Promise<FormResult> {
  const [email, password] = [textOf(form, "email").trim(), textOf(form, "password")];
  if (!email || !password) return { ...failed("missing"), values: { email } };
  const result = await guarded(async () => {
    const session = await getSession();
    const wanted = config().demo ? findMarket(config().markets, textOf(form, "store")) : undefined;
    const market = wanted ?? (await getMarket());
    const signedIn = await signIn(session, market, email, password);
    if (!signedIn) return { ...failed("wrong"), values: { email } };
    const { customer, cart } = signedIn;
    const name = customer.firstName ?? customer.email;
    const next = withCustomer({ ...session, store: market.store, locale: market.locale }, { id: customer.id, name });
    await saveSession(withCart(next, market.store, cart?.id));
    return { status: "done" };
  });
  if (result.status === "done") redirect("/account");
  return result;
}

/** Signs out. Never fails: it needs nobody but the browser. */
export async function logout(): Promise<void> {
  await saveSession(withoutCustomer(await getSession()));
  redirect("/");
}

/** Switches store and language: field `market` as `store/locale`; field `path` says where to stay. */
export async function switchMarket(form: FormData): Promise<void> {
  const [store, locale] = textOf(form, "market").split("/");
  const market = findMarket(config().markets, store, locale);
  if (market) await saveSession({ ...(await getSession()), store: market.store, locale: market.locale });
  const path = textOf(form, "path");
  redirect(/^\/(?![/\\])[\w\-/]*$/.test(path) ? path : "/");
}

/** Chooses a way of shipping, so that the sums on the page are the ones that will be charged. */
export async function chooseShipping(shippingMethodId: string): Promise<FormResult> {
  if (typeof shippingMethodId !== "string") return failed("refused");
  return guarded(async () => {
    const [session, market] = [await getSession(), await getMarket()];
    const cart = await findCart(session, market);
    if (!cart) return failed("changed");
    const updated = await updateCart(market, cart, (current) => shippingActions(current, market.country, shippingMethodId));
    refresh();
    return { status: "done", at: updated.version };
  });
}

/** Places the order: fields of `CHECKOUT_FIELDS`, `shippingMethod`, and `seen`, the fingerprint of the lines shown. */
export async function checkout(_: FormResult, form: FormData): Promise<FormResult> {
  const values = Object.fromEntries([...form].filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  let orderId: string | undefined;
  const result = await guarded(async () => {
    const [session, market] = [await getSession(), await getMarket()];
    const cart = await findCart(session, market);
    if (!cart || cart.lineItems.length === 0) return failed("changed");
    const methods = await listShippingMethods(market, cart);
    const parsed = parseCheckout(form, market.country, methods.map(({ id }) => id));
    if ("invalid" in parsed) return { ...failed("invalid"), invalid: parsed.invalid };
    const prepared = await updateSeenCart(market, cart, values.seen ?? "", checkoutActions(parsed.input));
    const order = await placeOrder(market, prepared);
    await saveSession(withOrder(session, market.store, order.id));
    orderId = order.id;
    return { status: "done" };
  });
  if (orderId) redirect(`/orders/${orderId}?placed=1`);
  return { ...result, values };
}

/** Turns a backend's failure into something a form can show; the log gets the reason, once, without personal data. */
async function guarded(work: () => Promise<FormResult>): Promise<FormResult> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CommerceError)) throw error;
    console.error("shop action failed", { problem: error.problem, code: error.code, correlation_id: error.correlationId });
    return failed(REASONS[error.problem] ?? "action");
  }
}

function failed(reason: NonNullable<FormResult["reason"]>): FormResult {
  return { status: "error", reason };
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
