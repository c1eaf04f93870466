/**
 * Carts as commercetools may send them, right and strange, through real workerd: what an agent reads is right, or it is
 * a stable code and nothing at all.
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { startStack } from "./harness.mjs";
import { contacts, seeded } from "./people.mjs";
import { asQueried, queried } from "./queried.mjs";
import { claimsFor, identifyBody, sign, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
const readBy = (reads) => (bridge) => (bridge.commercetools.demo.reads = reads);
let stack;
let anna;
let james;
/** Does the running Worker ask for names in one language first? Not for some minutes after one was missing. */
let asksForOneLanguage;

before(async () => {
  stack = await startStack({ change: readBy("rest") });
  ({ anna, james } = await seeded(stack));
});
after(() => stack?.stop());
beforeEach(() => stack.forget());

const identify = (token, overrides) => stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(token, overrides) });
const answers = (path_prefix, body, more) => stack.commercetools.addFaults({ path_prefix, kind: "status", value: 200, headers: { "content-type": "application/json" }, body, ...more });
const eur = (centAmount) => ({ type: "centPrecision", currencyCode: "EUR", centAmount, fractionDigits: 2 });

/** The smallest cart that commercetools' specification allows. */
const bare = (members = {}) => ({ id: "cart-x", customerId: anna.customer.id, store: { typeId: "store", key: "de" }, totalPrice: eur(0), ...members });
const line = (members = {}) => ({ id: "l", quantity: 1, variant: { id: 1 }, name: { "de-DE": "Kanne" }, totalPrice: eur(100), ...members });

/** Anna's properties with this cart in the place of hers. */
async function shown(cart, reads) {
  if (reads === "rest") await answers("/demo-shop/in-store/key=de/carts", cart);
  else await answersQueries(cart);
  const answer = await identify(tokenOf(anna.customer.id));
  assert.equal(answer.status, 200, answer.text);
  const asked = await stack.commercetools.requests({ prefix: "/demo-shop/graphql" });
  asksForOneLanguage &&= asked.every(({ body }) => JSON.stringify(body).includes("acceptLanguage"));
  return answer.body.properties;
}

/** The answer to a query for names in one language, if there is one, and to those for all names. */
async function answersQueries(cart) {
  const text = (languages) => queried(anna.customer, typeof cart === "string" ? cart : JSON.stringify(asQueried(cart, languages)));
  if (asksForOneLanguage) await answers("/demo-shop/graphql", text(["de-DE", "de"]), { times: 1 });
  await answers("/demo-shop/graphql", text());
}

