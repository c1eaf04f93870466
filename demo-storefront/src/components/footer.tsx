import Link from "next/link";
import type { Messages } from "@/i18n/en";
import { ChatButton } from "./chat-button";
import { PrivacyButton } from "./privacy-button";

export function Footer({ t, hasChat }: { t: Messages; hasChat: boolean }) {
  return (
    <footer className="footer">
      <div className="footer__inner">
        <div>
          <p className="footer__name">{t.shop}</p>
          <p className="footer__about">{t.footer.about}</p>
        </div>
        <nav aria-label={t.footer.shop}>
          <h2 className="footer__title">{t.footer.shop}</h2>
          <ul className="plain-list">
            <li>
              <Link href="/#range">{t.nav.products}</Link>
            </li>
            <li>
              <Link href="/cart">{t.nav.cart}</Link>
            </li>
            <li>
              <Link href="/account">{t.nav.account}</Link>
            </li>
          </ul>
        </nav>
        <div>
          <h2 className="footer__title">{t.footer.service}</h2>
          <ul className="plain-list">
            {hasChat && (
              <li>
                <ChatButton className="text-button">{t.footer.help}</ChatButton>
              </li>
            )}
            <li>
              <PrivacyButton>{t.footer.privacy}</PrivacyButton>
            </li>
          </ul>
        </div>
      </div>
      <p className="footer__note">{t.footer.note}</p>
    </footer>
  );
}
