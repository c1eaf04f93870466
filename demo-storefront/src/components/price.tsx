import type { VariantView } from "@/commerce/views";
import { formatMoney } from "@/money";

interface PriceProps {
  variant: VariantView;
  /** Read aloud before a price that no longer counts. */
  was: string;
  locale: string;
}

export function Price({ variant: { price, fullPrice }, was, locale }: PriceProps) {
  if (!price) return null;
  return (
    <p className="price" data-testid="price">
      {fullPrice && (
        <>
          <s className="price__full">
            <span className="visually-hidden">{was} </span>
            {formatMoney(fullPrice, locale)}
          </s>{" "}
        </>
      )}
      <span className="price__now">{formatMoney(price, locale)}</span>
    </p>
  );
}
