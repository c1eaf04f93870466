"use client";
import Link from "next/link";
import { useActionState } from "react";
import { addToCart } from "@/app/actions";
import type { Messages } from "@/i18n/en";
import { Submit } from "./form-parts";

interface AddToCartProps {
  sku: string;
  disabled: boolean;
  /** Only the texts: functions do not travel to the browser. */
  t: Omit<Messages["product"], never> & { errors: Messages["errors"] };
}

export function AddToCart({ sku, disabled, t }: AddToCartProps) {
  const [result, action] = useActionState(addToCart, { status: "idle" as const });
  return (
    <form action={action} className="add-to-cart">
      <input type="hidden" name="sku" value={sku} />
      <label className="visually-hidden" htmlFor="quantity">
        {t.quantity}
      </label>
      <input className="quantity" id="quantity" name="quantity" type="number" inputMode="numeric" min={1} max={20} defaultValue={1} disabled={disabled} data-testid="quantity" />
      <Submit className="button button--large button--grow" disabled={disabled} testid="add-to-cart">
        {disabled ? t.soldOut : t.add}
      </Submit>
      <p className="form-note" role="status" data-status={result.status} data-testid="add-to-cart-status">
        {result.status === "done" && (
          <>
            {t.added} <Link href="/cart">{t.viewCart}</Link>
          </>
        )}
        {result.status === "error" && (result.reason === "refused" ? t.errors.refused : t.errors.action)}
      </p>
    </form>
  );
}
