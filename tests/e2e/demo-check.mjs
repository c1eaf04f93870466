/**
 * One scripted visit of the whole demo in headless Chromium: who sees what, and when.
 *
 * In scope: the promises of the README, seen from the browser, from the agent's inbox and from the vendors'
 * request logs. Out of scope: starting the demo; `cargo xtask demo --check` does and then runs this.
 * Reads SHOP_URL, EDGE_URL, TIDIO_URL, INBOX_URL, COMMERCETOOLS_URL, CHROMIUM_BIN and ARTIFACTS (folder for
 * pictures). Ends with code 1 when an expectation fails.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Emulator } from "../lib/emulator.mjs";
import { eventually, launch, quiet, stored, visitor } from "../lib/browser.mjs";
import { ROOT } from "../lib/paths.mjs";
import { committedBridge } from "../worker/harness.mjs";
import { ANNA, JAMES, cents, recordOf } from "./expected.mjs";
import { PROJECTS, find, openInbox, panel, people, reply } from "./inbox.mjs";
import { compose } from "./picture.mjs";
import { Report, table } from "./report.mjs";
import { Shop } from "./shop.mjs";

const {
  SHOP_URL = "http://localhost:3000",
  EDGE_URL = "http://localhost:8787",
  TIDIO_URL = "http://localhost:8990",
  COMMERCETOOLS_URL = process.env.COMMERCE_URL ?? "http://localhost:8989",
  ARTIFACTS = join(ROOT, "artifacts"),
} = process.env;
const INBOX_URL = process.env.INBOX_URL ?? `${TIDIO_URL}/inbox`;
/** The whole visit takes about half a minute; a page that hangs must not hang the caller. */
const TIME_LIMIT_MS = 4 * 60_000;
/** Names that the shop's own session and the answer to the banner are stored under. */
const OWN_COOKIES = ["kessel_session", "cc_cookie"];
const QUESTION = "Hallo! Passt der Papierfilter auch in die kleine Kanne?";
const ANSWER = "Hallo Anna, ja, beide Größen passen. Soll ich Ihnen eine Packung in den Warenkorb legen?";
const ENGLISH_QUESTION = "Hi! Has my order left yet? I need it by Friday.";
const AMERICAN_QUESTION = "Hello! Do you ship the kettle to Alaska?";
const ENGLISH_ANSWER = "Hi James, it has: it is with Royal Mail since Saturday and should reach you on Wednesday.";

const report = new Report();
const tidio = new Emulator("tidio", TIDIO_URL);
const seenByAgent = [];
const timer = setTimeout(() => {
  process.stdout.write(`The visit took longer than ${TIME_LIMIT_MS / 60_000} minutes.\n`);
  process.exit(1);
}, TIME_LIMIT_MS);

await mkdir(ARTIFACTS, { recursive: true });
const browser = await launch();
try {
  await visit();
} finally {
  await browser.close();
  clearTimeout(timer);
}
process.stdout.write(`\nWhat the agent saw\n\n${table(["who", "identity", "store", "locale", "cart", "items", "last order", "e-mail"], seenByAgent)}\n`);
process.exitCode = report.finish() ? 0 : 1;

async function visit() {
  const person = await visitor(browser, { locale: "de-DE" });
  const agent = await visitor(browser, { viewport: { width: 1280, height: 860 } });
  const shop = new Shop(person.page, SHOP_URL);
  const anna = await recordOf(COMMERCETOOLS_URL, ANNA);
  const james = await recordOf(COMMERCETOOLS_URL, JAMES);
  await report.part("before consent: nothing is asked, nothing is stored", () => beforeConsent(person, shop));
  await report.part("consent: the chat loads, a guest is a guest", () => asGuest(shop));
  await report.part("login as Anna: verified, with her cart", () => asAnna(shop, agent, anna));
  await report.part("logout: Anna's chat is gone", () => afterLogout(shop, anna));
  await report.part("login as James: nothing of Anna's", () => asJames(person, shop, anna, james));
  await report.part("pictures for the README", () => pictures(shop, agent));
  await report.part("another store: another Tidio project", () => inAnotherStore(shop, james));
  await report.part("consent withdrawn: chat and storage are gone", () => afterWithdrawal(person, shop));
  report.expect(person.seen.errors.length === 0, "no script error on any page", person.seen.errors);
}

