/**
 * The policies of `commercetools-tidio/csp`, enforced by Chromium.
 *
 * In scope: no violation with the policy, a violation that names the source without it. Tidio's address answers with
 * the stand-in and `probes`, which use every source of Tidio's once. Out of scope: the text (`test/csp.test.ts`).
 */
import { readFile } from "node:fs/promises";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { chatNeeds, type ContentSecurityPolicyOptions, contentSecurityPolicy } from "../src/csp.js";
import { shop, visit } from "./setup.js";
import { PUBLIC_KEY } from "./shop.js";

const TIDIO = "https://code.tidio.co";
const NONCE = "dGVzdA==";

interface Violation {
  directive: string;
  blocked: string;
}

let edge: string;
let widget: string;
beforeAll(async () => {
  // The same server under another name is another origin.
  edge = shop.origin.replace("localhost", "127.0.0.1");
  widget = `${await readFile(new URL("widget.js", import.meta.url), "utf8")};(${probes})()`;
});
beforeEach(async () => {
  shop.world.edge = (seen) =>
    seen.path === "/v1/bootstrap" ? { json: { ...(shop.reply(seen) as object), scriptOrigin: TIDIO } } : undefined;
  const policies = () => {
    // Also of the widget's frames, which inherit the policy.
    const seen = ((top as unknown as { __blocked?: Violation[] }).__blocked ??= []);
    addEventListener("securitypolicyviolation", (event) => seen.push({ directive: event.effectiveDirective, blocked: event.blockedURI }));
  };
  await visit.context.addInitScript(policies);
  await visit.context.route(/^https:/, (route) =>
    route.request().url() === `${TIDIO}/${PUBLIC_KEY}.js`
      ? route.fulfill({ contentType: "text/javascript", body: widget })
      : route.abort("internetdisconnected"),
  );
});
/** What a widget does that its policy must allow. Runs in the page, as part of the script at Tidio's address. */
function probes(): void {
  const ignore = (): void => {};
  for (const host of ["socket.tidio.co", "sentry-new.tidio.co", "uploads.tidio.com"]) fetch(`https://${host}/`).catch(ignore);
  new WebSocket("wss://socket.tidio.co/socket.io/").onerror = ignore;
  const hosts = ["code.tidio.co", "avatars.tidiochat.com", "tidio-images-messenger.s3.us-east-1.amazonaws.com", "cdnjs.cloudflare.com", "unpkg.com"];
  const pixel = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
  for (const src of [...hosts.map((host) => `https://${host}/picture.png`), pixel]) document.body.append(Object.assign(new Image(), { src }));
  document.body.append(Object.assign(document.createElement("audio"), { src: "https://code.tidio.co/sound.mp3" }));
  for (const url of ["https://code.tidio.co/font.woff2", "data:font/woff2;base64,AAAA"]) new FontFace("probe", `url(${url})`).load().catch(ignore);
  const frame = document.createElement("iframe");
  document.body.append(frame);
  for (const target of [document, frame.contentDocument as Document]) {
    const style = target.createElement("style");
    style.textContent = "body { margin: 0 }";
    target.head.append(style);
    target.body.setAttribute("style", "margin: 0");
  }
}

async function open(policy: string, options = ""): Promise<void> {
  shop.world.policy = policy;
  await visit.page.goto(shop.origin);
  await visit.start(`{ edge: ${JSON.stringify(edge)}, ${options} }`).catch(() => {});
}

const blocked = (): Promise<Violation[]> => visit.page.evaluate("__blocked");

describe("with the whole policy", () => {
  it.each<[string, Omit<ContentSecurityPolicyOptions, "edge">, string]>([
    ["as it is", {}, ""],
    ["with a nonce", { nonce: NONCE }, `nonce: "${NONCE}"`],
    ["with 'strict-dynamic'", { nonce: NONCE, directives: { "script-src": ["'strict-dynamic'"] } }, ""],
    ["with Trusted Types", { trustedTypes: true }, ""],
    ["with all of it", { nonce: NONCE, trustedTypes: true, directives: { "script-src": ["'strict-dynamic'"] } }, `nonce: "${NONCE}"`],
  ])("%s: chat is ready and nothing is violated", async (_, options, settings) => {
    // A module script with the nonce is what `'strict-dynamic'` trusts, and what the bridge is loaded by.
    shop.world.head = `<script type="module" nonce="${NONCE}">import { createBridge } from "/pkg/index.js"; window.make = createBridge</script>`;
    if (!options.nonce) shop.world.head = `<script type="module" src="/pkg/index.js"></script>`;
    await open(contentSecurityPolicy({ edge, ...options }), settings);
    const status = await visit.until("ready", null);
    expect(status.engine).toBe("wasm");
    await settled();
    expect(await blocked()).toEqual([]);
    expect(shop.violations).toEqual([]);
  });
});

describe("without WebAssembly", () => {
  it("the JavaScript twin takes over, and the one violation is the try", async () => {
    await open(contentSecurityPolicy({ edge, wasm: false }));
    expect((await visit.until("ready", null)).engine).toBe("js");
    await settled();
    expect(await blocked()).toEqual([{ directive: "script-src", blocked: "wasm-eval" }]);
  });

  it("a page that says so has no violation", async () => {
    await open(contentSecurityPolicy({ edge, wasm: false, trustedTypes: true }), `engine: "js"`);
    expect((await visit.until("ready", null)).engine).toBe("js");
    await settled();
    expect(await blocked()).toEqual([]);
  });
});

/** The last of the probes has been tried: their failures come back in order of the network, so all are asked for. */
async function settled(): Promise<void> {
  await visit.page.evaluate("Promise.all([...document.images].map((image) => image.decode().catch(() => {}))).then(() => {})");
  await visit.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))");
}

describe("every source is needed", () => {
  const needs = chatNeeds({ edge: "https://edge.example" });
  it.each(needs.map(({ directive, source }) => [directive, source] as const))("%s %s", async (directive, source) => {
    const taken = source === "https://edge.example" ? edge : source;
    const policy = contentSecurityPolicy({ edge })
      .split("; ")
      .map((entry) => (entry.startsWith(`${directive} `) ? without(entry, taken) : entry))
      .join("; ");
    await open(policy, "readyTimeoutMs: 2000");
    const named = source.startsWith("'wasm") ? "wasm-eval" : source === "'unsafe-inline'" ? "inline" : source === "data:" ? "data" : source === "'self'" ? shop.origin : taken;
    const isNamed = ({ directive: effective, blocked }: Violation) => effective.startsWith(directive) && blocked.startsWith(named);
    await expect.poll(async () => (await blocked()).some(isNamed)).toBe(true);
    expect((await blocked()).filter((one) => !isNamed(one)), "nothing else is in the way").toEqual([]);
  });
});

function without(entry: string, source: string): string {
  const rest = entry.split(" ").filter((word) => word !== source);
  return rest.length === 1 ? `${rest[0]} 'none'` : rest.join(" ");
}
