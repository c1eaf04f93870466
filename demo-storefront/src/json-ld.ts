/** schema.org data of a product page. Pure. In scope: the object and its safe embedding. */
import { NO_PICTURE, type ProductView, type VariantView } from "./commerce/views";
import { decimal } from "./money";

/** A `Product` with an offer per variant. `origin` is the shop's public origin. */
export function productJsonLd(product: ProductView, origin: string): object {
  const url = `${origin}/products/${encodeURIComponent(product.key)}`;
  return {
    "@context": "https://schema.org",
    "@type": "Product",
    name: product.name,
    description: product.description,
    sku: product.variants[0].sku,
    url,
    ...(product.image !== NO_PICTURE ? { image: new URL(product.image, origin).href } : {}),
    offers: product.variants.flatMap((variant) => offerOf(variant, url)),
  };
}

function offerOf({ sku, price, inStock }: VariantView, url: string): object[] {
  if (!price) return [];
  return [
    {
      "@type": "Offer",
      sku,
      url,
      price: decimal(price.centAmount, price.fractionDigits),
      priceCurrency: price.currencyCode,
      availability: `https://schema.org/${inStock ? "InStock" : "OutOfStock"}`,
    },
  ];
}

/** JSON that cannot end the script element it stands in. */
export function jsonForScript(value: object): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
