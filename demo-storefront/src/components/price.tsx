import type { ProductView } from "@/commerce/views";
import type { Messages } from "@/i18n/en";
import { formatMoney } from "@/money";

export function Price({ product, t, locale }: { product: ProductView; t: Messages; locale: string }) {
  if (!product.price) return null;
  return (
    <p className="price">
      {product.fullPrice && (
        <s className="price__full">
          <span className="visually-hidden">{t.product.was} </span>
          {formatMoney(product.fullPrice, locale)}
        </s>
      )}{" "}
      <span className="price__now">{formatMoney(product.price, locale)}</span>
    </p>
  );
}
