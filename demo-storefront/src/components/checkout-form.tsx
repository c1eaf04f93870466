"use client";
import Link from "next/link";
import { startTransition, useActionState, useEffect, useRef } from "react";
import { useTidioBridge } from "commercetools-tidio/next";
import { checkout, chooseShipping, type FormResult } from "@/app/actions";
import type { CheckoutField } from "@/commerce/cart-actions";
import type { ShippingView } from "@/commerce/orders";
import type { Messages } from "@/i18n/en";
import { Field, Submit } from "./form-parts";

interface CheckoutFormProps {
  t: Messages["checkout"];
  errors: { action: string; refused: string };
  /** Fingerprint of the lines shown. */
  seen: string;
  /** Way of shipping that the sums on the page include. */
  chosenMethod: string | undefined;
  isGuest: boolean;
  loginText: string;
  country: { code: string; name: string };
  methods: (ShippingView & { cost: string })[];
  values: Record<string, string>;
}

/** Browser autofill tokens of the fields. */
const AUTOCOMPLETE = {
  email: "email",
  firstName: "given-name",
  lastName: "family-name",
  street: "street-address",
  postalCode: "postal-code",
  city: "address-level2",
  state: "address-level1",
} as const;

export function CheckoutForm({ t, errors, seen, chosenMethod, isGuest, loginText, country, methods, values: known }: CheckoutFormProps) {
  const [result, action] = useActionState<FormResult, FormData>(checkout, { status: "idle" });
  const form = useRef<HTMLFormElement>(null);
  useFailure(result, form);
  const choose = useShipping(chosenMethod ?? null, methods[0]?.id);
  const values = result.values ?? known;
  const preferred = values.shippingMethod ?? chosenMethod;
  const invalid = new Set<CheckoutField>(result.invalid);
  const field = (name: keyof typeof AUTOCOMPLETE, className?: string) => (
    <Contact key={name} t={t} name={name} className={className} value={values[name]} isInvalid={invalid.has(name)} />
  );
  return (
    <form ref={form} action={action} className="stack checkout" noValidate data-testid="checkout-form">
      <input type="hidden" name="seen" value={seen} />
      {result.status === "error" && (
        <p className="alert" role="alert" data-testid="checkout-error">
          {textOf(result, t, errors)}
        </p>
      )}
      <fieldset className="panel form-grid">
        <legend>{t.contact}</legend>
        {isGuest && (
          <p className="hint form-grid__wide">
            {t.loginHint} <Link href="/login">{loginText}</Link>
          </p>
        )}
        {field("email", "form-grid__wide")}
      </fieldset>
      <fieldset className="panel form-grid">
        <legend>{t.address}</legend>
        {field("firstName")}
        {field("lastName")}
        {field("street", "form-grid__wide")}
        {field("postalCode")}
        {field("city")}
        {country.code === "US" && field("state")}
        <div className="field">
          <span className="field__label">{t.country}</span>
          <p className="field__fixed">{country.name}</p>
        </div>
      </fieldset>
      <ShippingMethods t={t} methods={methods} preferred={preferred} choose={choose} />
      <fieldset className="panel">
        <legend>{t.payment}</legend>
        <p className="hint">{t.paymentText}</p>
      </fieldset>
      <Submit className="button button--large button--full" pendingText={t.submitting} testid="checkout-submit">
        {t.submit}
      </Submit>
    </form>
  );
}

interface ContactProps {
  t: Messages["checkout"];
  name: keyof typeof AUTOCOMPLETE;
  className: string | undefined;
  value: string | undefined;
  isInvalid: boolean;
}

/** Something that the parcel needs to arrive. */
function Contact({ t, name, className, value, isInvalid }: ContactProps) {
  const isEmail = name === "email";
  return (
    <Field
      name={name}
      label={t[name]}
      type={isEmail ? "email" : "text"}
      autoComplete={AUTOCOMPLETE[name]}
      defaultValue={value}
      maxLength={120}
      required
      className={className}
      problem={isInvalid && (isEmail ? t.emailInvalid : t.fieldInvalid)}
    />
  );
}

interface ShippingMethodsProps extends Pick<CheckoutFormProps, "t" | "methods"> {
  /** Id of the one that was chosen before; else the first is marked. */
  preferred: string | undefined;
  choose: (id: string) => void;
}

function ShippingMethods({ t, methods, preferred, choose }: ShippingMethodsProps) {
  return (
    <fieldset className="panel stack">
      <legend>{t.shipping}</legend>
      {methods.length === 0 && <p className="hint">{t.noShipping}</p>}
      {methods.map((method, index) => (
        <label key={method.id} className="choice">
          <input type="radio" name="shippingMethod" value={method.id} defaultChecked={preferred ? preferred === method.id : index === 0} onChange={() => choose(method.id)} data-testid="shipping-method" />
          <span>
            <strong>{method.name}</strong>
            {method.description && <span className="hint">{method.description}</span>}
          </span>
          <span>{method.cost}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Puts the choice into the cart at once, the first method unasked: the sums shown are then the ones charged. */
function useShipping(chosen: string | null, first: string | undefined): (id: string) => void {
  const choose = (id: string) => startTransition(async () => void (await chooseShipping(id)));
  useEffect(() => {
    if (chosen === null && first !== undefined) choose(first);
  }, [chosen, first]);
  return choose;
}

/** After a refused order: the first marked field gets the focus, and the chat learns that somebody is stuck. */
function useFailure(result: FormResult, form: { current: HTMLFormElement | null }): void {
  const bridge = useTidioBridge();
  useEffect(() => {
    if (result.status !== "error") return;
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    if (result.reason !== "invalid") bridge.signal("checkout_failed", { reason: result.reason ?? "action" });
  }, [bridge, result, form]);
}

function textOf({ reason }: FormResult, t: Messages["checkout"], errors: CheckoutFormProps["errors"]): string {
  if (reason === "invalid") return t.invalid;
  if (reason === "changed") return t.changed;
  return reason === "refused" ? errors.refused : errors.action;
}