async function beforeConsent({ page, requestsTo }, shop) {
  const before = (await tidio.requests()).length;
  await shop.visit("/");
  await shop.banner().waitFor();
  await page.mouse.move(300, 300);
  await page.mouse.wheel(0, 900);
  await quiet(2_000);
  report.expect(requestsTo(TIDIO_URL).length === 0, "the browser asks Tidio nothing before consent", requestsTo(TIDIO_URL));
  report.expect((await tidio.requests()).length === before, "no request reaches Tidio before consent");
  report.expect(requestsTo(EDGE_URL).every(({ url }) => url.includes("/v1/bootstrap")), "the edge hears nothing about the visitor before consent", requestsTo(EDGE_URL));
  const { cookies, ...rest } = await stored(page);
  report.expect(cookies.every((name) => OWN_COOKIES.includes(name)), "no cookie but the shop's own before consent", cookies);
  for (const [kind, content] of Object.entries(rest)) {
    report.expect(Object.keys(content).length === 0, `${kind} storage is empty before consent`, content);
  }
  const tasks = await page.evaluate(() => globalThis.longTasks);
  report.step(`  long tasks while loading the shop, all code together: ${tasks.length}${tasks.length ? ` (longest ${Math.max(...tasks)} ms)` : ""}`);
}

async function asGuest(shop) {
  await shop.consent("all");
  await shop.state("ready");
  await eventually("the chat is visible", () => shop.isChatVisible());
  const [guest] = await eventually("the guest appears in the inbox", async () => {
    const guests = await find(TIDIO_URL, PROJECTS.eu, (one) => one.online && one.properties.ct_identity);
    return guests.length > 0 && guests;
  });
  saw("visitor", guest);
  report.expect(guest.properties.ct_identity === "guest", "a guest shows as guest", guest.properties);
  report.expect(!guest.contact && !guest.identity.email && !guest.identity.distinct_id, "a guest is nobody in particular", guest.identity);
  const orderFields = Object.keys(guest.properties).filter((name) => name.startsWith("ct_order"));
  report.expect(orderFields.length === 0, "a guest has no order data", orderFields);
}

async function asAnna(shop, agent, { customer, cart }) {
  await shop.login(ANNA.email, ANNA.password);
  await shop.state("ready");
  const contact = await contactOf(PROJECTS.eu, ANNA, cart);
  saw("Anna", contact);
  expectVerified(contact, ANNA, cart);
  report.expect(contact.identity.distinct_id !== customer.id, "the distinct id is not the customer id");
  await shop.openChat();
  await shop.say(QUESTION);
  await expectRouted(PROJECTS.eu, ANNA.email, "de");
  await reply(TIDIO_URL, PROJECTS.eu, contact.id, ANSWER);
  await shop.frame().locator(".log").getByText(ANSWER).waitFor();
  await openInbox(agent.page, INBOX_URL, { project: await projectName(PROJECTS.eu), name: ANNA.name });
  const shown = await panel(agent.page);
  report.expect(/verified/i.test(shown.ct_identity ?? ""), "the agent's page says verified", shown.ct_identity);
  report.expect(cents(shown.ct_cart_total) === cart.totalPrice.centAmount, "the agent's page shows the cart total", shown.ct_cart_total);
  report.expect(Number(shown.ct_cart_items) === cart.totalLineItemQuantity, "the agent's page shows the item count", shown.ct_cart_items);
}

