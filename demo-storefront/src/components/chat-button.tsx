"use client";
/** Opens the chat; asks for consent first where it is missing. */
import { useTidioBridge } from "commercetools-tidio/next";
import type { ReactNode } from "react";
import { acceptedCategory, showPreferences, validConsent } from "vanilla-cookieconsent";

export function ChatButton({ className, children }: { className: string; children: ReactNode }) {
  const bridge = useTidioBridge();
  const open = () => {
    if (validConsent() && acceptedCategory("functionality")) bridge.open();
    else showPreferences();
  };
  return (
    <button type="button" className={className} onClick={open} data-testid="open-chat">
      {children}
    </button>
  );
}
