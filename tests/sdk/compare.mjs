/**
 * Do two servers answer the same? Both answers are brought to a common form, then compared member by member.
 *
 * In scope: the common form, the differences, and which differences are meant. Out of scope: the steps.
 */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Differences that are meant in every answer: member (as the end of its path) and the reason. */
const BY_DESIGN = {
  version: "each server counts versions in its own steps",
  cartVersion: "each server counts versions in its own steps",
  createdBy: "who made the call is beta and optional",
  lastModifiedBy: "who made the call is beta and optional",
  versionModifiedAt: "undocumented member of the real API",
  lastMessageSequenceNumber: "counts messages, which labd's mock does not make",
  "lineItems[].state": "the vendor gives a line the state Initial, labd's mock none",
  "totalPrice.fractionDigits": "labd's mock says 0 for an amount in cents",
};

/** Members that labd's mock leaves out, with the reason. Only their absence is meant, never another value. */
const LEFT_OUT = {
  addedAt: "optional member",
  lastModifiedAt: "optional member of a line",
  key: "the key of a new cart is dropped",
  deleteDaysAfterLastModification: "the project's default",
  inventoryMode: "a default",
  priceRoundingMode: "a default",
  priceMode: "a default",
  itemShippingAddresses: "an empty list",
  paymentState: "the draft's payment state is ignored",
  returnInfo: "an empty list",
  categoryOrderHints: "an empty map",
  totalLineItemQuantity: "not computed",
  taxCategory: "tax is set up in the seed only",
  taxRate: "tax is set up in the seed only",
  taxedPrice: "tax is set up in the seed only",
  taxedShippingPrice: "tax is set up in the seed only",
  taxedPricePortions: "tax is set up in the seed only",
};

/**
 * The common form: own ids get the names that the session knows them by, other ids and all times become
 * placeholders.
 *
 * @param {unknown} value
 * @param {Map<string, string>} names id → name
 */
export function common(value, names) {
  if (Array.isArray(value)) return value.map((item) => common(item, names));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, common(item, names)]));
  }
  if (typeof value !== "string") return value;
  if (names.has(value)) return `<${names.get(value)}>`;
  if (UUID.test(value)) return "<id>";
  if (TIME.test(value)) return "<time>";
  return value;
}

/**
 * Every difference that is not meant, one line each; empty when the answers agree.
 *
 * @param {unknown} ours
 * @param {unknown} theirs
 * @param {{differs?: Record<string, string>, unordered?: string[]}} rules paths as in `results[].name`
 */
export function differences(ours, theirs, { differs = {}, unordered = [] } = {}) {
  const meant = (path) =>
    path in differs || Object.keys(BY_DESIGN).some((end) => path === end || path.endsWith(`.${end}`));
  const lines = [];
  walk(ours, theirs, "");
  return lines;

  function walk(a, b, path) {
    if (meant(path) || (b === undefined && LEFT_OUT[path.split(".").at(-1)])) return;
    if (Array.isArray(a) && Array.isArray(b)) return walkList(a, b, path);
    if (isObject(a) && isObject(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
        walk(a[key], b[key], path === "" ? key : `${path}.${key}`);
      }
      return;
    }
    if (!Object.is(a, b)) lines.push(`${path}: emulator ${show(a)}, labd ${show(b)}`);
  }

  function walkList(a, b, path) {
    if (meant(`${path}[]`)) return;
    if (a.length !== b.length) {
      lines.push(`${path}: emulator has ${a.length} entries, labd ${b.length}`);
      return;
    }
    const [left, right] = unordered.includes(path) ? [sorted(a), sorted(b)] : [a, b];
    left.forEach((item, index) => walk(item, right[index], `${path}[]`));
  }
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const show = (value) => (value === undefined ? "nothing" : JSON.stringify(value).slice(0, 200));
const sorted = (list) => [...list].sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1));
