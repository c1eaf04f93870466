/** The catalogue. In scope: list and single product, priced for a market. Out of scope: search. */
import "server-only";
import { cache } from "react";
import type { ProductProjection } from "@commercetools/platform-sdk";
import type { Market } from "../markets";
import { project } from "./client";
import { call, callOptional } from "./errors";
import { toProductView, type ProductView } from "./views";

/** More than a demo catalogue needs, less than the vendor's limit of 500. */
const LIST_LIMIT = 100;

/** What commercetools accepts as a key, and every id. */
const KEY_SHAPE = /^[A-Za-z0-9_-]{2,256}$/;

/** All products for sale in a market, by key. @throws CommerceError */
export async function listProducts(market: Market): Promise<ProductView[]> {
  const queryArgs = { ...viewOf(market), limit: LIST_LIMIT, sort: "key asc", withTotal: false };
  const { results } = await call(project().productProjections().get({ queryArgs }));
  return results.map((product) => toProductView(product, market.locale)).filter(({ variants }) => variants[0].price !== null);
}

/** One product by key or, for products without a key, by id. Once per request. @throws CommerceError */
export const findProduct = cache(async (market: Market, key: string): Promise<ProductView | null> => {
  if (!KEY_SHAPE.test(key)) return null;
  const product = (await byKey(market, key)) ?? (await byId(market, key));
  return product && toProductView(product, market.locale);
});

function byKey(market: Market, key: string): Promise<ProductProjection | null> {
  const queryArgs = viewOf(market);
  return callOptional(project().productProjections().withKey({ key }).get({ queryArgs }));
}

async function byId(market: Market, id: string): Promise<ProductProjection | null> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return null;
  const queryArgs = viewOf(market);
  return callOptional(project().productProjections().withId({ ID: id }).get({ queryArgs }));
}

function viewOf({ currency, country }: Market) {
  return { priceCurrency: currency, priceCountry: country, expand: ["categories[*]", "productType"] };
}