async function pictures(shop, agent) {
  // Tall enough for the timeline, which is the last of what an agent reads.
  await Promise.all([shop.page, agent.page].map((page) => page.setViewportSize({ width: 1280, height: 1000 })));
  const files = { shop: join(ARTIFACTS, "shop.png"), inbox: join(ARTIFACTS, "inbox.png"), to: join(ARTIFACTS, "shop-and-agent.png") };
  await shop.visit("/");
  await shop.state("ready");
  await shop.openChat();
  await shop.say(ENGLISH_QUESTION);
  await expectRouted(PROJECTS.eu, JAMES.email, "uk");
  const [{ id }] = await find(TIDIO_URL, PROJECTS.eu, (one) => one.identity.email === JAMES.email);
  await reply(TIDIO_URL, PROJECTS.eu, id, ENGLISH_ANSWER);
  await shop.frame().locator(".log").getByText(ENGLISH_ANSWER).waitFor();
  await openInbox(agent.page, INBOX_URL, { project: await projectName(PROJECTS.eu), name: JAMES.name });
  // Fonts and fades settle; a picture taken earlier shows half of them.
  await quiet(800);
  await shop.page.screenshot({ path: files.shop });
  await agent.page.screenshot({ path: files.inbox });
  await shop.page.setViewportSize({ width: 1280, height: 860 });
  await compose(browser, files);
  // A picture differs by a few bytes every time, so the README's copy is only renewed when asked for.
  if (process.env.UPDATE_README_PICTURE) await compose(browser, { ...files, to: join(ROOT, "docs/images/shop-and-agent.png") });
}

async function afterLogout(shop, { customer }) {
  await shop.logout();
  await eventually("the widget has forgotten Anna", async () => {
    const { page, chat, widget } = await shop.visibleAndStored();
    return !mentions(page + chat + widget, customer);
  });
}

async function asJames({ seen }, shop, anna, james) {
  const since = Date.now();
  await shop.login(JAMES.email, JAMES.password);
  await shop.switchTo(JAMES.store, JAMES.locale);
  await shop.state("ready");
  const contact = await contactOf(PROJECTS.eu, JAMES, james.cart);
  saw("James", contact);
  expectVerified(contact, JAMES, james.cart);
  report.expect(!mentions(JSON.stringify(contact), anna.customer), "James's contact holds nothing of Anna's");
  report.expect(contact.messages.length === 0, "James's conversation is empty", contact.messages);
  await shop.openChat();
  const everything = Object.values(await shop.visibleAndStored()).join("\n");
  report.expect(!mentions(everything, anna.customer), "James's browser shows and keeps nothing of Anna's");
  const sent = seen.requests.filter(({ at, url }) => at >= since && !url.startsWith(SHOP_URL));
  report.expect(!sent.some(({ url, body }) => mentions(url + body, anna.customer)), "no request of James's names Anna");
  const [kept] = await find(TIDIO_URL, PROJECTS.eu, (one) => one.identity.email === ANNA.email);
  report.expect(kept?.messages.length === 2 && kept.properties.ct_customer_number !== JAMES.number, "Anna's conversation is still hers alone");
}

async function inAnotherStore(shop, { customer }) {
  const before = (await find(TIDIO_URL, PROJECTS.eu, (one) => one.identity.email === JAMES.email))[0];
  await shop.switchTo("us", "en-US");
  await shop.state("ready");
  const contact = await eventually("James appears in the other project", async () => {
    const [one] = await find(TIDIO_URL, PROJECTS.us, (one) => one.online && one.properties.ct_identity === "verified" && one.identity.email === customer.email);
    return one;
  });
  saw("James in the us store", contact);
  report.expect(contact.properties.ct_store === "us" && contact.properties.ct_locale === "en-US", "store and locale follow the switch", contact.properties);
  report.expect(contact.identity.distinct_id !== before.identity.distinct_id, "the two projects cannot be joined by distinct id");
  await shop.openChat();
  await shop.say(AMERICAN_QUESTION);
  await expectRouted(PROJECTS.us, customer.email, "us");
  await shop.page.evaluate(() => globalThis.tidioChatApi.close());
  const others = JSON.stringify([await people(TIDIO_URL, PROJECTS.eu), await people(TIDIO_URL, PROJECTS.us)].map((list, n) => list.filter(({ messages }) => messages.some(({ text, message }) => (text ?? message) === (n === 0 ? AMERICAN_QUESTION : QUESTION)))));
  report.expect(others === "[[],[]]", "no conversation is in the other project", others);
  const loaded = await shop.page.locator(`script[src^="${TIDIO_URL}/"]`).evaluateAll((nodes) => nodes.map((node) => node.src));
  report.expect(loaded.length === 1 && loaded[0].endsWith(`/${PROJECTS.us}.js`), "only the second project's widget is on the page", loaded);
}

