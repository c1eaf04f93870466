"use client";
import { useActionState, useState } from "react";
import { login } from "@/app/actions";
import { Field, Submit } from "./form-parts";

export interface DemoCustomer {
  name: string;
  email: string;
  password: string;
  /** Store with this customer's cart; signing in with the hint's button also goes there. */
  store: string;
  use: string;
  where: string;
}

interface LoginFormProps {
  t: Record<"email" | "password" | "submit" | "wrong" | "missing" | "keep" | "demoTitle" | "error", string>;
  demo: DemoCustomer[];
}

export function LoginForm({ t, demo }: LoginFormProps) {
  const [result, action] = useActionState(login, { status: "idle" });
  const [chosen, choose] = useState<DemoCustomer | null>(null);
  const problem = result.status === "error" && (result.reason === "wrong" ? t.wrong : result.reason === "missing" ? t.missing : t.error);
  return (
    <>
      {/* The key refills the form: its fields belong to the visitor otherwise. */}
      <form action={action} className="panel stack" key={chosen?.email ?? "own"} data-testid="login-form" noValidate>
        {problem && (
          <p className="alert" role="alert" data-testid="login-error">
            {problem}
          </p>
        )}
        <Field name="email" label={t.email} type="email" autoComplete="username" defaultValue={chosen?.email ?? result.values?.email} required />
        <Field name="password" label={t.password} type="password" autoComplete="current-password" defaultValue={chosen?.password} required />
        {chosen && <input type="hidden" name="store" value={chosen.store} />}
        <Submit className="button button--large button--full" testid="login-submit">
          {t.submit}
        </Submit>
        <p className="hint">{t.keep}</p>
      </form>
      {demo.length > 0 && (
        <section className="demo-hint" aria-label={t.demoTitle} data-testid="demo-hint">
          <p>{t.demoTitle}</p>
          <ul className="plain-list">
            {demo.map((customer) => (
              <li key={customer.email}>
                <div>
                  <strong>{customer.name}</strong> <span className="hint">{customer.where}</span>
                  <br />
                  <code>{customer.email}</code>
                  <br />
                  <code>{customer.password}</code>
                </div>
                <button type="button" className="button button--quiet" aria-pressed={chosen?.email === customer.email} onClick={() => choose(customer)} data-testid={`demo-${customer.store}`}>
                  {customer.use}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
