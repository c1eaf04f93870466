import { describe, expect, it } from "vitest";
import { addActions, checkoutActions, fingerprint, parseCheckout, parseQuantity, quantityActions, shippingActions } from "@/commerce/cart-actions";

const LINES = [
  { id: "l-1", sku: "KETTLE", quantity: 2 },
  { id: "l-2", sku: "CUPS", quantity: 19 },
];

describe("parseQuantity", () => {
  const cases: [unknown, number | null][] = [
    ["1", 1],
    [" 3 ", 3],
    ["0", 0],
    ["999", 20],
    ["-1", null],
    ["1.5", null],
    ["1e3", null],
    ["", null],
    ["12345", null],
    [null, null],
    [3, null],
  ];
  it.each(cases)("%j is %j", (value, expected) => expect(parseQuantity(value)).toBe(expected));
});

describe("line actions", () => {
  const cases: [string, unknown, unknown][] = [
    ["a new SKU is added", addActions(LINES, "BEANS", 2), [{ action: "addLineItem", sku: "BEANS", quantity: 2 }]],
    ["a known SKU grows", addActions(LINES, "KETTLE", 3), [{ action: "changeLineItemQuantity", lineItemId: "l-1", quantity: 5 }]],
    ["a line grows to the limit only", addActions(LINES, "CUPS", 9), [{ action: "changeLineItemQuantity", lineItemId: "l-2", quantity: 20 }]],
    ["a quantity is set", quantityActions(LINES, "l-1", 1), [{ action: "changeLineItemQuantity", lineItemId: "l-1", quantity: 1 }]],
    ["zero removes", quantityActions(LINES, "l-1", 0), [{ action: "changeLineItemQuantity", lineItemId: "l-1", quantity: 0 }]],
    ["the same quantity needs nothing", quantityActions(LINES, "l-1", 2), []],
    ["a line that is gone needs nothing", quantityActions(LINES, "l-9", 2), []],
    [
      "shipping needs an address",
      shippingActions({}, "DE", "s-1").map(({ action }) => action),
      ["setShippingAddress", "setShippingMethod"],
    ],
    ["an address stays", shippingActions({ shippingAddress: {} }, "DE", "s-1").map(({ action }) => action), ["setShippingMethod"]],
    ["a fingerprint names lines and sums", fingerprint([{ sku: "CUPS", quantity: 2, total: { centAmount: 5800 } }]), "2*CUPS=5800"],
  ];
  it.each(cases)("%s", (_, actual, expected) => expect(actual).toEqual(expected));
});

describe("checkout", () => {
  const filled = {
    email: " anna@example.com ",
    firstName: "Anna",
    lastName: "Schmidt",
    street: "Lindenweg 3",
    postalCode: "50667",
    city: "Köln",
    shippingMethod: "s-1",
  };
  const form = (values: Record<string, string>) => new Map(Object.entries(values));
  const address = {
    country: "DE",
    firstName: "Anna",
    lastName: "Schmidt",
    streetName: "Lindenweg 3",
    postalCode: "50667",
    city: "Köln",
    email: "anna@example.com",
  };

  const cases: [string, Record<string, string>, string, string[], unknown][] = [
    ["reads the form", filled, "DE", ["s-1"], { input: { email: "anna@example.com", address, shippingMethodId: "s-1" } }],
    ["asks for a state in the US only", filled, "US", ["s-1"], { invalid: ["state"] }],
    ["names empty fields", { ...filled, city: "  " }, "DE", ["s-1"], { invalid: ["city"] }],
    ["looks at the e-mail", { ...filled, email: "anna" }, "DE", ["s-1"], { invalid: ["email"] }],
    ["refuses endless texts", { ...filled, street: "x".repeat(121) }, "DE", ["s-1"], { invalid: ["street"] }],
    ["refuses a method that is not offered", { ...filled, shippingMethod: "s-2" }, "DE", ["s-1"], { invalid: ["shippingMethod"] }],
    ["needs no method where none is offered", filled, "DE", [], { input: { email: "anna@example.com", address, shippingMethodId: undefined } }],
  ];
  it.each(cases)("%s", (_, values, country, methods, expected) => {
    expect(parseCheckout(form(values), country, methods)).toEqual(expected);
  });

  it("prepares the cart", () => {
    const actions = checkoutActions({ email: "anna@example.com", address, shippingMethodId: "s-1" });
    expect(actions.map(({ action }) => action)).toEqual(["setCustomerEmail", "setShippingAddress", "setBillingAddress", "setShippingMethod"]);
  });
});
