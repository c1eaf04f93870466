"use client";
/** A fault of the shop itself. The commerce backend's failures have a page of their own. */
import { Notice } from "@/components/notice";
import { messages } from "@/i18n";

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  const t = messages(typeof document === "undefined" ? "en" : document.documentElement.lang).errors;
  return (
    <Notice title={t.brokenTitle} text={t.brokenText} picture="down" testid="shop-error">
      <button type="button" className="button" onClick={reset}>
        {t.retry}
      </button>
    </Notice>
  );
}
