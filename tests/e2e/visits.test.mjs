/**
 * Visits that are not the happy path: phone, keyboard, blockers, outages, other tabs, the back button.
 *
 * In scope: what a shopper notices. Out of scope: the promises that `demo-check.mjs` looks at.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { devices } from "playwright-core";
import { eventually, launch, quiet, visitor } from "../lib/browser.mjs";
import { startDemo } from "./demo.mjs";
import { ANNA, JAMES } from "./expected.mjs";
import { PROJECTS, find } from "./inbox.mjs";
import { Shop } from "./shop.mjs";

const QUESTION = "Ein Geheimnis von Anna";
let demo;
let browser;
let person;
let shop;

before(async () => {
  // One after the other: when the demo cannot start, no browser is left running that nobody knows of.
  demo = await startDemo();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});
beforeEach(async () => {
  await demo.stack.tidio.reset();
  await demo.stack.commercetools.reset();
  await come({ locale: "de-DE" });
});
afterEach(() => person.context.close());

/** A new person with a browser of her own. */
async function come(options) {
  await person?.context.close();
  person = await visitor(browser, options);
  shop = new Shop(person.page, demo.shopUrl);
}

async function chatting() {
  await shop.visit("/");
  await shop.consent("all");
  return shop.state("ready");
}

/** The shop's own business goes on: a product can be found, put in the cart and seen there. */
async function expectWorkingShop() {
  await shop.visit("/");
  await shop.addFirstProduct();
  await shop.visit("/cart");
  await eventually("the cart shows the product", async () => Number(await person.page.getByTestId("cart-count").getAttribute("data-count")) > 0);
  assert.deepEqual(person.seen.errors, []);
}

describe("phone", () => {
  beforeEach(() => come({ ...devices["iPhone 13"], defaultBrowserType: undefined, locale: "de-DE" }));

  test("no page scrolls sideways, with and without the banner", async () => {
    const pages = ["/", "/login", "/cart", "/checkout"];
    for (const path of pages) await expectNoSideways(path);
    await shop.visit("/");
    await shop.consent("all");
    await shop.addFirstProduct();
    for (const path of [new URL(person.page.url()).pathname, ...pages]) await expectNoSideways(path);
  });

  test("the chat fills the screen and closes again", async () => {
    await chatting();
    await shop.openChat();
    const { width } = person.page.viewportSize();
    await eventually("the chat is as wide as the screen", async () => {
      const box = await person.page.locator("#tidio-chat-iframe").boundingBox();
      if (Math.abs(box.width - width) > 1) throw new Error(`${box.width} of ${width}`);
      return true;
    });
    await shop.frame().locator(".leave").click();
    await expectNoSideways("/");
  });
});

async function expectNoSideways(path) {
  await shop.visit(path);
  const { wide, widest } = await person.page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    const out = [...document.querySelectorAll("body *")].filter((node) => node.getBoundingClientRect().right > limit + 1 && getComputedStyle(node).position !== "fixed");
    return { wide: document.documentElement.scrollWidth - limit, widest: out.slice(0, 3).map((node) => node.outerHTML.slice(0, 120)) };
  });
  assert.ok(wide <= 1, `${path} is ${wide} pixels too wide: ${widest.join("\n")}`);
}

describe("keyboard", () => {
  test("consent, chat and back, without a mouse", async () => {
    const { page } = person;
    await shop.visit("/");
    await shop.banner().waitFor();
    const accept = page.locator('#cc-main .cm button[data-role="all"]');
    await tabTo(accept, 40);
    await page.keyboard.press("Enter");
    await shop.state("ready");
    await tabTo(page.locator("#tidio-chat-iframe"), 120);
    await page.keyboard.press("Enter");
    await shop.frame().locator(".composer textarea").waitFor();
    await page.keyboard.type("Hallo");
    await page.keyboard.press("Enter");
    await shop.frame().locator(".log").getByText("Hallo").waitFor();
    await page.keyboard.press("Escape");
    await shop.frame().locator(".composer textarea").waitFor({ state: "hidden" });
  });
});

/** Presses Tab until the element (or something in it) has the focus. */
async function tabTo(target, limit) {
  for (let presses = 0; presses < limit; presses += 1) {
    await person.page.keyboard.press("Tab");
    if (await target.evaluate((node) => node === document.activeElement || node.contains(document.activeElement))) return;
  }
  assert.fail(`not reached with ${limit} presses of Tab`);
}

