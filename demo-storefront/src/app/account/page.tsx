/** The customer's own page: details, orders, sign-out. */
import type { Order } from "@commercetools/platform-sdk";
import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { logout } from "@/app/actions";
import { backendPage } from "@/components/backend-page";
import { Submit } from "@/components/form-parts";
import { OrderStatus } from "@/components/order-status";
import { findCustomer } from "@/commerce/customers";
import { listOrders } from "@/commerce/orders";
import { toOrderView } from "@/commerce/views";
import { formatDate, messages } from "@/i18n";
import type { Messages } from "@/i18n/en";
import { formatMoney } from "@/money";
import { getMarket, getSession } from "@/session/cookie";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages((await getMarket()).locale).nav.account };
}

export default async function AccountPage() {
  const { customerId } = await getSession();
  if (!customerId) redirect("/login");
  const { locale } = await getMarket();
  const t = messages(locale);
  const load = () => Promise.all([findCustomer(customerId), listOrders(customerId)]);
  return backendPage(locale, load, ([customer, orders]) => (
    <>
      <div className="account-head">
        <h1>{t.account.title(customer?.firstName ?? "")}</h1>
        <form action={logout}>
          <Submit className="button button--quiet" testid="logout">
            {t.account.logout}
          </Submit>
        </form>
      </div>
      <div className="columns">
        <section aria-labelledby="orders-title">
          <h2 id="orders-title">{t.account.orders}</h2>
          <Orders orders={orders} locale={locale} t={t} />
        </section>
        <section className="panel" aria-labelledby="details-title">
          <h2 id="details-title">{t.account.details}</h2>
          <dl className="facts" data-testid="customer-details">
            <dt>{t.account.email}</dt>
            <dd>{customer?.email}</dd>
            {customer?.customerNumber && (
              <>
                <dt>{t.account.number}</dt>
                <dd>{customer.customerNumber}</dd>
              </>
            )}
          </dl>
        </section>
      </div>
    </>
  ));
}

function Orders({ orders, locale, t }: { orders: Order[]; locale: string; t: Messages }) {
  if (orders.length === 0) return <p className="hint">{t.account.noOrders}</p>;
  return (
    <ul className="orders">
      {orders.map((order) => {
        const view = toOrderView(order, locale);
        return (
          <li key={view.id} className="order-row" data-testid="order-row" data-number={view.number}>
            <Link href={`/orders/${view.id}`} aria-label={t.account.viewOf(view.number)} className="order-row__link">
              <span className="order-row__number">{view.number}</span>
              <time dateTime={view.createdAt}>{formatDate(view.createdAt, locale)}</time>
            </Link>
            <OrderStatus order={view} t={t} />
            <strong>{formatMoney(view.total, locale)}</strong>
          </li>
        );
      })}
    </ul>
  );
}
