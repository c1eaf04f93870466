/**
 * Records as commercetools' GraphQL gives them under the aliases of the edge's query.
 *
 * In scope: texts in one language or as lists of locale and value, what is absent as null. Out of scope: executing a query, which the
 * emulator does.
 */

/** Members that may be absent over REST. */
const OPTIONAL = ["anonymousId", "businessUnit", "discountOnTotalPrice", "lastModifiedAt", "locale", "shippingInfo", "totalLineItemQuantity"];
/** Lists that may be absent over REST. */
const LISTS = ["customLineItems", "discountCodes", "lineItems", "shipping"];

/**
 * A cart of REST in the shape that a query gives it: with names in all languages, or with names in the first of these
 * languages that there is and without stock keeping units.
 *
 * @param {object} cart
 * @param {string[]} [languages]
 */
export function asQueried(cart, languages) {
  const items = (list) => list?.map(languages ? inOne : inAll) ?? null;
  const inOne = ({ name, totalPrice = null, quantity }) => ({
    name: languages.map((language) => name?.[language]).find((text) => text !== undefined) ?? null,
    quantity,
    totalPrice,
  });
  const inAll = ({ variant, name, totalPrice = null, quantity }) => ({
    name: Object.entries(name ?? {}).map(([locale, value]) => ({ locale, value })),
    variant: variant ? { sku: variant.sku ?? null } : null,
    quantity,
    totalPrice,
  });
  const whole = {
    cartState: "Active",
    ...Object.fromEntries(OPTIONAL.map((name) => [name, null])),
    ...Object.fromEntries(LISTS.map((name) => [name, []])),
    ...cart,
  };
  return { ...whole, lineItems: items(whole.lineItems), customLineItems: items(whole.customLineItems) };
}

/** The text of an answer: a customer without orders, and the cart's text as it is. */
export function queried({ id, email, customerNumber = null, firstName = null, lastName = null }, cart = "null") {
  const customer = JSON.stringify({ id, email, customerNumber, firstName, lastName, locale: null });
  return `{"data":{"customer":${customer},"inStore":{"cart":${cart},"orders":{"total":0,"results":[]}}}}`;
}
