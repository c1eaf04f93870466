import Link from "next/link";
import { Notice } from "@/components/notice";
import { messages } from "@/i18n";
import { getMarket } from "@/session/cookie";

export default async function NotFound() {
  const t = messages((await getMarket()).locale).errors;
  return (
    <Notice title={t.notFoundTitle} text={t.notFoundText} picture="missing" testid="not-found">
      <Link className="button" href="/">
        {t.home}
      </Link>
    </Notice>
  );
}
