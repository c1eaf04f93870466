"use client";
/** Price, choice of variant, quantity and the button: everything that changes with the choice. */
import Link from "next/link";
import { useActionState, useRef, useState } from "react";
import { addToCart } from "@/app/actions";
import type { VariantView } from "@/commerce/views";
import type { Messages } from "@/i18n/en";
import { useEarlyRadio } from "./early";
import { Submit } from "./form-parts";
import { CheckIcon } from "./icons";
import { Price } from "./price";

type Texts = Messages["product"] & { errors: Messages["errors"]; tax: string };

interface BuyBoxProps {
  variants: readonly [VariantView, ...VariantView[]];
  locale: string;
  t: Texts;
}

export function BuyBox({ variants, locale, t }: BuyBoxProps) {
  const [result, action] = useActionState(addToCart, { status: "idle" as const });
  const [sku, choose] = useState(variants[0].sku);
  const chosen = variants.find((variant) => variant.sku === sku) ?? variants[0];
  const forSale = chosen.inStock && chosen.price !== null;
  return (
    <form action={action}>
      {variants.length > 1 && (
        // React puts the form back to its first state after a sending; a new key keeps the choice.
        <Choice key={result.at} variants={variants} sku={sku} choose={choose} label={t.choose} />
      )}
      {variants.length === 1 && <input type="hidden" name="sku" value={sku} />}
      <div aria-live="polite">
        <Price variant={chosen} was={t.was} locale={locale} />
        <p className="product__tax">{t.tax}</p>
      </div>
      <div className="buy">
        <label className="visually-hidden" htmlFor="quantity">
          {t.quantity}
        </label>
        <input className="quantity" id="quantity" name="quantity" type="number" inputMode="numeric" min={1} max={20} defaultValue={1} disabled={!forSale} data-testid="quantity" />
        <Submit className="button button--large button--grow" disabled={!forSale} testid="add-to-cart">
          {forSale ? t.add : t.soldOut}
        </Submit>
      </div>
      <p className="form-note" role="status" data-status={result.status} data-testid="add-to-cart-status">
        {result.status === "done" && (
          <>
            {t.added} <Link href="/cart">{t.viewCart}</Link>
          </>
        )}
        {result.status === "error" && (result.reason === "refused" ? t.errors.refused : t.errors.action)}
      </p>
      <p className="product__stock">
        {forSale && (
          <>
            <CheckIcon /> {t.inStock}
          </>
        )}
      </p>
      <p className="hint">
        {t.sku}: {chosen.sku}
      </p>
    </form>
  );
}

interface ChoiceProps {
  variants: readonly VariantView[];
  sku: string;
  choose: (sku: string) => void;
  label: string;
}

function Choice({ variants, sku, choose, label }: ChoiceProps) {
  const group = useRef<HTMLFieldSetElement>(null);
  useEarlyRadio(group, choose);
  return (
    <fieldset ref={group} className="variants">
      <legend className="visually-hidden">{label}</legend>
      {variants.map((variant) => (
        <label key={variant.sku} className="variant">
          <input type="radio" name="sku" value={variant.sku} defaultChecked={variant.sku === sku} onChange={() => choose(variant.sku)} data-testid="variant" />
          <span>{variant.label || variant.sku}</span>
        </label>
      ))}
    </fieldset>
  );
}
