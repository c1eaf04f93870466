/**
 * The frame of pages that need the commerce backend: when it fails, the visitor reads a friendly page with a way on,
 * and the log gets the reason once.
 */
import type { ReactNode } from "react";
import { CommerceError } from "@/commerce/errors";
import { messages } from "@/i18n";
import { Notice } from "./notice";

/** Loads what a page needs and draws it; a failure of the backend draws the friendly page instead. */
export async function backendPage<Data>(locale: string, load: () => Promise<Data>, draw: (data: Data) => ReactNode): Promise<ReactNode> {
  let data: Data;
  try {
    data = await load();
  } catch (error) {
    if (!(error instanceof CommerceError)) throw error;
    console.error("commerce backend did not answer a page", { problem: error.problem, code: error.code, correlation_id: error.correlationId });
    return <BackendDown locale={locale} />;
  }
  return draw(data);
}

function BackendDown({ locale }: { locale: string }) {
  const t = messages(locale).errors;
  return (
    <Notice title={t.downTitle} text={t.downText} picture="down" testid="backend-down">
      {/* A plain link to the same address: works without JavaScript and asks the server anew. */}
      <a className="button" href="">
        {t.retry}
      </a>
    </Notice>
  );
}
