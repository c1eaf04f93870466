import type { CartView } from "@/commerce/views";
import type { Messages } from "@/i18n/en";
import type { Market } from "@/markets";
import { formatMoney } from "@/money";

/** The sums of a cart or an order. */
export function Totals({ cart, t, market }: { cart: CartView; t: Messages; market: Pick<Market, "locale"> }) {
  const money = (value: CartView["total"]) => formatMoney(value, market.locale);
  const taxIsExtra = cart.tax !== null && cart.total.currencyCode === "USD";
  return (
    <dl className="totals">
      <div>
        <dt>{t.cart.subtotal}</dt>
        <dd>{money(cart.subtotal)}</dd>
      </div>
      <div>
        <dt>{t.cart.shipping}</dt>
        <dd>{cart.shipping ? `${cart.shipping.name}, ${money(cart.shipping.price)}` : t.cart.shippingLater}</dd>
      </div>
      {cart.tax && (
        <div>
          <dt>{taxIsExtra ? t.cart.taxAdded : t.cart.tax}</dt>
          <dd>{money(cart.tax)}</dd>
        </div>
      )}
      <div className="totals__total">
        <dt>{t.cart.total}</dt>
        <dd data-testid="cart-total" data-cents={cart.total.centAmount} data-currency={cart.total.currencyCode}>
          {money(cart.total)}
        </dd>
      </div>
    </dl>
  );
}
