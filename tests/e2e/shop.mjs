/**
 * The demo shop as a visitor uses it, and the chat in its corner.
 *
 * In scope: where things are on the page and how they are used. Out of scope: what is expected of them.
 */
import { eventually } from "../lib/browser.mjs";

/** Prefix of everything that the widget stores. */
const WIDGET_PREFIX = "tidio_";

export class Shop {
  /**
   * @param {import("playwright-core").Page} page
   * @param {string} url origin of the shop
   */
  constructor(page, url) {
    this.page = page;
    this.url = url;
  }

  async visit(path = "/") {
    await this.page.goto(`${this.url}${path}`, { waitUntil: "load" });
  }

  /** The consent banner's answer: `all` or `necessary`. */
  async consent(role) {
    await this.page.locator(`#cc-main .cm button[data-role="${role}"]`).click();
  }

  banner() {
    return this.page.locator("#cc-main .cm");
  }

  /** Takes consent back through the footer. */
  async withdraw() {
    await this.page.getByTestId("privacy-settings").click();
    await this.page.locator('#cc-main .pm button[data-role="necessary"]').click();
  }

  /** What the bridge says about itself. */
  status() {
    return this.page.evaluate(() => ({ ...document.documentElement.dataset }));
  }

  state(wanted, timeoutMs) {
    let seen;
    return eventually(
      `the bridge says ${wanted}`,
      async () => {
        seen = await this.status();
        if (seen.bridgeState === wanted) return seen;
        throw new Error(`it says ${seen.bridgeState}, ${seen.bridgeCode ?? "no code"}`);
      },
      timeoutMs,
    );
  }

  async addFirstProduct() {
    await this.page.locator('main a[href^="/products/"]').first().click();
    await this.page.waitForURL(/\/products\//);
    await this.page.getByTestId("add-to-cart").click();
    await this.page.locator('[data-testid="add-to-cart-status"][data-status="done"]').waitFor();
  }

  async login(email, password) {
    await this.visit("/login");
    await this.page.locator('input[name="email"]').fill(email);
    await this.page.locator('input[name="password"]').fill(password);
    // By the button: the consent banner takes the focus when it has come up, and with it a key that was meant for a field.
    await this.page.getByTestId("login-submit").click();
    await this.page.waitForURL(/\/account/);
  }

  async logout() {
    await this.visit("/account");
    await this.page.getByTestId("logout").click();
    await this.page.getByTestId("login-link").waitFor();
  }

  /** Chooses a store in the header and waits for its language. */
  async switchTo(store, locale) {
    await this.page.getByTestId("store-switch").selectOption(`${store}/${locale}`);
    await this.page.waitForFunction((tag) => document.documentElement.lang === tag, locale);
  }

  /** The chat's own document; the widget builds it in a frame of the page. */
  frame() {
    return this.page.frameLocator("#tidio-chat-iframe");
  }

  async isChatVisible() {
    return (await this.page.locator("#tidio-chat-iframe").count()) > 0 && this.page.locator("#tidio-chat-iframe").isVisible();
  }

  async openChat() {
    await eventually("the chat is on the page", () => this.isChatVisible());
    const composer = this.frame().locator(".composer textarea");
    if (!(await composer.isVisible())) await this.frame().locator("button.launcher").click();
    await composer.waitFor();
  }

  async say(text) {
    await this.frame().locator(".composer textarea").fill(text);
    await this.frame().locator(".composer textarea").press("Enter");
    await this.frame().locator(".log").getByText(text).waitFor();
  }

  /** Everything a person could read on the page, chat included, and everything the widget keeps. */
  async visibleAndStored() {
    const page = await this.page.locator("body").innerText();
    const chat = (await this.isChatVisible()) ? await this.frame().locator("body").innerText() : "";
    return { page, chat, widget: JSON.stringify(await this.widgetStorage()) };
  }

  /** What the widget keeps in the browser, by key. */
  widgetStorage() {
    return this.page.evaluate(
      (prefix) => Object.fromEntries(Object.entries(localStorage).filter(([key]) => key.startsWith(prefix))),
      WIDGET_PREFIX,
    );
  }

  /** The state the widget keeps for one project. */
  async widgetState(publicKey) {
    const text = (await this.widgetStorage())[`tidio_state_${publicKey}`];
    return text ? JSON.parse(text) : null;
  }
}
