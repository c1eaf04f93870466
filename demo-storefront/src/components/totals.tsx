import type { CartView } from "@/commerce/views";
import type { Messages } from "@/i18n/en";
import type { Market } from "@/markets";
import { formatMoney } from "@/money";

interface TotalsProps {
  cart: CartView;
  t: Messages;
  market: Pick<Market, "locale">;
}

/** The sums of a cart or an order. */
export function Totals({ cart, t, market }: TotalsProps) {
  const money = (value: CartView["total"]) => formatMoney(value, market.locale);
  const { subtotal, shipping, tax, total } = cart;
  // Prices that contain the tax add up to the total without it.
  const taxIsExtra = tax !== null && subtotal.centAmount + (shipping?.price.centAmount ?? 0) !== total.centAmount;
  return (
    <dl className="totals">
      <div>
        <dt>{t.cart.subtotal}</dt>
        <dd>{money(subtotal)}</dd>
      </div>
      <div>
        <dt>{t.cart.shipping}</dt>
        <dd>{shipping ? shippingText(shipping.price.centAmount === 0 ? t.checkout.free : money(shipping.price), shipping.name) : t.cart.shippingLater}</dd>
      </div>
      {tax && (
        <div>
          <dt>{taxIsExtra ? t.cart.taxAdded : t.cart.tax}</dt>
          <dd>{money(tax)}</dd>
        </div>
      )}
      <div className="totals__total">
        <dt>{t.cart.total}</dt>
        <dd data-testid="cart-total" data-cents={total.centAmount} data-currency={total.currencyCode}>
          {money(total)}
        </dd>
      </div>
    </dl>
  );
}

function shippingText(cost: string, name: string) {
  return (
    <>
      {cost} <span className="hint">{name}</span>
    </>
  );
}
