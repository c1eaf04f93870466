"use client";
import type { ReactNode } from "react";
import { showPreferences } from "vanilla-cookieconsent";

export function PrivacyButton({ children }: { children: ReactNode }) {
  return (
    <button type="button" className="text-button" onClick={() => showPreferences()} data-testid="privacy-settings">
      {children}
    </button>
  );
}
