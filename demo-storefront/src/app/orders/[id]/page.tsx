/** One order: the confirmation right after the checkout, and the order's page later. */
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { backendPage } from "@/components/backend-page";
import { OrderStatus } from "@/components/order-status";
import { Totals } from "@/components/totals";
import { Signal } from "@/components/signal";
import { findOrder } from "@/commerce/orders";
import { toOrderView, type OrderView } from "@/commerce/views";
import { formatDate, messages } from "@/i18n";
import { decimal, formatMoney } from "@/money";
import { getMarket, getSession } from "@/session/cookie";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages((await getMarket()).locale).account.order, robots: { index: false } };
}

export default async function OrderPage({ params, searchParams }: PageProps<"/orders/[id]">) {
  const [session, { locale }, { id }, { placed }] = [await getSession(), await getMarket(), await params, await searchParams];
  return backendPage(locale, () => findOrder(session, id), (order) => {
    if (!order) notFound();
    return <OrderDetails order={toOrderView(order, locale)} locale={locale} isNew={placed === "1"} />;
  });
}

function OrderDetails({ order, locale, isNew }: { order: OrderView; locale: string; isNew: boolean }) {
  const all = messages(locale);
  const t = all.order;
  return (
    <>
      {isNew ? <Thanks order={order} locale={locale} /> : <h1>{t.title(order.number)}</h1>}
      <div className="columns">
        <section className="panel" aria-labelledby="items-title">
          <h2 id="items-title">{t.items}</h2>
          <ul className="mini-lines">
            {order.lines.map((line) => (
              <li key={line.id}>
                <img src={line.image} alt="" width={56} height={56} />
                <span>
                  {line.quantity} × {line.name}
                  {line.option && <span className="hint">{line.option}</span>}
                </span>
                <span>{formatMoney(line.total, locale)}</span>
              </li>
            ))}
          </ul>
          <Totals cart={order} t={all} market={{ locale }} />
        </section>
        <section className="panel" aria-label={t.title(order.number)}>
          <Facts order={order} locale={locale} />
          <Link className="button button--full" href="/#range">
            {t.again}
          </Link>
        </section>
      </div>
    </>
  );
}

function Thanks({ order, locale }: { order: OrderView; locale: string }) {
  const t = messages(locale).order;
  const { total } = order;
  return (
    <div className="thanks">
      <Signal name="order_placed" details={{ id: order.id, order: order.number, total: decimal(total.centAmount, total.fractionDigits), currency: total.currencyCode }} />
      <h1>{t.thanks}</h1>
      <p className="lead">{t.confirmation(order.email)}</p>
    </div>
  );
}

function Facts({ order, locale }: { order: OrderView; locale: string }) {
  const all = messages(locale);
  const t = all.order;
  const payment = order.paymentState && t.paymentState[order.paymentState];
  return (
    <dl className="facts">
      <dt>{t.number}</dt>
      <dd data-testid="order-number" data-order-id={order.id}>
        {order.number}
      </dd>
      <dt>{t.placed}</dt>
      <dd>
        <time dateTime={order.createdAt}>{formatDate(order.createdAt, locale)}</time>
      </dd>
      <dt>{t.status}</dt>
      <dd>
        <OrderStatus order={order} t={all} />
      </dd>
      {payment && (
        <>
          <dt>{t.payment}</dt>
          <dd>{payment}</dd>
        </>
      )}
      {order.parcels.length > 0 && (
        <>
          <dt>{t.parcels}</dt>
          <dd data-testid="parcels">
            {order.parcels.map(({ carrier, trackingId }) => (
              <span key={trackingId} className="address-line">
                {carrier} <span className="number">{trackingId}</span>
              </span>
            ))}
          </dd>
        </>
      )}
      {order.returns.length > 0 && (
        <>
          <dt>{t.returns}</dt>
          <dd>
            {order.returns.map(({ name, quantity }) => (
              <span key={name} className="address-line">
                {quantity} × {name}
              </span>
            ))}
          </dd>
        </>
      )}
      {order.address.length > 0 && (
        <>
          <dt>{t.deliverTo}</dt>
          <dd>
            {order.address.map((line) => (
              <span key={line} className="address-line">
                {line}
              </span>
            ))}
          </dd>
        </>
      )}
    </dl>
  );
}