/** What the cart is, and what the agent reads. */
const CARTS = [
  ["without any optional member", bare, { ct_cart_total: "0,00 EUR", ct_cart_items: "0", ct_cart_lines: "", ct_cart_shipping: "", ct_cart_updated: "" }],
  [
    "whose optional members are null",
    () => bare({ totalPrice: eur(100), lineItems: null, customLineItems: null, shipping: null, discountCodes: null, businessUnit: null, discountOnTotalPrice: null, lastModifiedAt: null }),
    { ct_cart_total: "1,00 EUR", ct_cart_items: "0", ct_cart_lines: "", ct_cart_shipping: "", ct_cart_updated: "" },
  ],
  [
    "with names that would begin a line of their own",
    () => bare({ shippingInfo: { shippingMethodName: "DHL\nKurier\u2028Post" }, lineItems: [line({ name: { "de-DE": "Kanne\u2028 5 × Gold\u2029x\u0085y" } })] }),
    { ct_cart_shipping: "DHL Kurier Post", ct_cart_lines: "1 × Kanne  5 × Gold x y – 1,00 EUR" },
  ],
  ["frozen", () => bare({ cartState: "Frozen", totalPrice: eur(1999) }), { ct_cart_total: "19,99 EUR (frozen)" }],
  ["merged into another", () => bare({ cartState: "Merged" }), { ct_cart_total: "", ct_cart_items: "0" }],
  ["ordered", () => bare({ cartState: "Ordered" }), { ct_cart_total: "", ct_cart_items: "0" }],
  ["of a state from the future", () => bare({ cartState: "Parked" }), { ct_cart_total: "", ct_cart_items: "0" }],
  ["of another store", () => bare({ store: { typeId: "store", key: "uk" } }), { ct_cart_total: "", ct_cart_items: "0" }],
  ["of a stranger", () => bare({ customerId: james.customer.id, totalPrice: eur(777) }), { ct_cart_total: "", ct_cart_items: "0" }],
  ["of a business unit", () => bare({ businessUnit: { typeId: "business-unit", key: "acme" }, totalPrice: eur(500) }), { ct_cart_total: "5,00 EUR (business unit acme)" }],
  [
    "with several shipping addresses",
    () => bare({ shippingMode: "Multiple", shipping: [{ shippingKey: "a", shippingInfo: { shippingMethodName: "DHL" } }, { shippingKey: "b" }, { shippingKey: "c", shippingInfo: { shippingMethodName: "Kurier" } }, { shippingInfo: { shippingMethodName: "DHL" } }] }),
    { ct_cart_shipping: "DHL, Kurier" },
  ],
  [
    "with a discount on the total and one on a line",
    () => bare({ totalPrice: eur(9000), discountOnTotalPrice: { discountedAmount: eur(1000), includedDiscounts: [] }, lineItems: [line({ quantity: 2, totalPrice: eur(9000) })] }),
    { ct_cart_total: "90,00 EUR (discount 10,00 EUR)", ct_cart_lines: "2 × Kanne – 90,00 EUR" },
  ],
  [
    "with discount codes, of which one applies",
    () => bare({ discountCodes: [{ discountCode: { typeId: "discount-code", id: "d" }, state: "MatchesCart" }, { discountCode: { typeId: "discount-code", id: "e" }, state: "DoesNotMatchCart" }] }),
    { ct_cart_total: "0,00 EUR (1 discount code)" },
  ],
  [
    "in a currency without decimals",
    () => bare({ totalPrice: { type: "centPrecision", currencyCode: "JPY", centAmount: 123456, fractionDigits: 0 } }),
    { ct_cart_total: "123.456 JPY" },
  ],
  [
    "in a currency with three decimals",
    () => bare({ totalPrice: { type: "centPrecision", currencyCode: "KWD", centAmount: 1234567, fractionDigits: 3 } }),
    { ct_cart_total: "1.234,567 KWD" },
  ],
  [
    "with the largest amount that fits",
    () => `{"id":"cart-x","customerId":"${anna.customer.id}","store":{"key":"de"},"totalPrice":{"type":"centPrecision","currencyCode":"EUR","centAmount":9223372036854775807,"fractionDigits":2}}`,
    { ct_cart_total: "92.233.720.368.547.758,07 EUR" },
  ],
  [
    "with lines of high precision, of which one has twenty digits",
    () => `{"id":"cart-x","customerId":"${anna.customer.id}","store":{"key":"de"},"totalPrice":{"currencyCode":"EUR","centAmount":1,"fractionDigits":2},"customLineItems":[{"id":"c","quantity":3,"name":{"en-GB":"Gift wrap"},"totalPrice":{"type":"highPrecision","currencyCode":"EUR","centAmount":1,"preciseAmount":1001234,"fractionDigits":6}},{"id":"d","quantity":1,"name":{"en-GB":"Ribbon"},"totalPrice":{"type":"highPrecision","currencyCode":"EUR","centAmount":1,"preciseAmount":99999999999999999999,"fractionDigits":20}}]}`,
    { ct_cart_items: "4", ct_cart_lines: "3 × Gift wrap – 1,001234 EUR\n1 × Ribbon – 0,99999999999999999999 EUR" },
  ],
  [
    "with right-to-left names, direction marks and control characters",
    () => bare({ lineItems: [line({ name: { "de-DE": "קנקן קפה" } }), line({ name: { "de-DE": "evil\u202etxt.exe" } }), line({ name: { "de-DE": "a\u0000b\nc\u001b[31m" } })] }),
    { ct_cart_lines: "1 × קנקן קפה – 1,00 EUR\n1 × eviltxt.exe – 1,00 EUR\n1 × ab c[31m – 1,00 EUR" },
  ],
  ["with unknown members and enums", () => bare({ taxMode: "Quantum", origin: "Moon", somethingNew: [{ deep: [null, 1.5, 1e300] }], lineItems: [line({ lineItemMode: "Future" })] }), { ct_cart_lines: "1 × Kanne – 1,00 EUR" }],
  ["with a date that is none", () => bare({ lastModifiedAt: "yesterday" }), { ct_cart_updated: "" }],
  // Last: from here on the Worker asks for names in all languages.
  [
    "with names in which nothing is to be seen",
    () => bare({ shippingInfo: { shippingMethodName: "\u200b" }, lineItems: [line({ name: { "de-DE": "\u200b\u00ad", "en-GB": "Pot" } }), line({ name: { "de-DE": "\u200b" }, variant: { sku: " \u2060" } })] }),
    { ct_cart_shipping: "", ct_cart_lines: "1 × Pot – 1,00 EUR\n1 × (no name) – 1,00 EUR" },
  ],
  [
    "with names in other languages only",
    () => bare({ locale: "it-IT", lineItems: [line({ name: { "it-IT": "Caffettiera", "en-GB": "Pot" } }), line({ name: { "en-GB": "Pot" } }), line({ name: {}, variant: { id: 1, sku: "K-1" } }), line({ name: undefined, totalPrice: undefined })] }),
    { ct_cart_lines: "1 × Caffettiera – 1,00 EUR\n1 × Pot – 1,00 EUR\n1 × K-1 – 1,00 EUR\n1 × (no name)" },
  ],
];

