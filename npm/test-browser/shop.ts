/**
 * A page to test on: the built package, a scripted edge and a stand-in for Tidio's script, on one local origin.
 *
 * In scope: what the bridge sees of the world. Out of scope: the real edge and the emulators; those are the end
 * to end tests' part.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type { BridgeOptions, Status } from "../src/types.js";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const TYPES: Record<string, string> = { js: "text/javascript", wasm: "application/wasm", html: "text/html" };

export const PUBLIC_KEY = "demodemodemodemodemodemodemo0001";

/** A request that reached the scripted edge. */
export interface Seen {
  method: string;
  path: string;
  body: any;
}

/** How the world behaves; each test changes what it needs. */
export interface World {
  /** Answers an edge path; `undefined` gives the default. */
  edge: (seen: Seen) => { status?: number; json?: unknown; text?: string; hang?: boolean; reset?: boolean; after?: Promise<unknown> } | undefined;
  /** Behaviour of the widget script: see `widget.js`; `blocked` cuts the connection. */
  widget: "good" | "inert" | "silent" | "twice" | "sticky" | "blocked";
  /** The widget script is sent once this is done. */
  hold?: Promise<void>;
  /** Content-Security-Policy of the page. */
  policy?: string;
  /** Extra markup for the page's head. */
  head: string;
}

export class Shop {
  readonly world: World = { edge: () => undefined, widget: "good", head: "" };
  readonly seen: Seen[] = [];
  readonly scripts: string[] = [];
  readonly errors: string[] = [];
  readonly violations: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
    readonly origin: string,
  ) {}

  /** `backForwardCache`: Playwright launches browsers without it; the tests of that cache need it. */
  static async open({ backForwardCache = false } = {}): Promise<Shop> {
    const browser = await chromium.launch({
      ...(backForwardCache ? { ignoreDefaultArgs: ["--disable-back-forward-cache"] } : {}),
      executablePath: process.env["CHROMIUM_BIN"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    });
    const server = createServer((request, response) => void shop.answer(request, response));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const shop = new Shop(server, browser, `http://localhost:${(server.address() as AddressInfo).port}`);
    return shop;
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /** A fresh browser profile and a quiet world. */
  async visit(): Promise<Visit> {
    Object.assign(this.world, { edge: () => undefined, widget: "good", head: "", policy: undefined, hold: undefined });
    for (const log of [this.seen, this.scripts, this.errors, this.violations]) log.length = 0;
    const context = await this.browser.newContext();
    return new Visit(this, context, await this.page(context));
  }

  async page(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    page.on("pageerror", (error) => this.errors.push(`${error}`));
    page.on("console", (message) => {
      if (/Content Security Policy|TrustedScript|Trusted Type/i.test(message.text())) this.violations.push(message.text());
    });
    return page;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", this.origin).pathname;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (path.startsWith("/v1/")) {
      // The edge may be called from other origins.
      response.setHeader("access-control-allow-origin", "*");
      response.setHeader("access-control-allow-headers", "content-type");
      if (request.method === "OPTIONS") return void response.writeHead(204).end();
      return this.edge(request, response, Buffer.concat(chunks).toString());
    }
    if (path === `/${PUBLIC_KEY}.js`) return this.widget(response);
    const file = path.startsWith("/pkg/")
      ? join(here, "../dist", path.slice(5))
      : path === "/cookieconsent.js"
        ? join(dirname(require.resolve("vanilla-cookieconsent")), "cookieconsent.esm.js")
        : undefined;
    if (file) {
      const body = await readFile(file).catch(() => undefined);
      response.writeHead(body ? 200 : 404, { "content-type": TYPES[file.split(".").pop() ?? ""] ?? "text/plain" });
      return void response.end(body);
    }
    const headers: Record<string, string> = { "content-type": "text/html; charset=utf-8" };
    if (this.world.policy) headers["content-security-policy"] = this.world.policy;
    response.writeHead(200, headers);
    response.end(`<!doctype html><html lang="de"><head><title>Shop</title>${this.world.head}</head><body><h1>Shop</h1></body></html>`);
  }

  private widget(response: ServerResponse): void {
    this.scripts.push(this.world.widget);
    if (this.world.widget === "blocked") return void response.destroy();
    response.writeHead(200, { "content-type": "text/javascript", "cache-control": "no-store" });
    const mode = JSON.stringify(this.world.widget);
    const text = readFile(join(here, "widget.js"), "utf8");
    void Promise.all([text, this.world.hold]).then(([text]) => response.end(`window.__widgetMode=${mode};${text}`));
  }

  private async edge(request: IncomingMessage, response: ServerResponse, text: string): Promise<void> {
    const url = new URL(request.url ?? "/", this.origin);
    const seen = { method: request.method ?? "", path: url.pathname, body: text ? JSON.parse(text) : undefined };
    this.seen.push(seen);
    const answer = this.world.edge(seen) ?? { json: this.reply(seen) };
    if (answer.hang) return;
    if (answer.reset) return void response.destroy();
    await answer.after;
    response.writeHead(answer.status ?? 200, { "content-type": answer.text ? "text/html" : "application/json" });
    response.end(answer.text ?? JSON.stringify(answer.json));
  }

  /** What the edge says by default: a token `customer-X` is the proven person X. */
  reply(seen: Seen): unknown {
    if (seen.path === "/v1/bootstrap") {
      return {
        contract: 1,
        store: "de",
        locale: "de-DE",
        publicKey: PUBLIC_KEY,
        scriptOrigin: this.origin,
        language: "de",
        currency: { code: "EUR", exchangeRate: 1 },
        consent: { chat: ["functionality"], share: ["functionality"] },
      };
    }
    if (seen.path !== "/v1/identify") return {};
    const name = /^customer-(\w+)$/.exec(seen.body.token ?? "")?.[1];
    return {
      contract: 1,
      identity: name ? "verified" : "guest",
      ...(name ? { person: { distinctId: `id-${name}`, name, email: `${name}@example.com` } } : {}),
      language: "de",
      currency: { code: "EUR", exchangeRate: 1 },
      properties: name ? { ct_identity: "verified", ct_cart_total: `cart of ${name}` } : { ct_identity: "guest" },
      tags: ["store-de"],
      correlationId: `corr-${this.seen.length}`,
    };
  }
}

