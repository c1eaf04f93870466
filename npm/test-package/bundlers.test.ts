/**
 * The installed tarball in what shops are built with, each loaded in Chromium until the chat is ready.
 *
 * The edge and Tidio's script are the stand-ins of the browser tests, on an origin of their own. Out of scope: what
 * the bridge decides; that is `test-browser/`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import type { Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import webpack from "webpack";
import { Shop, type Visit } from "../test-browser/shop.js";
import { type Consumers, Files, finish, install } from "./packed.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NEXT = join(ROOT, "node_modules/next/dist/bin/next");

let consumers: Consumers;
let shop: Shop;
let visit: Visit;
let wasm: string[];
beforeAll(async () => {
  [consumers, shop] = await Promise.all([install("bundlers"), Shop.open()]);
});
afterAll(() => shop?.close());
beforeEach(async () => {
  visit = await shop.visit();
  wasm = [];
  visit.page.on("request", (request) => request.url().includes(".wasm") && wasm.push(request.url()));
});
afterEach(async () => {
  await visit.context.close();
  expect(shop.errors).toEqual([]);
});

/** Opens a page of a consumer and waits until its chat answers, by the marks that the consumer makes on `element`. */
async function expectReady(url: string, element: string): Promise<void> {
  await visit.page.goto(url);
  const mark = visit.page.locator(element);
  await expect.poll(() => mark.getAttribute("data-state")).toBe("ready");
  // An edge that was slow at first is asked again.
  await expect.poll(() => mark.getAttribute("data-code")).toBe("none");
  expect(await mark.getAttribute("data-engine")).toBe("wasm");
  expect(await visit.chat()).toBe("chat of anna: ");
  expect(wasm).toHaveLength(1);
}

const withEdge = (origin: string): string => `${origin}/?edge=${encodeURIComponent(shop.origin)}`;

/** Names of the files that a build put into `folder`, at any depth. */
async function emitted(folder: string, pattern: RegExp): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).filter((name) => pattern.test(name));
}

describe("Vite", () => {
  it("builds it, with one wasm file, and chat is ready", async () => {
    const root = consumers.folder("vite");
    await build({ root, configFile: false, base: "./", logLevel: "error", build: { outDir: "dist", emptyOutDir: true } });
    expect(await emitted(join(root, "dist"), /\.wasm$/)).toHaveLength(1);
    const files = await Files.serve(join(root, "dist"));
    try {
      await expectReady(withEdge(files.origin), "html");
    } finally {
      await files.close();
    }
  });
});

describe("webpack", () => {
  it("builds it, with one wasm file, and chat is ready", async () => {
    const root = consumers.folder("webpack");
    const stats = await new Promise<webpack.Stats | undefined>((done, fail) =>
      webpack({ mode: "production", context: root, entry: "./main.js", output: { path: join(root, "dist") } }, (error, stats) =>
        error ? fail(error) : done(stats),
      ),
    );
    expect(stats?.toJson({ all: false, errors: true, warnings: true })).toMatchObject({ errors: [], warnings: [] });
    expect(await emitted(join(root, "dist"), /\.wasm$/)).toHaveLength(1);
    const files = await Files.serve(root);
    try {
      await expectReady(withEdge(files.origin), "html");
    } finally {
      await files.close();
    }
  });
});

describe("esbuild, into one classic script", () => {
  /** Opens what esbuild makes of this consumer; answers the build that ran. */
  async function engineOf(consumer: string): Promise<string | null> {
    const root = consumers.folder("esbuild");
    await rm(join(root, "dist"), { recursive: true, force: true });
    const { warnings } = await esbuild({
      entryPoints: { main: join(root, consumer) }, outdir: join(root, "dist"), bundle: true, format: "iife", loader: { ".wasm": "file" }, publicPath: "/",
      // What it has to say of `import.meta` in a classic script.
      logOverride: { "empty-import-meta": "silent" }, logLevel: "silent",
    });
    expect(warnings).toEqual([]);
    await cp(join(root, "index.html"), join(root, "dist/index.html"));
    const files = await Files.serve(join(root, "dist"));
    try {
      await visit.page.goto(withEdge(files.origin));
      const mark = visit.page.locator("html");
      await expect.poll(() => mark.getAttribute("data-state")).toBe("ready");
      expect(await visit.chat()).toBe("chat of anna: ");
      return await mark.getAttribute("data-engine");
    } finally {
      await files.close();
    }
  }

  it("with the module's address among the settings runs WebAssembly", async () => {
    expect(await engineOf("main.js")).toBe("wasm");
    expect(wasm).toHaveLength(1);
  });

  it("without it runs the JavaScript twin", async () => {
    expect(await engineOf("without.js")).toBe("js");
    expect(shop.scripts).toHaveLength(1);
  });
});

describe("Next.js", () => {
  it("builds it for production with a layout on the server, and chat is ready, also after a change of route", async () => {
    const root = consumers.folder("next");
    await finish(process.execPath, [NEXT, "build"], root, { PACKAGES_ROOT: ROOT, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" });
    expect(await emitted(join(root, ".next/static"), /\.wasm$/)).toHaveLength(1);
    const server = await startNext(root);
    try {
      await allow(visit.page, server.origin);
      await expectReady(server.origin, "button[data-state]");
      await visit.page.getByRole("link", { name: "Second page" }).click();
      await visit.page.getByRole("heading", { name: "Second page" }).waitFor();
      expect(await visit.chat()).toBe("chat of anna: ");
      expect(await visit.page.evaluate("window.__widgetLoads")).toBe(1);
    } finally {
      await server.stop();
    }
  });
});

/** The answer that vanilla-cookieconsent keeps in its cookie. */
async function allow(page: Page, url: string): Promise<void> {
  const record = { categories: ["functionality"], consentId: "5f", consentTimestamp: "1", lastConsentTimestamp: "1" };
  await page.context().addCookies([{ name: "cc_cookie", value: encodeURIComponent(JSON.stringify(record)), url }]);
}

async function startNext(cwd: string): Promise<{ origin: string; stop(): Promise<void> }> {
  const port = await freePort();
  const env = { ...process.env, PACKAGES_ROOT: ROOT, EDGE: shop.origin, NEXT_TELEMETRY_DISABLED: "1" };
  const child: ChildProcess = spawn(process.execPath, [NEXT, "start", "--port", `${port}`], { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  await Promise.race([
    new Promise<void>((ready) => child.stdout?.on("data", (text: Buffer) => /ready/i.test(`${text}`) && ready())),
    ended.then(([code]) => Promise.reject(new Error(`next start ended with ${code}`))),
  ]);
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  return { origin: `http://localhost:${port}`, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

describe("a script tag", () => {
  it("starts from the installed files, without any build", async () => {
    const attributes = { edge: shop.origin, store: "de", locale: "de-DE", consent: "vanilla-cookieconsent", mode: "immediate" };
    const data = Object.entries(attributes).map(([name, value]) => `data-${name}="${value}"`);
    await writeFile(join(consumers.installed, "index.html"), `<!doctype html><html lang="de"><body><script type="module" src="/dist/auto.js" ${data.join(" ")}></script></body></html>`);
    const files = await Files.serve(consumers.installed);
    try {
      await allow(visit.page, files.origin);
      await visit.page.goto(files.origin);
      await visit.page.waitForFunction(`commercetoolsTidio.status().state === "ready"`);
      expect(await visit.page.evaluate("commercetoolsTidio.status().engine")).toBe("wasm");
      expect(await visit.chat()).toBe("chat of a guest: ");
      expect(wasm).toHaveLength(1);
    } finally {
      await files.close();
    }
  });
});