for (const reads of ["graphql", "rest"]) describe(`carts, read by ${reads}`, () => {
  before(async () => {
    await stack.stopWorker();
    await stack.startWorker({ change: readBy(reads) });
    asksForOneLanguage = true;
  });

  test("of 500 lines: whole lines within Tidio's limit, and how many more", async () => {
    const lineItems = Array.from({ length: 500 }, (_, n) => line({ id: `l${n}`, quantity: 2, name: { "de-DE": `Kanne Nummer ${n}` }, variant: { id: 1, sku: `K-${n}`, attributes: [{ name: "a", value: "x".repeat(200) }] } }));
    const properties = await shown(bare({ lineItems, totalLineItemQuantity: 1000, totalPrice: eur(50_000) }), reads);
    assert.equal(properties.ct_cart_items, "1.000");
    const lines = properties.ct_cart_lines.split("\n");
    assert.ok([...properties.ct_cart_lines].length <= 1000);
    assert.equal(lines[0], "2 × Kanne Nummer 0 – 1,00 EUR");
    assert.equal(lines.at(-1), `… and ${500 - lines.length + 1} more`);
  });

  for (const [name, cart, want] of CARTS) {
    test(name, async () => {
      const properties = await shown(cart(), reads);
      for (const [property, value] of Object.entries(want)) assert.equal(properties[property], value, `${property}: ${JSON.stringify(properties)}`);
    });
  }
});

describe("answers that are no cart", () => {
  before(() => stack.idle());
  // The worker still reads over REST, where the cart has an answer of its own.

  /** What comes instead of the cart. */
  const BAD = [
    ["no total", () => bare({ totalPrice: undefined })],
    ["an amount with a fraction", () => bare({ totalPrice: { ...eur(1), centAmount: 1.5 } })],
    ["an amount as text", () => bare({ totalPrice: { ...eur(1), centAmount: "1" } })],
    ["300 decimal places", () => bare({ totalPrice: { ...eur(1), fractionDigits: 300 } })],
    ["a list", () => []],
    ["null", () => "null"],
    ["half an object", () => '{"id":"cart-x","customerId":"'],
    ["a negative quantity", () => bare({ lineItems: [line({ quantity: -1 })] })],
  ];
  for (const [name, body] of BAD) {
    test(name, async () => {
      await answers("/demo-shop/in-store/key=de/carts", body());
      const answer = await identify(tokenOf(anna.customer.id));
      assert.deepEqual([answer.status, answer.body.code], [502, "commerce_malformed"], answer.text);
      assert.deepEqual(await stack.writesToTidio(), []);
    });
  }

  test("409 for a read: not ours to repeat", async () => {
    await stack.commercetools.addFaults({ path_prefix: "/demo-shop/in-store", kind: "status", value: 409, body: { statusCode: 409, errors: [{ code: "ConcurrentModification", currentVersion: 7 }] } });
    assert.equal((await identify(tokenOf(anna.customer.id))).body.code, "commerce_rejected");
  });

  test("a 404 of a machine in front of the API does not pass for an empty cart", async () => {
    await stack.commercetools.addFaults({ path_prefix: "/demo-shop/in-store/key=de/carts", kind: "html", value: 404 });
    assert.equal((await identify(tokenOf(anna.customer.id))).body.code, "commerce_malformed");
  });
});