/** One shopper's browser. */
export class Visit {
  constructor(
    readonly shop: Shop,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  /** Opens the page and starts a bridge. `options` is code, so that functions can be given. */
  async start(options: string, page = this.page): Promise<void> {
    if (page.url() === "about:blank") await page.goto(this.shop.origin);
    await page.evaluate(
      `(async () => {
        const { createBridge } = await import("/pkg/index.js");
        window.statuses ??= [];
        const bridge = (window.bridge = createBridge({ ${defaults(this.shop)}, ...${options} }));
        bridge.on("status", (status) => statuses.push(status));
        bridge.start();
      })()`,
    );
  }

  /** Waits for a status with this state and, if given, this code. */
  async until(state: Status["state"], code?: string | null, page = this.page): Promise<Status> {
    // Polled from outside: a predicate inside the page would need `eval`, which strict policies forbid.
    const deadline = Date.now() + 25_000;
    for (;;) {
      const now = await page.evaluate<Status>("window.bridge?.status()").catch(() => undefined);
      if (now?.state === state && (code === undefined || (now.code ?? null) === code)) return now;
      if (Date.now() > deadline) break;
      await new Promise((done) => setTimeout(done, 20));
    }
    const seen = await page.evaluate<Status[]>("statuses");
    const brief = seen.map((status) => `${status.state}/${status.code ?? "-"}`).join(" ");
    throw new Error(`waited for ${state}/${code ?? "-"}, saw ${brief}`);
  }

  /** Waits until these late files have run: a call is kept for them, a DOM event or a change of the page is not. */
  async listens(...files: string[]): Promise<void> {
    for (const file of files) {
      await this.page.waitForFunction(`performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/late/${file}.js"))`);
      // The same module again: done after what the page itself does once it is there.
      await this.page.evaluate(`import("/pkg/late/${file}.js").then(() => {})`);
    }
  }

  calls(page = this.page): Promise<unknown[][]> {
    return page.evaluate("window.__calls ?? []");
  }

  chat(page = this.page): Promise<string | null> {
    return page.evaluate(`document.querySelector("#tidio-chat")?.textContent ?? null`);
  }

  stored(page = this.page): Promise<string[]> {
    return page.evaluate("[...Object.keys(localStorage), ...document.cookie.split('; ').filter(Boolean)].sort()");
  }
}

function defaults(shop: Shop): string {
  // A time-out is what its own tests are about; elsewhere a machine that stands still for seconds must not cause one.
  const patience = { edgeTimeoutMs: 20_000, sessionTimeoutMs: 20_000 };
  const options: Omit<BridgeOptions, "consent"> = { edge: shop.origin, store: "de", locale: "de-DE", mode: "immediate", ...patience };
  return `...${JSON.stringify(options)}, consent: { source: "function", read: () => ({ chat: true, share: true }) }`;
}
