/** The checkout on one page: contact, address, shipping, order. */
import type { Metadata } from "next";
import Link from "next/link";
import { backendPage } from "@/components/backend-page";
import { CheckoutForm } from "@/components/checkout-form";
import { MiniLines } from "@/components/mini-lines";
import { Notice } from "@/components/notice";
import { Totals } from "@/components/totals";
import { Signal } from "@/components/signal";
import { fingerprint } from "@/commerce/cart-actions";
import { currentCart } from "@/commerce/carts";
import { findCustomer } from "@/commerce/customers";
import { listShippingMethods, type ShippingView } from "@/commerce/orders";
import { toCartView, type CartView } from "@/commerce/views";
import { messages } from "@/i18n";
import type { Messages } from "@/i18n/en";
import { countryName, type Market } from "@/markets";
import { decimal, formatMoney } from "@/money";
import { getMarket, getSession } from "@/session/cookie";
import type { Customer } from "@commercetools/platform-sdk";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages((await getMarket()).locale).checkout.title };
}

export default async function CheckoutPage() {
  const [{ customerId }, market] = [await getSession(), await getMarket()];
  const load = async () => {
    const [cart, customer] = await Promise.all([currentCart(), customerId ? findCustomer(customerId) : null]);
    return { cart, customer, methods: cart && cart.lineItems.length > 0 ? await listShippingMethods(market, cart) : null };
  };
  return backendPage(market.locale, load, ({ cart, methods, customer }) => {
    const t = messages(market.locale);
    if (!cart || !methods) {
      return (
        <Notice title={t.cart.empty} text={t.cart.emptyHint} picture="empty" testid="cart-empty">
          <Link className="button" href="/#range">
            {t.cart.browse}
          </Link>
        </Notice>
      );
    }
    return <Checkout cart={toCartView(cart, market.locale)} methods={methods} customer={customer} market={market} t={t} />;
  });
}

interface CheckoutProps {
  cart: CartView;
  methods: ShippingView[];
  customer: Customer | null;
  market: Market;
  t: Messages;
}

function Checkout({ cart, methods, customer, market, t }: CheckoutProps) {
  const money = (value: CartView["total"]) => formatMoney(value, market.locale);
  return (
    <>
      <Signal
        name="checkout_started"
        details={{ id: cart.id, total: decimal(cart.total.centAmount, cart.total.fractionDigits), currency: cart.total.currencyCode, items: cart.itemCount }}
      />
      <h1>{t.checkout.title}</h1>
      <div className="columns">
        <CheckoutForm
          t={t.checkout}
          errors={{ action: t.errors.action, refused: t.errors.refused }}
          seen={fingerprint(cart.lines)}
          chosenMethod={cart.shipping?.methodId}
          isGuest={!customer}
          loginText={t.nav.login}
          country={{ code: market.country, name: countryName(market.country, market.locale) }}
          methods={methods.map((method) => ({ ...method, cost: method.price.centAmount === 0 ? t.checkout.free : money(method.price) }))}
          values={knownValues(customer, market.country)}
        />
        <section className="panel panel--summary" aria-labelledby="summary-title">
          <h2 id="summary-title">{t.cart.summary}</h2>
          <MiniLines lines={cart.lines} locale={market.locale} />
          <Totals cart={cart} t={t} market={market} />
          <Link className="text-button" href="/cart">
            {t.checkout.back}
          </Link>
        </section>
      </div>
    </>
  );
}

/** What is known about the customer: their default address, if it is in this market's country. */
function knownValues(customer: Customer | null, country: string): Record<string, string> {
  if (!customer) return {};
  const { addresses, defaultShippingAddressId } = customer;
  const here = addresses.filter((address) => address.country === country);
  const address = here.find(({ id }) => id === defaultShippingAddressId) ?? here[0];
  return {
    email: customer.email,
    firstName: address?.firstName ?? customer.firstName ?? "",
    lastName: address?.lastName ?? customer.lastName ?? "",
    street: [address?.streetName, address?.streetNumber].filter(Boolean).join(" "),
    postalCode: address?.postalCode ?? "",
    city: address?.city ?? "",
    state: address?.state ?? "",
  };
}
