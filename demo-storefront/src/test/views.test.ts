import { describe, expect, it } from "vitest";
import type { Order, ProductProjection } from "@commercetools/platform-sdk";
import { toCommerceError } from "@/commerce/errors";
import { localized, toOrderView, toProductView } from "@/commerce/views";
import { jsonForScript, productJsonLd } from "@/json-ld";
import { de } from "@/i18n/de";
import { en } from "@/i18n/en";

const money = (centAmount: number) => ({ type: "centPrecision" as const, centAmount, currencyCode: "EUR", fractionDigits: 2 });
const PRODUCT = {
  id: "p-1",
  key: "kettle",
  name: { "de-DE": "Kessel </script>", "en-GB": "Kettle" },
  description: { en: "Pours well." },
  categories: [{ typeId: "category", id: "k-1", obj: { key: "brew", name: { de: "Brühen", en: "Brewing" } } }],
  productType: { typeId: "product-type", id: "t", obj: { attributes: [{ name: "colour", label: { de: "Farbe" } }] } },
  variants: [
    {
      id: 2,
      sku: "KC-2",
      availability: { isOnStock: false },
      attributes: [
        { name: "colour", value: { key: "cu", label: { de: "Kupfer", en: "Copper" } } },
        { name: "litres", value: 1.2 },
      ],
    },
  ],
  masterVariant: {
    id: 1,
    sku: "KC-1",
    images: [{ url: "/products/kettle.svg", dimensions: { w: 800, h: 800 } }],
    price: { id: "x", value: money(8900), discounted: { value: money(7900), discount: { typeId: "product-discount", id: "d" } } },
    attributes: [
      { name: "colour", value: { key: "cu", label: { de: "Kupfer", en: "Copper" } } },
      { name: "litres", value: 0.9 },
      { name: "hidden", value: [1, 2] },
      { name: "ref", value: { typeId: "product", id: "p-2" } },
    ],
  },
} as unknown as ProductProjection;

describe("products", () => {
  it("become plain data in one language", () => {
    expect(toProductView(PRODUCT, "de-DE")).toEqual({
      id: "p-1",
      key: "kettle",
      name: "Kessel </script>",
      description: "Pours well.",
      image: "/products/kettle.svg",
      variants: [
        {
          sku: "KC-1",
          label: "0.9",
          price: { centAmount: 7900, currencyCode: "EUR", fractionDigits: 2 },
          fullPrice: { centAmount: 8900, currencyCode: "EUR", fractionDigits: 2 },
          inStock: true,
        },
        { sku: "KC-2", label: "1.2", price: null, fullPrice: null, inStock: false },
      ],
      categories: [{ key: "brew", name: "Brühen" }],
      attributes: [
        { name: "Farbe", value: "Kupfer" },
      ],
    });
  });

  it("become schema.org data that cannot leave its script element", () => {
    const data = productJsonLd(toProductView(PRODUCT, "de-DE"), "https://shop.example");
    expect(data).toMatchObject({
      "@type": "Product",
      sku: "KC-1",
      image: "https://shop.example/products/kettle.svg",
      offers: [{ price: "79.00", priceCurrency: "EUR", sku: "KC-1", availability: "https://schema.org/InStock" }],
    });
    expect(jsonForScript(data)).not.toContain("</script>");
    expect(JSON.parse(jsonForScript(data))).toEqual(data);
  });
});

describe("localized", () => {
  const cases: [Record<string, string> | undefined, string, string][] = [
    [{ "de-DE": "a", de: "b" }, "de-DE", "a"],
    [{ de: "b", en: "c" }, "de-DE", "b"],
    [{ "en-US": "c", fr: "d" }, "de-DE", "c"],
    [{ fr: "d" }, "de-DE", "d"],
    [{}, "de-DE", ""],
    [undefined, "de-DE", ""],
  ];
  it.each(cases)("%j in %s", (text, locale, expected) => expect(localized(text, locale)).toBe(expected));
});

describe("failures of the backend", () => {
  const body = (code: string) => ({ errors: [{ code }] });
  const cases: [string, unknown, string][] = [
    ["a refused connection", new TypeError("fetch failed"), "unavailable"],
    ["nothing at all", undefined, "unavailable"],
    ["429", { statusCode: 429 }, "unavailable"],
    ["503", { statusCode: 503, body: body("OverCapacity") }, "unavailable"],
    ["a wrong password", { statusCode: 400, body: body("InvalidCredentials") }, "credentials"],
    ["a bad request", { statusCode: 400, body: body("InvalidOperation") }, "refused"],
    ["a missing scope", { statusCode: 403, body: body("insufficient_scope") }, "misconfigured"],
    ["a missing cart", { statusCode: 404, body: body("ResourceNotFound") }, "not_found"],
    ["a stale version", { statusCode: 409, body: body("ConcurrentModification") }, "conflict"],
  ];
  it.each(cases)("%s", (_, error, problem) => expect(toCommerceError(error).problem).toBe(problem));
});

describe("texts", () => {
  const shape = (value: unknown): unknown =>
    typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shape(member)]))
      : typeof value;
  it("are the same set in every language", () => expect(shape(de)).toEqual(shape(en)));
});

describe("orders", () => {
  const line = {
    id: "l-1",
    productId: "p-1",
    productKey: "kettle",
    name: { de: "Kessel" },
    variant: { id: 1, sku: "KC-1" },
    price: { id: "x", value: money(7900) },
    quantity: 2,
    totalPrice: money(15800),
  };
  const order = {
    id: "o-1",
    version: 3,
    orderNumber: "KC-10041",
    createdAt: "2026-11-11T09:00:00.000Z",
    orderState: "Complete",
    shipmentState: "Delivered",
    lineItems: [line],
    totalPrice: money(16290),
    shippingInfo: {
      shippingMethodName: "Standard",
      price: money(490),
      deliveries: [{ parcels: [{ trackingData: { trackingId: "0034", carrier: "DHL" } }, {}] }],
    },
    shippingAddress: { country: "DE", firstName: "Anna", streetName: "Lindenallee", streetNumber: "12", postalCode: "50668", city: "Köln" },
    returnInfo: [{ items: [{ lineItemId: "l-1", quantity: 1 }] }],
  } as unknown as Order;

  it("show where they are", () => {
    expect(toOrderView(order, "de-DE")).toMatchObject({
      number: "KC-10041",
      itemCount: 2,
      subtotal: { centAmount: 15800 },
      shipping: { name: "Standard", price: { centAmount: 490 } },
      total: { centAmount: 16290 },
      tax: null,
      parcels: [{ carrier: "DHL", trackingId: "0034" }],
      returns: [{ name: "Kessel", quantity: 1 }],
      address: ["Anna", "Lindenallee 12", "50668 Köln", "Deutschland"],
      lines: [{ image: "/illustrations/no-picture.svg", option: "" }],
    });
  });

  it("need no number, shipping or address", () => {
    const { orderNumber: _, shippingInfo: __, shippingAddress: ___, returnInfo: ____, ...bare } = order;
    expect(toOrderView(bare as Order, "de-DE")).toMatchObject({ number: "o-1", shipping: null, parcels: [], returns: [], address: [] });
  });
});
