/** The frame of every page: header, footer, consent, chat. It draws itself even while the catalogue is down. */
import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import "@fontsource-variable/fraunces/wght.css";
import "@fontsource-variable/figtree/wght.css";
import "vanilla-cookieconsent/dist/cookieconsent.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/frame.css";
import "./styles/home.css";
import "./styles/product.css";
import "./styles/order.css";
import "./styles/pages.css";
import "./styles/consent.css";
import { ChatBridge } from "@/components/chat-bridge";
import { ConsentBanner } from "@/components/consent-banner";
import { Footer } from "@/components/footer";
import { Header } from "@/components/header";
import { currentCart } from "@/commerce/carts";
import { config } from "@/config";
import { consentTexts, messages } from "@/i18n";
import { languageOf } from "@/markets";
import { getMarket, getSession } from "@/session/cookie";

export const dynamic = "force-dynamic";

export const viewport: Viewport = { width: "device-width", initialScale: 1, themeColor: "#faf6ef" };

export async function generateMetadata(): Promise<Metadata> {
  const { locale } = await getMarket();
  const t = messages(locale);
  return {
    metadataBase: new URL(config().shopUrl),
    title: { default: `${t.shop}: ${t.tagline}`, template: `%s · ${t.shop}` },
    description: t.home.lead,
    icons: { icon: "/icon.svg" },
  };
}

export default async function Layout({ children }: { children: ReactNode }) {
  const [session, market] = [await getSession(), await getMarket()];
  const { markets, chat } = config();
  const t = messages(market.locale);
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  const cart = await currentCart().catch(() => null);
  const itemCount = cart?.lineItems.reduce((count, { quantity }) => count + quantity, 0) ?? 0;
  return (
    <html lang={market.locale}>
      <body>
        <a className="skip-link" href="#content">
          {t.skip}
        </a>
        <Header t={t} market={market} markets={markets} customerName={session.customerName} itemCount={itemCount} />
        <main id="content" tabIndex={-1}>
          {children}
        </main>
        <Footer t={t} hasChat={chat !== null} />
        <ConsentBanner language={languageOf(market.locale)} texts={consentTexts()} />
        {chat && (
          <ChatBridge
            edge={chat.edgeUrl}
            mode={chat.mode}
            store={market.store}
            locale={market.locale}
            launcher={t.chat.launcher}
            person={session.customerId ?? "guest"}
            nonce={nonce}
            cart={cart ? { id: cart.id, version: cart.version } : null}
          />
        )}
      </body>
    </html>
  );
}
