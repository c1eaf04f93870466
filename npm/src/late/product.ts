/**
 * The product that the page is about, from its schema.org JSON-LD. Loaded only for pages that have some.
 *
 * In scope: reading. Out of scope: whether it may travel; the module asks only when sharing is allowed. What is
 * malformed is not there. A page with several products, such as a list, has none in view, unless exactly one of
 * them names this page as its own, or is the one that the page's node refers to. The same one told twice, as by a
 * theme and a plug-in, is one.
 */
import type { Product } from "../types.js";

/** Longest texts taken over, in characters; the edge cuts the name again. */
const MAX_CHARS = 200;

/** Levels of nesting that are followed: `mainEntity` in `@graph` in a list, and one to spare. */
const MAX_DEPTH = 4;

/** Products by schema.org's names. */
const TYPES = ["Product", "ProductGroup", "ProductModel", "IndividualProduct", "SomeProducts"];

type Node = Record<string, unknown>;

/** The product in the JSON texts of a page with this address. Pure. */
export function productOf(texts: string[], page: string): Product | undefined {
  const found = texts.flatMap((text) => {
    try {
      return nodes(JSON.parse(plain(text)), 0);
    } catch {
      return [];
    }
  });
  const typed = found.filter((node) => node["@type"]);
  const references = found.filter((node) => !node["@type"]).map((node) => node["@id"]);
  const meant = typed.filter((node) => references.includes(node["@id"]));
  const products = (meant.length ? meant : typed).map((node) => read(node, page)).filter((product) => product !== undefined);
  const own = products.filter((product) => product.url && path(product.url) === path(page));
  return only(own) ?? only(products);
}

/** The one product of the list, if all of it is about one: of one name and page, and no two SKUs. */
function only(products: Product[]): Product | undefined {
  const kinds = (of: (product: Product) => string | undefined): number => new Set(products.map(of).filter(Boolean)).size;
  const isOne = kinds(({ name }) => name) === 1 && kinds(({ sku }) => sku) < 2 && kinds(({ url }) => url && path(url)) < 2;
  return isOne ? (products.find(({ sku }) => sku) ?? products[0]) : undefined;
}

/** Without what templates put around JSON (a comment, CDATA, a semicolon), and without line breaks, which they leave in texts. */
const plain = (text: string): string =>
  text
    .replace(/[\0-\x1f]+/g, " ")
    .replace(/<!\[CDATA\[|\]\]>|<!--|-->/g, "")
    .replace(/^[^[{]+|[^\]}]+$/g, "");

/** Product nodes that stand for the page itself; those within lists of links or of offers do not. */
function nodes(value: unknown, depth: number): Node[] {
  if (depth > MAX_DEPTH || typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => nodes(item, depth + 1));
  const node = value as Node;
  // What has no type only refers to another node.
  const isReference = !node["@type"] && node["@id"] && !node["@graph"];
  if (isReference || TYPES.some((type) => is(node, type))) return [node];
  return [...nodes(node["@graph"], depth + 1), ...nodes(node["mainEntity"], depth + 1)];
}

function is(node: Node, type: string): boolean {
  return list(node["@type"]).some((name) => typeof name === "string" && name.replace(/^https?:\/\/schema\.org\//, "") === type);
}

function read(node: Node, page: string): Product | undefined {
  // Of a group the variant that names this page is in view; without one, the group is, and has no SKU.
  const variants = list(node["hasVariant"]).filter((item): item is Node => typeof item === "object" && item !== null);
  const variant = variants.find((item) => address(item, page) === clean(page, page)) ?? variants.find((item) => sameText(item, page));
  const chosen = variant ?? node;
  const name = text(chosen["name"]) ?? text(node["name"]);
  if (!name) return undefined;
  const sku = text(chosen["sku"]) ?? (is(chosen, "ProductGroup") ? undefined : onlySku(chosen));
  const url = address(chosen, page) ?? address(node, page) ?? clean(page, page);
  return { name, ...(sku && { sku }), ...(url && { url }) };
}

/** The SKU of the offers, where all agree on it. */
function onlySku(node: Node): string | undefined {
  const offers = list(node["offers"]) as Node[];
  const skus = new Set(offers.map((offer) => text(offer?.["sku"])).filter(Boolean));
  return skus.size === 1 ? [...skus][0] : undefined;
}

/** Whether the page's query names this variant's SKU. */
function sameText(node: Node, page: string): boolean {
  const sku = text(node["sku"]);
  return sku !== undefined && [...new URL(page).searchParams.values()].includes(sku);
}

function address(node: Node, page: string): string | undefined {
  const offer = list(node["offers"])[0] as Node | undefined;
  const given = text(node["url"]) ?? text(offer?.["url"]);
  return given && clean(given, page);
}

/** Without what a query or fragment may carry of the shopper; only web pages. */
function clean(address: string, page: string): string | undefined {
  try {
    const { origin, pathname } = new URL(address, page);
    return origin === "null" ? undefined : origin + pathname;
  } catch {
    return undefined;
  }
}

const path = (address: string): string => new URL(address).pathname.replace(/\/$/, "");

function text(value: unknown): string | undefined {
  const found = list(value).map((item) => (typeof item === "object" && item !== null ? (item as Node)["@value"] : item))[0];
  // Templates write a SKU of digits without quotes.
  if (typeof found === "number") return `${found}`;
  return typeof found === "string" && found.trim() ? found.trim().slice(0, MAX_CHARS) : undefined;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);

let last: [string, Product | undefined] | undefined;

/** The product of the page as it is now. The same texts are read once. */
export function productInPage(): Product | undefined {
  const texts = [...document.querySelectorAll('script[type^="application/ld+json"]')].map((script) => script.textContent ?? "");
  const key = [location.href, ...texts].join("\n");
  if (last?.[0] !== key) last = [key, productOf(texts, location.href)];
  return last[1];
}
