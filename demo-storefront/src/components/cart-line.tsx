"use client";
/** One line of the cart: its quantity is set by the field, the steps, or the remove button. */
import Link from "next/link";
import { useActionState, useRef } from "react";
import { changeQuantity } from "@/app/actions";
import type { LineView } from "@/commerce/views";
import { useEarlyChoice } from "./early";

interface CartLineProps {
  line: LineView & { unit: string; sum: string };
  t: { quantity: string; remove: string; removeLabel: string; update: string; error: string };
}

export function CartLine({ line, t }: CartLineProps) {
  const [result, action, pending] = useActionState(changeQuantity, { status: "idle" as const });
  const form = useRef<HTMLFormElement>(null);
  const quantity = useRef<HTMLInputElement>(null);
  useEarlyChoice(quantity, `${line.quantity}`);
  return (
    <li className="line" data-testid="cart-line" data-sku={line.sku} data-pending={pending || undefined}>
      <img className="line__picture" src={line.image} alt="" width={120} height={120} />
      <div className="line__name">
        <Link href={`/products/${line.productKey}`}>{line.name}</Link>
        <span className="line__unit">{[line.option, line.unit].filter(Boolean).join(" · ")}</span>
      </div>
      <form ref={form} action={action} className="line__quantity">
        <input type="hidden" name="line" value={line.id} />
        <input
          ref={quantity}
          className="quantity"
          name="quantity"
          type="number"
          inputMode="numeric"
          min={0}
          max={20}
          defaultValue={line.quantity}
          autoComplete="off"
          aria-label={t.quantity}
          data-testid="line-quantity"
          onChange={(event) => event.target.value !== "" && form.current?.requestSubmit()}
        />
        <noscript>
          <button className="button button--quiet">{t.update}</button>
        </noscript>
      </form>
      <p className="line__sum">{line.sum}</p>
      <form action={action} className="line__remove">
        <input type="hidden" name="line" value={line.id} />
        <input type="hidden" name="quantity" value="0" />
        <button className="text-button" aria-label={t.removeLabel} data-testid="line-remove">
          {t.remove}
        </button>
      </form>
      {result.status === "error" && (
        <p className="form-note" role="alert" data-status="error">
          {t.error}
        </p>
      )}
    </li>
  );
}
