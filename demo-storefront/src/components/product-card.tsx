import Link from "next/link";
import type { ProductView } from "@/commerce/views";
import type { Messages } from "@/i18n/en";
import { Price } from "./price";

interface ProductCardProps {
  product: ProductView;
  t: Messages;
  locale: string;
  /** Pictures above the fold load at once. */
  eager?: boolean;
}

export function ProductCard({ product, t, locale, eager }: ProductCardProps) {
  return (
    <article className="card" data-testid={`product-${product.key}`}>
      <div className="card__picture">
        <img src={product.image} alt="" width={400} height={400} loading={eager ? "eager" : "lazy"} />
        {product.variants[0].fullPrice && <span className="tag">{t.product.sale}</span>}
      </div>
      <div className="card__text">
        <h3 className="card__name">
          <Link href={`/products/${product.key}`}>{product.name}</Link>
        </h3>
        {product.categories[0] && <p className="card__category">{product.categories[0].name}</p>}
        <Price variant={product.variants[0]} was={t.product.was} locale={locale} />
      </div>
    </article>
  );
}
