/**
 * What every file of these tests begins with: one shop, and a fresh browser profile for each test.
 *
 * Import it once per file; `shop` and `visit` are those of the running test. In scope: opening and closing, and the
 * first rule of the bridge, which holds after every test: the page never sees an exception.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { Shop, type Visit } from "./shop.js";

export let shop: Shop;
export let visit: Visit;

beforeAll(async () => {
  shop = await Shop.open();
});
afterAll(() => shop.close());
beforeEach(async () => {
  visit = await shop.visit();
});
afterEach(async () => {
  await visit.context.close();
  expect(shop.errors).toEqual([]);
});

/** What the edge was asked about the visitor. */
export const questions = () => shop.seen.filter((seen) => seen.path === "/v1/identify");
