/** The deciding parts of the late files, as data. */
import { describe, expect, it } from "vitest";
import { cartOf } from "../src/late/cart.js";
import { productOf } from "../src/late/product.js";
import { merged, Rules, type World } from "../src/late/triggers.js";
import type { Trigger } from "../src/types.js";

const PAGE = "https://shop.example/p/mug?utm=1#top";
const MUG = { "@type": "Product", name: "Mug", sku: "M-1", url: "/p/mug" };
const mug = { name: "Mug", sku: "M-1", url: "https://shop.example/p/mug" };

describe("the product in JSON-LD", () => {
  it.each<[string, unknown, unknown]>([
    ["one product", MUG, mug],
    ["in an array", [{ "@type": "BreadcrumbList" }, MUG], mug],
    ["in a graph", { "@graph": [{ "@type": "WebSite" }, MUG] }, mug],
    ["as main entity", { "@type": "ItemPage", mainEntity: MUG }, mug],
    ["type as address", { ...MUG, "@type": "https://schema.org/Product" }, mug],
    ["type among others", { ...MUG, "@type": ["Thing", "Product"] }, mug],
    ["SKU in its only offer", { ...MUG, sku: undefined, offers: { sku: "O-1" } }, { ...mug, sku: "O-1" }],
    ["SKUs that differ", { ...MUG, sku: undefined, offers: [{ sku: "a" }, { sku: "b" }] }, { name: "Mug", url: mug.url }],
    ["no address: the page's, without its query", { ...MUG, url: undefined }, mug],
    ["a group and the variant of this page", { "@type": "ProductGroup", name: "Mugs", hasVariant: [{ ...MUG, sku: "x", url: "/p/cup" }, MUG] }, mug],
    ["a group alone", { "@type": "ProductGroup", name: "Mugs", sku: undefined }, { name: "Mugs", url: mug.url }],
    ["two, of which one is this page", [MUG, { ...MUG, url: "/p/cup", name: "Cup" }], mug],
    ["two of other pages", [{ ...MUG, url: "/p/a" }, { ...MUG, url: "/p/b" }], undefined],
    ["a list of products", { "@type": "ItemList", itemListElement: [{ item: MUG }] }, undefined],
    ["no name", { ...MUG, name: "" }, undefined],
    ["a name that is no text", { ...MUG, name: { a: 1 } }, undefined],
    ["a script as address", { ...MUG, url: "javascript:alert(1)" }, mug],
    ["null", null, undefined],
    ["a number", 5, undefined],
    ["nested without end", { "@graph": { "@graph": { "@graph": { "@graph": { "@graph": MUG } } } } }, undefined],
  ])("%s", (_, data, expected) => {
    expect(productOf(["{ not json", JSON.stringify(data), ""], PAGE)).toEqual(expected);
  });
});

describe("JSON-LD as shops have it", () => {
  const json = JSON.stringify({ "@type": "Product", name: "Mug" });
  const found = { name: "Mug", url: mug.url };
  it.each<[string, string[], unknown]>([
    ["in CDATA", [`//<![CDATA[\n${json}\n//]]>`], found],
    ["in a comment", [`<!-- ${json} -->`], found],
    ["with a semicolon", [`${json};`], found],
    ["with line breaks in texts", [`{"@type":"Product","name":"Mug","description":"one\ntwo\tthree"}`], found],
    ["a list of one", [`[${json}]`], found],
    ["told twice, once with the SKU", [json, `{"@type":"Product","name":"Mug","sku":"M-1"}`], { ...found, sku: "M-1" }],
    ["two of one name and two SKUs", [`{"@type":"Product","name":"Mug","sku":"M-1"}`, `{"@type":"Product","name":"Mug","sku":"M-2"}`], undefined],
    ["a SKU of digits", [`{"@type":"Product","name":"Mug","sku":123}`], { ...found, sku: "123" }],
    ["a kind of product", [`{"@type":"IndividualProduct","name":"Mug"}`], found],
    ["the one that the page's node refers to", [`{"@graph":[{"@type":"ItemPage","mainEntity":{"@id":"#mug"}},{"@id":"#mug","@type":"Product","name":"Mug"},{"@id":"#cup","@type":"Product","name":"Cup"}]}`], found],
    ["a reference to nothing", [`{"@graph":[{"@type":"ItemPage","mainEntity":{"@id":"#no"}}]}`, json], found],
    ["broken", [`{"@type":"Product","name":`], undefined],
  ])("%s", (_, texts, expected) => expect(productOf(texts, PAGE)).toEqual(expected));
});

