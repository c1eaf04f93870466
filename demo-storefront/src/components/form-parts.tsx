"use client";
/** Parts of forms: a button that shows that it works, a labelled field with its message. */
import type { InputHTMLAttributes, ReactNode } from "react";
import { useFormStatus } from "react-dom";

interface SubmitProps {
  children: ReactNode;
  pendingText?: string;
  className?: string;
  disabled?: boolean;
  testid: string;
}

export function Submit({ children, pendingText, className = "button", disabled, testid }: SubmitProps) {
  const { pending } = useFormStatus();
  // Not `disabled` while pending: the focus would be lost.
  return (
    <button className={className} disabled={disabled} aria-disabled={pending} data-pending={pending || undefined} data-testid={testid}
      onClick={(event) => pending && event.preventDefault()}>
      {pending && pendingText ? pendingText : children}
    </button>
  );
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  name: string;
  label: string;
  /** Message under the field; marks it as invalid. */
  problem?: string | false | undefined;
}

export function Field({ name, label, problem, className = "", ...input }: FieldProps) {
  const note = `${name}-note`;
  return (
    <div className={`field ${className}`}>
      <label htmlFor={name}>{label}</label>
      <input id={name} name={name} aria-invalid={problem ? true : undefined} aria-describedby={problem ? note : undefined} data-testid={`field-${name}`} {...input} />
      {problem && (
        <p className="field__note" id={note}>
          {problem}
        </p>
      )}
    </div>
  );
}