async function afterWithdrawal({ page, requestsTo }, shop) {
  await shop.withdraw();
  await shop.state("withdrawn");
  await eventually("the chat is gone", async () => !(await shop.isChatVisible()));
  report.expect(Object.keys(await shop.widgetStorage()).length === 0, "nothing of Tidio's is stored any more", await shop.widgetStorage());
  const since = Date.now();
  await shop.visit("/");
  await page.mouse.wheel(0, 500);
  await quiet(2_000);
  report.expect(requestsTo(TIDIO_URL, since).length === 0, "no request to Tidio after the withdrawal", requestsTo(TIDIO_URL, since));
  report.expect(!(await shop.isChatVisible()), "the chat stays away after a reload");
}

/** The one contact of a customer once the shop's data has arrived. */
function contactOf(project, person, cart) {
  return eventually(`${person.name} appears in the inbox, verified and with the cart`, async () => {
    const found = await find(TIDIO_URL, project, (one) => one.identity.email === person.email);
    if (found.length === 0) throw new Error(`the project knows ${JSON.stringify((await people(TIDIO_URL, project)).map((one) => one.identity.name))}`);
    const [one] = found;
    report.expect(found.length === 1, `${person.name} is one contact`, found.map(({ id }) => id));
    const complete = one.properties.ct_identity === "verified" && cents(one.properties.ct_cart_total) === cart.totalPrice.centAmount;
    if (!complete) throw new Error(`the agent sees ${JSON.stringify(one.properties)}`);
    return one;
  });
}

/** Language, currency, country, route and department of a contact that has asked something are those of its store. */
async function expectRouted(project, email, store) {
  const configured = committedBridge().stores[store];
  const [locale] = configured.locales;
  const rule = configured.routes.find(({ when = {} }) => (when.identity ?? "verified") === "verified");
  const want = { language: locale.language, currency: locale.currency, country: locale.country, route: rule.route, department: rule.department };
  const seen = (one) => ({ language: one.identity.language, currency: one.currency?.code, country: one.properties.ct_country, route: one.properties.ct_route, department: one.department });
  const contact = await eventually(`${store}: the conversation is handed to a department`, async () => {
    const [one] = await find(TIDIO_URL, project, (one) => one.identity.email === email && one.department);
    return one;
  });
  report.expect(JSON.stringify(seen(contact)) === JSON.stringify(want), `${store}: ${Object.values(want).join(", ")}, as configured`, seen(contact));
}

function expectVerified({ properties, identity }, person, cart) {
  report.expect(properties.ct_identity === "verified", `${person.name} shows as verified`, properties.ct_identity);
  report.expect(Number(properties.ct_cart_items) === cart.totalLineItemQuantity, `${person.name}: item count ${cart.totalLineItemQuantity}`, properties.ct_cart_items);
  report.expect(cents(properties.ct_cart_total) === cart.totalPrice.centAmount, `${person.name}: cart total ${cart.totalPrice.centAmount}`, properties.ct_cart_total);
  report.expect(properties.ct_store === person.store, `${person.name}: store ${person.store}`, properties.ct_store);
  report.expect(properties.ct_locale === person.locale, `${person.name}: locale ${person.locale}`, properties.ct_locale);
  report.expect(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(identity.distinct_id ?? ""), `${person.name} has an opaque distinct id`, identity.distinct_id);
}

function mentions(text, customer) {
  return [customer.id, customer.email, customer.customerNumber, customer.firstName, customer.lastName, QUESTION, ANSWER].some((part) => text.includes(part));
}

function saw(who, { properties: p, identity }) {
  seenByAgent.push([who, p.ct_identity, p.ct_store, p.ct_locale, p.ct_cart_total, p.ct_cart_items, p.ct_order_number, identity.email]);
}

async function projectName(publicKey) {
  const answer = await fetch(`${TIDIO_URL}/inbox/api/projects`);
  return (await answer.json()).find((project) => project.public_key === publicKey).name;
}
