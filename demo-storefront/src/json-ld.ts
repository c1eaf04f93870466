/** schema.org data of a product page. Pure. In scope: the object and its safe embedding. */
import type { ProductView } from "./commerce/views";
import { decimal } from "./money";

/** A `Product` with its offer. `origin` is the shop's public origin. */
export function productJsonLd(product: ProductView, origin: string): object {
  const url = `${origin}/products/${encodeURIComponent(product.key)}`;
  return {
    "@context": "https://schema.org",
    "@type": "Product",
    name: product.name,
    description: product.description,
    sku: product.sku,
    url,
    ...(product.image ? { image: new URL(product.image, origin).href } : {}),
    ...(product.price
      ? {
          offers: {
            "@type": "Offer",
            url,
            price: decimal(product.price.centAmount, product.price.fractionDigits),
            priceCurrency: product.price.currencyCode,
            availability: `https://schema.org/${product.inStock ? "InStock" : "OutOfStock"}`,
          },
        }
      : {}),
  };
}

/** JSON that cannot end the script element it stands in. */
export function jsonForScript(value: object): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