for (const reads of ["rest", "graphql"]) describe(`a stranger's cart does not exist, read by ${reads}`, () => {
  before(async () => {
    await stack.stopWorker();
    await stack.startWorker({ change: readBy(reads) });
  });

  /** The answer without what differs from call to call anyway. */
  const told = ({ status, text, body, headers }) => [status, text.replaceAll(body.correlationId, "id"), headers.get("content-type")];
  const ABSENT = "00000000-0000-4000-8000-00000000000a";
  /** A cart of a few lines is read and parsed in well under a millisecond; on a slow machine it is half of the call that counts. */
  const NOTICEABLE_MS = 2;
  /** Other work on the machine only ever adds, so the fastest of many calls tells what one takes; the busier it is, the more. */
  const FEWEST_CALLS = 15;
  const MOST_CALLS = 200;

  for (const [name, tokenWith] of [
    ["a guest", (cart) => sign(claimsFor("guest", { cart }))],
    ["an anonymous session", (cart) => sign(claimsFor("anon:a-1", { cart }))],
    ["another customer", (cart) => tokenOf(james.customer.id, { cart, store: undefined })],
  ]) {
    test(`${name}: the same bytes, the same questions, and the same class of time`, async () => {
      const ask = async (cart) => {
        await stack.commercetools.clearRequests();
        const answer = await identify(tokenWith(cart));
        const asked = (await stack.commercetools.requests({ prefix: "/demo-shop" })).map(({ path }) => path.replace(cart, "cart")).sort();
        return { answer: told(answer), asked };
      };
      assert.deepEqual(await ask(anna.cart.id), await ask(ABSENT));
      const fastest = { strangers: Infinity, absent: Infinity };
      const differ = () => Math.abs(fastest.strangers - fastest.absent) >= Math.max(NOTICEABLE_MS, Math.min(fastest.strangers, fastest.absent) / 2);
      for (let n = 0; n < FEWEST_CALLS || (differ() && n < MOST_CALLS); n += 1) {
        for (const [kind, cart] of [["strangers", anna.cart.id], ["absent", ABSENT]]) {
          const start = performance.now();
          await identify(tokenWith(cart));
          fastest[kind] = Math.min(fastest[kind], performance.now() - start);
        }
      }
      assert.ok(!differ(), JSON.stringify(fastest));
    });
  }

  test("a claim with a customer's e-mail finds nobody", async () => {
    const typed = await identify(undefined, { claimed: { name: "Somebody", email: "typed-in-chat@example.com" } });
    const answer = await identify(undefined, { claimed: { name: "Anna Schmidt", email: anna.customer.email } });
    assert.equal(typed.text.replaceAll(typed.body.correlationId, ""), answer.text.replaceAll(answer.body.correlationId, ""));
    assert.equal(answer.body.identity, "claimed");
    assert.equal(answer.body.properties.ct_identity, "claimed");
    assert.deepEqual(await stack.commercetools.requests({ prefix: "/demo-shop" }), []);
    for (const secret of [anna.customer.email, anna.customer.customerNumber, anna.cart.id, anna.order.orderNumber]) assert.ok(!answer.text.includes(secret));
    const verified = await identify(tokenOf(anna.customer.id), { claimed: { name: "James Miller", email: james.customer.email } });
    assert.equal(verified.body.identity, "verified");
    assert.equal(verified.body.person.email, anna.customer.email);
    assert.ok(!verified.text.includes("James"), verified.text);
    assert.deepEqual(await contacts(stack, "typed-in-chat@example.com"), []);
  });

  test("a claim that no form can send is refused", async () => {
    for (const claimed of [{ name: "x".repeat(255) }, { email: 7 }, "Anna", []]) {
      const answer = await identify(undefined, { claimed });
      assert.deepEqual([answer.status, answer.body.code], [400, "body_malformed"], answer.text);
    }
  });
});