describe("a cart", () => {
  it.each<[string, unknown, unknown]>([
    [
      "of commercetools",
      { id: "c", version: 3, totalPrice: { centAmount: 12999, currencyCode: "EUR" }, totalLineItemQuantity: 2 },
      { id: "c", version: 3, minorUnits: 12999, currency: "EUR", items: 2 },
    ],
    ["by our names", { id: "c", minorUnits: 5, currency: "EUR" }, { id: "c", minorUnits: 5, currency: "EUR" }],
    ["with a fraction for minor units", { id: "c", minorUnits: 1.5 }, { id: "c" }],
    ["with texts for numbers", { minorUnits: "5" }, undefined],
    ["null", null, undefined],
    ["a text", "cart", undefined],
  ])("%s", (_, value, expected) => expect(cartOf(value)).toEqual(expected));

  it("by the shop's own paths", () => {
    expect(cartOf({ basket: { no: "b", sum: [700] } }, { id: "basket.no", minorUnits: "basket.sum[0]" })).toEqual({ id: "b", minorUnits: 700 });
  });
});

describe("triggers", () => {
  const memory = (): World => {
    const kept = { session: [] as string[], local: [] as string[] };
    return { sent: (where) => kept[where], remember: (where, sent) => void (kept[where] = sent) };
  };
  const rules = (list: Trigger[], world = memory()) => new Rules(list, world);
  const names = (due: { event: string }[]) => due.map(({ event }) => event);
  const over: Trigger = { event: "big", on: "cart_over", minorUnits: 10_000, currency: "EUR" };

  it("compares whole minor units of one currency, once per cart", () => {
    const state = rules([over]);
    const cart = { id: "c", currency: "EUR" };
    expect(names(state.cartIs({ ...cart, minorUnits: 9_999 }))).toEqual([]);
    expect(names(state.cartIs({ ...cart, minorUnits: 99_999, currency: "JPY" }))).toEqual([]);
    expect(names(state.cartIs({ ...cart, minorUnits: 10_000 }))).toEqual(["big"]);
    expect(names(state.cartIs({ ...cart, minorUnits: 20_000 }))).toEqual([]);
    expect(names(state.cartIs({ ...cart, id: "d", minorUnits: 20_000 }))).toEqual(["big"]);
    expect(names(state.cartIs(undefined))).toEqual([]);
  });

  it("calls only a cart with something in it idle", () => {
    const state = rules([{ event: "idle", on: "cart_idle", seconds: 60 }]);
    expect(names(state.idleFor(60))).toEqual([]);
    state.cartIs({ id: "c", items: 0 });
    expect(names(state.idleFor(60))).toEqual([]);
    state.cartIs({ id: "c", items: 1 });
    expect(names(state.idleFor(59))).toEqual([]);
    expect(names(state.idleFor(60))).toEqual(["idle"]);
    expect(names(state.idleFor(60))).toEqual([]);
  });

  it("sends a signal once per its rule", () => {
    for (const [once, expected] of [
      ["always", ["e", "e", "e"]],
      ["order", ["e", "e"]],
      ["session", ["e"]],
      ["page", ["e"]],
    ] as const) {
      const state = rules([{ event: "e", on: "order_placed", once }]);
      const due = ["o1", "o1", "o2"].flatMap((id) => state.signal("order_placed", id));
      expect(names(due), once).toEqual(expected);
    }
  });

  it("remembers over page loads, except what is once per page", () => {
    const world = memory();
    const list: Trigger[] = [{ event: "s", on: "own" }, { event: "p", on: "own", once: "page" }];
    expect(names(rules(list, world).signal("own"))).toEqual(["s", "p"]);
    expect(names(rules(list, world).signal("own"))).toEqual(["p"]);
  });

  it("takes pages and DOM events for signals", () => {
    const state = rules([{ event: "back", on: "payment_returned", path: "/checkout/return?" }, { event: "failed", on: "checkout_failed", domEvent: "shop:failed" }]);
    expect(names(state.opened("/checkout"))).toEqual([]);
    expect(names(state.opened("/checkout/return?psp=1"))).toEqual(["back"]);
    expect(names(state.heard("shop:failed"))).toEqual(["failed"]);
    expect(names(state.heard("shop:other"))).toEqual([]);
    expect(names(state.signal("cart_over"))).toEqual([]);
  });

  it("tells orders apart by the DOM event's id, else by the address of the page", () => {
    const state = rules([{ event: "ordered", on: "order_placed", path: "/thanks", domEvent: "shop:ordered" }]);
    expect(["o1", "o1", "o2"].flatMap((id) => names(state.heard("shop:ordered", id)))).toHaveLength(2);
    expect(["/thanks?o=1", "/thanks?o=1", "/thanks?o=2"].flatMap((address) => names(state.opened(address)))).toHaveLength(2);
    const checkout = rules([{ event: "started", on: "checkout_started", path: "/checkout" }]);
    expect(["/checkout", "/checkout/address"].flatMap((address) => names(checkout.opened(address)))).toHaveLength(1);
  });

  it("lets the page replace, add and switch off", () => {
    const own: Trigger = { event: "big", on: "cart_over", minorUnits: 5, currency: "EUR" };
    expect(merged([over], [own])).toEqual([own]);
    expect(merged([over], [{ event: "x", on: "y" }])).toHaveLength(2);
    expect(merged([over], false)).toEqual([]);
    expect(merged("rubbish", [null, 5, {}] as never)).toEqual([]);
  });
});
