/** The shop window: all products of the market, by category. */
import Link from "next/link";
import { backendPage } from "@/components/backend-page";
import { ChatIcon, ReturnIcon, TruckIcon } from "@/components/icons";
import { Notice } from "@/components/notice";
import { ProductCard } from "@/components/product-card";
import { listProducts } from "@/commerce/products";
import type { ProductView } from "@/commerce/views";
import { messages } from "@/i18n";
import type { Messages } from "@/i18n/en";
import { getMarket } from "@/session/cookie";

const EAGER_PICTURES = 4;
const PROMISE_ICONS = [TruckIcon, ReturnIcon, ChatIcon];

export default async function HomePage({ searchParams }: PageProps<"/">) {
  const market = await getMarket();
  const t = messages(market.locale);
  const { category } = await searchParams;
  return backendPage(market.locale, () => listProducts(market), (products) => (
    <>
      <Hero t={t} />
      <Range t={t} locale={market.locale} products={products} category={typeof category === "string" ? category : undefined} />
    </>
  ));
}

function Hero({ t }: { t: Messages }) {
  return (
    <>
      <section className="hero">
        <div className="hero__text">
          <h1>{t.home.title}</h1>
          <p>{t.home.lead}</p>
          <Link href="#range" className="button button--large">
            {t.home.action}
          </Link>
        </div>
        <img className="hero__picture" src="/illustrations/hero.svg" alt="" width={640} height={520} />
      </section>
      <ul className="promises">
        {t.home.promises.map(({ title, text }, index) => {
          const Icon = PROMISE_ICONS[index] ?? ChatIcon;
          return (
            <li key={title}>
              <Icon />
              <div>
                <strong>{title}</strong>
                <span>{text}</span>
              </div>
            </li>
          );
        })}
      </ul>
    </>
  );
}

interface RangeProps {
  t: Messages;
  locale: string;
  products: ProductView[];
  category: string | undefined;
}

function Range({ t, locale, products, category }: RangeProps) {
  const categories = new Map(products.flatMap((product) => product.categories.map(({ key, name }) => [key, name] as const)));
  const chosen = category !== undefined && categories.has(category) ? category : undefined;
  const shown = chosen ? products.filter((product) => product.categories.some(({ key }) => key === chosen)) : products;
  if (products.length === 0) return <Notice title={t.home.empty} text={t.home.emptyHint} picture="empty" testid="catalogue-empty" />;
  return (
    <section className="range" id="range" aria-labelledby="range-title">
      <div className="range__head">
        <h2 id="range-title">{t.home.all}</h2>
        <p aria-live="polite">{t.home.count(shown.length)}</p>
      </div>
      {categories.size > 1 && (
        <nav className="chips" aria-label={t.home.filter}>
          <Chip href="/#range" current={!chosen} name={t.home.everything} />
          {[...categories].map(([key, name]) => (
            <Chip key={key} href={`/?category=${encodeURIComponent(key)}#range`} current={key === chosen} name={name} />
          ))}
        </nav>
      )}
      <div className="grid">
        {shown.map((product, index) => (
          <ProductCard key={product.id} product={product} t={t} locale={locale} eager={index < EAGER_PICTURES} />
        ))}
      </div>
    </section>
  );
}

function Chip({ href, current, name }: { href: string; current: boolean; name: string }) {
  return (
    <Link href={href} className="chip" aria-current={current ? "true" : undefined} scroll={false}>
      {name}
    </Link>
  );
}