describe("blockers and outages", () => {
  test("the widget script is blocked: the shop works, the status says so", async () => {
    await person.context.route(`${demo.stack.tidio.url}/**`, (route) => route.abort("blockedbyclient"));
    await shop.visit("/");
    await shop.consent("all");
    const status = await shop.state("blocked");
    assert.equal(status.bridgeCode, "script_blocked");
    await expectWorkingShop();
  });

  test("the widget never becomes ready: a time-out of our own", async () => {
    await setWidget({ start: "never_ready" });
    await shop.visit("/");
    await shop.consent("all");
    const status = await shop.state("failed");
    assert.equal(status.bridgeCode, "ready_timeout");
    await expectWorkingShop();
  });

  test("the widget script throws: the shop works", async () => {
    await setWidget({ start: "throws" });
    await shop.visit("/");
    await shop.consent("all");
    await eventually("the bridge gives up", async () => ["blocked", "failed"].includes((await shop.status()).bridgeState));
    person.seen.errors.length = 0;
    await setWidget({});
    await expectWorkingShop();
  });

  test("the edge is down: the shop works, and the chat comes when the edge is back", async () => {
    await demo.stack.killWorker();
    try {
      await shop.visit("/");
      await shop.consent("all");
      await eventually("the bridge says that it failed", async () => (await shop.status()).bridgeState === "failed");
      await expectWorkingShop();
    } finally {
      await demo.stack.startWorker();
    }
    await shop.visit("/");
    await shop.state("ready");
  });

  test("commercetools is down for the edge: chat without data, nothing false", async () => {
    await shop.visit("/");
    await shop.login(ANNA.email, ANNA.password);
    await demo.stack.commercetools.addFaults(...["customers", "graphql"].map((path) => ({ path_prefix: `/demo-shop/${path}`, kind: "status", value: 503 })));
    await shop.visit("/cart");
    await shop.consent("all");
    await quiet(3_000);
    const verified = await find(demo.stack.tidio.url, PROJECTS.eu, (one) => one.properties.ct_identity === "verified");
    assert.deepEqual(verified, []);
  });
});

describe("hands that are faster than the shop's code", () => {
  let letGo;
  /** Opens a page whose scripts are on their way until `letGo()`. */
  async function visitEarly(path) {
    const held = new Promise((done) => (letGo = done));
    await person.context.route("**/_next/static/**/*.js", (route) => held.then(() => route.continue()));
    await person.page.goto(`${demo.shopUrl}${path}`, { waitUntil: "commit" });
  }

  test("a store that is chosen is gone to", async () => {
    await visitEarly("/");
    await person.page.getByTestId("store-switch").selectOption("uk/en-GB");
    letGo();
    await person.page.waitForFunction(() => document.documentElement.lang === "en-GB");
  });

  test("a product is put into the cart, and its quantity is what was typed", async () => {
    await visitEarly("/products/espresso-machine");
    await person.page.getByTestId("add-to-cart").click();
    letGo();
    const count = () => person.page.getByTestId("cart-count").getAttribute("data-count");
    await eventually("the cart has one", async () => (await count()) === "1");
    await visitEarly("/cart");
    await person.page.getByTestId("line-quantity").fill("3");
    letGo();
    await eventually("the cart has three", async () => (await count()) === "3");
  });

  test("a variant that is chosen is the one that is priced and bought", async () => {
    await visitEarly("/products/beans-house-blend");
    const variants = person.page.getByTestId("variant");
    await person.page.locator("label.variant").last().click();
    const sku = await variants.last().inputValue();
    letGo();
    await eventually("the page shows its article number", () => person.page.locator(".hint", { hasText: sku }).isVisible());
    await person.page.getByTestId("add-to-cart").click();
    await person.page.locator('[data-testid="add-to-cart-status"][data-status="done"]').waitFor();
    await shop.visit("/cart");
    assert.equal(await person.page.getByTestId("cart-line").getAttribute("data-sku"), sku);
  });
});

function setWidget(mode) {
  return fetch(`${demo.stack.tidio.url}/__emulator/widget-mode`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(mode),
  }).then((answer) => assert.ok(answer.ok, `widget mode ${answer.status}`));
}

