/**
 * The store's triggers as a shopper sets them off in the demo shop, and what Tidio hears: each once per its rule.
 *
 * In scope: the shop's own calls, the edge's settings, the cart that the edge alone knows, the vendor's side. Out of
 * scope: sources of the cart in the page; `npm/test-browser/triggers.test.ts` tries each.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { eventually, launch, quiet, visitor } from "../lib/browser.mjs";
import { startDemo } from "./demo.mjs";
import { ANNA } from "./expected.mjs";
import { PROJECTS, find } from "./inbox.mjs";
import { Shop } from "./shop.mjs";

/** Time for an event that ought not to come. */
const CALM_MS = 1_500;
let demo;
let browser;
let person;
let shop;

before(async () => {
  const change = (bridge) => {
    const { triggers } = bridge.stores.de;
    triggers.find(({ on }) => on === "cart_idle").seconds = 2;
    triggers.push({ event: "back_from_payment", on: "payment_returned", path: "/checkout/return" }, { event: "size_help", on: "size_guide_opened", dom_event: "shop:size-guide" });
  };
  // One after the other, as in visits.test.mjs: a demo that cannot start must leave no browser running.
  demo = await startDemo({ change });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});
beforeEach(async () => {
  await demo.stack.tidio.reset();
  await demo.stack.commercetools.reset();
  person = await visitor(browser, { locale: "de-DE" });
  shop = new Shop(person.page, demo.shopUrl);
});
afterEach(async () => {
  await person.context.close();
  assert.deepEqual(person.seen.errors, []);
});

/** The one who is online. */
async function online() {
  const [one] = await find(demo.stack.tidio.url, PROJECTS.eu, (one) => one.online);
  return one ?? { events: [], tags: [], properties: {} };
}

const names = async () => (await online()).events.map(({ name }) => name);

/** Waits for an event, and answers it. */
function heard(name, count = 1) {
  return eventually(`Tidio hears ${name}`, async () => {
    const { events } = await online();
    const found = events.filter((event) => event.name === name);
    if (found.length < count) throw new Error(`it has heard ${events.map(({ name }) => name).join(", ") || "nothing"}`);
    assert.equal(found.length, count);
    return found.at(-1);
  });
}

/** Nothing but these was heard, also after a while. */
async function only(...expected) {
  await quiet(CALM_MS);
  assert.deepEqual((await names()).sort(), [...expected].sort());
}

async function agreed() {
  await shop.visit("/");
  await shop.consent("all");
  await shop.state("ready");
}

/** Puts `quantity` of the most expensive product into the cart. */
async function fillCart(quantity = 1) {
  await shop.visit("/products/espresso-machine");
  for (let times = 0; times < quantity; times += 1) {
    await person.page.getByTestId("add-to-cart").click();
    await person.page.locator('[data-testid="add-to-cart-status"][data-status="done"]').waitFor();
  }
}

describe("a guest", () => {
  test("fills a cart: over a value once, then idle once; the edge alone knows the cart", async () => {
    await agreed();
    await fillCart();
    await heard("cart_over_100");
    await eventually("the tag, which follows the event", async () => (await online()).tags.includes("big-cart"));
    await heard("cart_waits");
    await fillCart();
    await only("cart_over_100", "cart_waits");
  });

  test("a small cart is not over the value, and an empty one does not wait", async () => {
    await agreed();
    await only();
    await shop.visit("/products/filter-papers");
    await person.page.getByTestId("add-to-cart").click();
    await heard("cart_waits");
    await only("cart_waits");
  });

  test("checks out: started, failed, placed, each once for its cart and order", async () => {
    await agreed();
    await fillCart();
    // On a page that is left in the same moment they might be lost, and then they are not said again.
    await heard("cart_over_100");
    await heard("cart_waits");
    await shop.visit("/checkout");
    const started = await heard("checkout_started");
    assert.equal(started.data.currency, "EUR");
    assert.equal(started.data.id, undefined, "the id tells carts apart and stays in the page");
    await shop.visit("/checkout");
    await fillForm();
    await demo.stack.commercetools.addFaults({ path_prefix: "/demo-shop/in-store/key=de/orders", kind: "status", value: 503, times: 4 });
    await person.page.getByTestId("checkout-submit").click();
    await person.page.getByTestId("checkout-error").waitFor();
    await heard("checkout_failed");
    await demo.stack.commercetools.clearFaults();
    await fillForm();
    await person.page.getByTestId("checkout-submit").click();
    await person.page.waitForURL(/\/orders\//);
    const placed = await heard("order_placed");
    assert.match(placed.data.order, /\S/);
    await person.page.reload();
    await shop.state("ready");
    await only("cart_over_100", "cart_waits", "checkout_started", "checkout_failed", "order_placed");
    await fillCart();
    await heard("cart_over_100", 2);
  });

  test("comes back from the payment's site, and asks for help in the shop's own way", async () => {
    await agreed();
    await shop.visit("/checkout/return?payment=1");
    await heard("back_from_payment");
    await shop.visit("/checkout/return?payment=1");
    await shop.state("ready");
    // The part that hears it may still be on its way; an event that comes too early is nobody's, and one that comes twice is told once.
    await eventually("Tidio hears size_help", async () => {
      await person.page.evaluate(() => document.dispatchEvent(new CustomEvent("shop:size-guide", { detail: { email: "kim@example.com" } })));
      return (await names()).includes("size_help");
    });
    await person.page.evaluate(() => document.dispatchEvent(new Event("shop:size-guide")));
    await only("back_from_payment", "size_help");
    assert.ok(!JSON.stringify(await online()).includes("kim@"));
  });
});

describe("a customer", () => {
  test("whose cart is over the value when she comes: Tidio hears it in her chat", async () => {
    await shop.visit("/");
    await shop.login(ANNA.email, ANNA.password);
    await shop.consent("all");
    await shop.state("ready");
    await heard("cart_over_100");
    const anna = await online();
    assert.equal(anna.identity.email, ANNA.email);
  });
});

describe("the product in view", () => {
  const product = () => eventually("the agent sees the product", async () => (await online()).properties.ct_product);

  test("from the page's JSON-LD, and gone on a page about none", async () => {
    await agreed();
    await shop.visit("/products/moka-pot");
    const title = await person.page.locator("h1").innerText();
    assert.ok((await product()).startsWith(title), await product());
    assert.equal((await online()).properties.ct_product_link, `${demo.shopUrl}/products/moka-pot`);
  });

  test("by call", async () => {
    await agreed();
    await person.page.evaluate(() => globalThis[Symbol.for("commercetools-tidio")].productInView({ name: "Kanne", sku: "K-1" }));
    await eventually("the agent sees it", async () => (await online()).properties.ct_product === "Kanne (K-1)");
  });
});

describe("without leave to share", () => {
  test("Global Privacy Control: chat, and no event", async () => {
    await person.context.addInitScript(() => Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true }));
    await agreed();
    await fillCart();
    await shop.visit("/checkout");
    await shop.state("ready");
    await only();
  });
});

async function fillForm() {
  const values = { email: "kim@example.com", firstName: "Kim", lastName: "Muster", street: "Weg 1", postalCode: "10115", city: "Berlin" };
  for (const [name, value] of Object.entries(values)) await person.page.locator(`[data-testid="checkout-form"] input[name="${name}"]`).fill(value);
}
