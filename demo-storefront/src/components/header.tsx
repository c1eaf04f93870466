import Link from "next/link";
import type { Messages } from "@/i18n/en";
import type { Market } from "@/markets";
import { BagIcon, PersonIcon } from "./icons";
import { MarketSwitch } from "./market-switch";

interface HeaderProps {
  t: Messages;
  market: Market;
  markets: readonly Market[];
  customerName: string | undefined;
  itemCount: number;
}

export function Header({ t, market, markets, customerName, itemCount }: HeaderProps) {
  return (
    <header className="header">
      <div className="header__inner">
        <Link href="/" className="logo" aria-label={`${t.shop}, ${t.tagline}`}>
          <span className="logo__name">{t.shop}</span>
          <span className="logo__tagline">{t.tagline}</span>
        </Link>
        <nav className="header__nav" aria-label={t.nav.main}>
          <Link href="/#range" className="nav-link header__range">
            {t.nav.products}
          </Link>
          <MarketSwitch label={t.nav.store} market={market} markets={markets} />
          <Link href={customerName ? "/account" : "/login"} className="nav-link" data-testid={customerName ? "account-link" : "login-link"}>
            <PersonIcon />
            <span className="nav-link__text">{customerName ?? t.nav.login}</span>
          </Link>
          <Link href="/cart" className="nav-link" data-testid="cart-link">
            <BagIcon />
            <span className="nav-link__text">{t.nav.cart}</span>
            <span className="badge" data-testid="cart-count" data-count={itemCount} data-empty={itemCount === 0 || undefined}>
              <span className="visually-hidden">{t.nav.cartCount}: </span>
              {itemCount}
            </span>
          </Link>
        </nav>
      </div>
    </header>
  );
}