describe("privacy", () => {
  test("refused: no request, nothing stored", async () => {
    await shop.visit("/");
    await shop.consent("necessary");
    await shop.visit("/cart");
    await quiet(1_500);
    assert.deepEqual(person.requestsTo(demo.stack.tidio.url), []);
    assert.deepEqual(await shop.widgetStorage(), {});
  });

  test("Global Privacy Control: chat, but no identity and no cart", async () => {
    await person.context.addInitScript(() => Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true }));
    await shop.visit("/");
    await shop.login(ANNA.email, ANNA.password);
    await shop.consent("all");
    await shop.state("ready");
    // Who is online is this browser's visitor; the edge may still be writing a contact of an earlier visit.
    const online = () => find(demo.stack.tidio.url, PROJECTS.eu, (one) => one.online);
    await eventually("the visitor is in the inbox", async () => (await online()).length > 0);
    await quiet(1_500);
    const visitors = await online();
    assert.ok(visitors.length > 0, "the visitor stayed");
    for (const one of visitors) {
      assert.equal(one.identity.email, null);
      assert.deepEqual(Object.keys(one.properties).filter((name) => /cart|order|customer/.test(name)), []);
    }
  });

  test("a policy without wasm: the JavaScript twin does the same", async () => {
    // Chromium takes a page that a test has touched for one of the internet, which may not call this machine.
    await person.context.grantPermissions(["local-network-access"]);
    await person.context.route(`${demo.shopUrl}/**`, async (route) => {
      if (route.request().resourceType() !== "document") return route.continue();
      const answer = await route.fetch({ maxRedirects: 0 });
      const policy = `script-src 'self' 'unsafe-inline' ${demo.stack.tidio.url}`;
      return route.fulfill({ response: answer, headers: { ...answer.headers(), "content-security-policy": policy } });
    });
    const status = await chatting();
    assert.equal(status.bridgeEngine, "js");
  });
});

describe("tabs and history", () => {
  /** Anna is logged in and has asked something. */
  async function annaAsks() {
    await shop.login(ANNA.email, ANNA.password);
    await shop.consent("all");
    await shop.state("ready");
    await shop.openChat();
    await shop.say(QUESTION);
  }

  test("logout in one tab: the other tab's chat forgets her too", async () => {
    await annaAsks();
    const second = new Shop(await person.context.newPage(), demo.shopUrl);
    await second.visit("/");
    await second.state("ready");
    await second.logout();
    await shop.page.bringToFront();
    await eventually("the first tab has forgotten", async () => !Object.values(await shop.visibleAndStored()).some((text) => text.includes(QUESTION)));
  });

  test("another person in another tab: no tab mixes them", async () => {
    await annaAsks();
    const second = new Shop(await person.context.newPage(), demo.shopUrl);
    await second.logout();
    await second.login(JAMES.email, JAMES.password);
    await second.state("ready");
    await shop.page.bringToFront();
    for (const tab of [shop, second]) {
      await eventually("Anna's question is nowhere", async () => {
        const { chat, widget } = await tab.visibleAndStored();
        return !chat.includes(QUESTION) && !widget.includes(QUESTION);
      });
    }
    const [james] = await eventually("James is a contact", async () => {
      const found = await find(demo.stack.tidio.url, PROJECTS.eu, (one) => one.identity.email === JAMES.email);
      return found.length > 0 && found;
    });
    assert.deepEqual(james.messages, []);
    assert.ok(!JSON.stringify(james).includes(ANNA.email));
  });

  test("reload: the conversation goes on", async () => {
    await annaAsks();
    await shop.page.reload();
    await shop.state("ready");
    await shop.openChat();
    await shop.frame().locator(".log").getByText(QUESTION).waitFor();
  });

  test("the back button after a logout does not bring her chat back", async () => {
    await annaAsks();
    await shop.visit("/account");
    await shop.page.getByTestId("logout").click();
    await shop.page.getByTestId("login-link").waitFor();
    await shop.page.goBack();
    await quiet(1_000);
    await eventually("nothing of Anna's conversation", async () => {
      const { chat, widget } = await shop.visibleAndStored();
      return !chat.includes(QUESTION) && !widget.includes(QUESTION);
    });
  });
});
