/** One product, with schema.org data that search engines and the chat bridge read. */
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { backendPage } from "@/components/backend-page";
import { BuyBox } from "@/components/buy-box";
import { ChatButton } from "@/components/chat-button";
import { ProductCard } from "@/components/product-card";
import { findProduct, listProducts } from "@/commerce/products";
import type { ProductView } from "@/commerce/views";
import { config } from "@/config";
import { messages } from "@/i18n";
import { jsonForScript, productJsonLd } from "@/json-ld";
import type { Market } from "@/markets";
import { getMarket } from "@/session/cookie";

const RELATED = 4;

export async function generateMetadata({ params }: PageProps<"/products/[key]">): Promise<Metadata> {
  const product = await findProduct(await getMarket(), (await params).key).catch(() => null);
  return product ? { title: product.name, description: product.description } : {};
}

export default async function ProductPage({ params }: PageProps<"/products/[key]">) {
  const market = await getMarket();
  const { key } = await params;
  const load = async () => {
    const [product, all] = await Promise.all([findProduct(market, key), listProducts(market)]);
    return { product, related: product ? relatedTo(product, all) : [] };
  };
  return backendPage(market.locale, load, ({ product, related }) => {
    if (!product) notFound();
    return <Product product={product} related={related} market={market} />;
  });
}

function Product({ product, related, market }: { product: ProductView; related: ProductView[]; market: Market }) {
  const t = messages(market.locale);
  const { shopUrl, chat } = config();
  return (
    <>
      <script type="application/ld+json" dangerouslySetInnerHTML={{ __html: jsonForScript(productJsonLd(product, shopUrl)) }} />
      <Link href="/#range" className="back-link">
        {t.product.back}
      </Link>
      <article className="product">
        <div className="product__picture">
          <img src={product.image} alt={product.name} width={800} height={800} />
          {product.variants[0].fullPrice && <span className="tag">{t.product.sale}</span>}
        </div>
        <div className="product__text">
          {product.categories[0] && <p className="eyebrow">{product.categories[0].name}</p>}
          <h1>{product.name}</h1>
          <p className="product__description">{product.description}</p>
          <BuyBox
            variants={product.variants}
            locale={market.locale}
            t={{ ...t.product, errors: t.errors, tax: market.country === "US" ? t.product.taxExcluded : t.product.taxIncluded }}
          />
          {chat && (
            <p className="product__help">
              <ChatButton className="text-button">{t.product.help}</ChatButton>
            </p>
          )}
          <Details attributes={product.attributes} title={t.product.details} />
        </div>
      </article>
      {related.length > 0 && (
        <section className="range" aria-labelledby="related-title">
          <h2 id="related-title">{t.product.related}</h2>
          <div className="grid">
            {related.map((other) => (
              <ProductCard key={other.id} product={other} t={t} locale={market.locale} />
            ))}
          </div>
        </section>
      )}
    </>
  );
}

function Details({ attributes, title }: { attributes: ProductView["attributes"]; title: string }) {
  if (attributes.length === 0) return null;
  return (
    <section className="details" aria-labelledby="details-title">
      <h2 id="details-title">{title}</h2>
      <dl>
        {attributes.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Products of the same category first, then the ones that follow in the range. */
function relatedTo(product: ProductView, all: ProductView[]): ProductView[] {
  const own = new Set(product.categories.map(({ key }) => key));
  const others = all.filter(({ id }) => id !== product.id);
  const near = others.filter(({ categories }) => categories.some(({ key }) => own.has(key)));
  return [...near, ...others.filter((other) => !near.includes(other))].slice(0, RELATED);
}
