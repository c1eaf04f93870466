/** One product, with schema.org data that search engines and the chat bridge read. */
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { AddToCart } from "@/components/add-to-cart";
import { backendPage } from "@/components/backend-page";
import { ChatButton } from "@/components/chat-button";
import { CheckIcon } from "@/components/icons";
import { Price } from "@/components/price";
import { ProductCard } from "@/components/product-card";
import { findProduct, listProducts } from "@/commerce/products";
import type { ProductView } from "@/commerce/views";
import { config } from "@/config";
import { messages } from "@/i18n";
import type { Messages } from "@/i18n/en";
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
          {product.fullPrice && <span className="tag">{t.product.sale}</span>}
        </div>
        <div className="product__text">
          {product.categories[0] && <p className="eyebrow">{product.categories[0].name}</p>}
          <h1>{product.name}</h1>
          <Price product={product} t={t} locale={market.locale} />
          <p className="product__tax">{market.country === "US" ? t.product.taxExcluded : t.product.taxIncluded}</p>
          <p className="product__description">{product.description}</p>
          {product.inStock && (
            <p className="product__stock">
              <CheckIcon /> {t.product.inStock}
            </p>
          )}
          <AddToCart sku={product.sku} disabled={!product.inStock || !product.price} t={{ ...t.product, errors: t.errors }} />
          {chat && (
            <p className="product__help">
              <ChatButton className="text-button">{t.product.help}</ChatButton>
            </p>
          )}
          <Details product={product} t={t} />
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

function Details({ product, t }: { product: ProductView; t: Messages }) {
  return (
    <section className="details" aria-labelledby="details-title">
      <h2 id="details-title">{t.product.details}</h2>
      <dl>
        {product.attributes.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>{t.product.sku}</dt>
          <dd>{product.sku}</dd>
        </div>
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
