/** The cart: lines with quantities, sums, the way to the checkout. */
import type { Metadata } from "next";
import Link from "next/link";
import { backendPage } from "@/components/backend-page";
import { CartLine } from "@/components/cart-line";
import { Notice } from "@/components/notice";
import { Totals } from "@/components/totals";
import { currentCart } from "@/commerce/carts";
import { toCartView, type CartView } from "@/commerce/views";
import { messages } from "@/i18n";
import { formatMoney } from "@/money";
import type { Market } from "@/markets";
import { getMarket } from "@/session/cookie";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages((await getMarket()).locale).cart.title };
}

export default async function CartPage() {
  const market = await getMarket();
  return backendPage(market.locale, currentCart, (cart) => {
    const view = cart && toCartView(cart, market.locale);
    return view && view.lines.length > 0 ? <FullCart cart={view} market={market} /> : <EmptyCart market={market} />;
  });
}

function EmptyCart({ market }: { market: Market }) {
  const t = messages(market.locale).cart;
  return (
    <Notice title={t.empty} text={t.emptyHint} picture="empty" testid="cart-empty">
      <Link className="button" href="/#range">
        {t.browse}
      </Link>
    </Notice>
  );
}

function FullCart({ cart, market }: { cart: CartView; market: Market }) {
  const all = messages(market.locale);
  const t = all.cart;
  const money = (value: CartView["total"]) => formatMoney(value, market.locale);
  return (
    <>
      <h1>{t.title}</h1>
      <div className="columns">
        <ul className="lines" aria-label={t.items(cart.itemCount)}>
          {cart.lines.map((line) => (
            <CartLine
              key={`${line.id}/${line.quantity}`}
              line={{ ...line, unit: money(line.unitPrice), sum: money(line.total) }}
              t={{
                quantity: t.quantityOf(line.name),
                remove: t.remove,
                removeLabel: t.removeOf(line.name),
                update: t.update,
                error: all.errors.action,
              }}
            />
          ))}
        </ul>
        <section className="panel" aria-labelledby="summary-title">
          <h2 id="summary-title">{t.summary}</h2>
          <Totals cart={cart} t={all} market={market} />
          <Link className="button button--large button--full" href="/checkout" data-testid="to-checkout">
            {t.checkout}
          </Link>
          <Link className="button button--quiet button--full" href="/#range">
            {t.continue}
          </Link>
        </section>
      </div>
    </>
  );
}
