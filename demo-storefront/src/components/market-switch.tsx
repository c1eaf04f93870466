"use client";
/** The switch of store and language. Works without JavaScript through its button. */
import { usePathname } from "next/navigation";
import { useRef } from "react";
import { switchMarket } from "@/app/actions";
import { countryName, type Market } from "@/markets";
import { useEarlyChoice } from "./early";
import { GlobeIcon } from "./icons";

interface MarketSwitchProps {
  label: string;
  market: Market;
  markets: readonly Market[];
}

export function MarketSwitch({ label, market, markets }: MarketSwitchProps) {
  const form = useRef<HTMLFormElement>(null);
  const select = useRef<HTMLSelectElement>(null);
  const path = usePathname();
  const current = valueOf(market);
  useEarlyChoice(select, current);
  return (
    <form ref={form} action={switchMarket} className="market-switch">
      <GlobeIcon />
      <span className="market-switch__code" aria-hidden="true">
        {market.currency}
      </span>
      <label className="visually-hidden" htmlFor="market">
        {label}
      </label>
      <input type="hidden" name="path" value={path.startsWith("/orders/") ? "/" : path} />
      <select ref={select} id="market" name="market" key={current} defaultValue={current} autoComplete="off" data-testid="store-switch" onChange={() => form.current?.requestSubmit()}>
        {markets.map((option) => (
          <option key={valueOf(option)} value={valueOf(option)}>
            {countryName(option.country, option.locale)} · {option.currency}
          </option>
        ))}
      </select>
      <noscript>
        <button className="button button--quiet">OK</button>
      </noscript>
    </form>
  );
}

function valueOf({ store, locale }: Market): string {
  return `${store}/${locale}`;
}
