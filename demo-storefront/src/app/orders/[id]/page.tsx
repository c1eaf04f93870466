/** One order: the confirmation right after the checkout, and the order's page later. */
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { backendPage } from "@/components/backend-page";
import { MiniLines } from "@/components/mini-lines";
import { OrderStatus } from "@/components/order-status";
import { Totals } from "@/components/totals";
import { Signal } from "@/components/signal";
import { findOrder } from "@/commerce/orders";
import { toOrderView, type OrderView } from "@/commerce/views";
import { formatDate, messages } from "@/i18n";
import { decimal } from "@/money";
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
          <MiniLines lines={order.lines} locale={locale} />
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
      <Fact title={t.parcels} testid="parcels" lines={order.parcels.map(({ carrier, trackingId }) => [trackingId, <>{carrier} <span className="number">{trackingId}</span></>])} />
      <Fact title={t.returns} lines={order.returns.map(({ name, quantity }) => [name, `${quantity} × ${name}`])} />
      <Fact title={t.deliverTo} lines={order.address.map((line) => [line, line])} />
    </dl>
  );
}

/** A fact of several lines, each with its key; nothing if there is none. */
function Fact({ title, lines, testid }: { title: string; lines: [key: string, text: ReactNode][]; testid?: string }) {
  if (lines.length === 0) return null;
  return (
    <>
      <dt>{title}</dt>
      <dd data-testid={testid}>
        {lines.map(([key, text]) => (
          <span key={key} className="address-line">
            {text}
          </span>
        ))}
      </dd>
    </>
  );
}
