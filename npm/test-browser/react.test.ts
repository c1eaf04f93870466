/** The React entry in a real React: the double mount, and calls of effects that run before the component's own. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { questions, shop, visit } from "./setup.js";

const here = dirname(fileURLToPath(import.meta.url));

/** Opens a page with this tree; `props` are the bridge's. */
async function open(tree: string): Promise<void> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createElement, Fragment, StrictMode, useEffect } from "react"; import { createRoot } from "react-dom/client";
        import { TidioBridge, useTidioBridge } from "./dist/react.js"; import { pageBridge } from "./dist/index.js";
        const props = { edge: location.origin, store: "de", locale: "de-DE", mode: "immediate", session: () => ({ token: "customer-anna" }),
          consent: { source: "function", read: () => ({ chat: true, share: true }) }, onStatus: (status) => (window.statuses ??= []).push(status),
          triggers: [{ event: "ordered", on: "order_placed" }] };
        const root = createRoot(document.body.appendChild(document.createElement("div")));
        ${tree}
        window.unmount = () => root.unmount();
        const look = setInterval(() => { if (pageBridge()) { window.bridge = pageBridge(); clearInterval(look); } }, 10);`,
      resolveDir: join(here, ".."),
    },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    external: ["./engine.js"],
    define: { "process.env.NODE_ENV": '"development"' },
    logLevel: "error",
  });
  await visit.context.route("**/pkg/app.js", (route) => route.fulfill({ contentType: "text/javascript", body: outputFiles[0]?.text ?? "" }));
  await visit.page.goto(shop.origin);
  await visit.page.evaluate(`import("/pkg/app.js")`);
}

describe("React's StrictMode", () => {
  it("mounts twice, and there is one widget, one question and one person", async () => {
    await open(`function App() { window.renders = (window.renders ?? 0) + 1; return createElement(TidioBridge, props); }
      root.render(createElement(StrictMode, null, createElement(App)));`);
    await visit.until("ready", null);
    expect(await visit.page.evaluate("renders")).toBeGreaterThan(1);
    expect(await visit.page.evaluate("window.__widgetLoads")).toBe(1);
    expect(questions()).toHaveLength(1);
    expect(await visit.chat()).toBe("chat of anna: ");
    await visit.page.evaluate("unmount()");
    await visit.until("waiting", "stopped");
  });
});

describe("a page that says something in an effect", () => {
  it("before the component is mounted is heard: product and signal of the first load", async () => {
    await open(`function Product() { const bridge = useTidioBridge();
        useEffect(() => { window.before = pageBridge() === undefined; bridge.productInView({ name: "Mug" }); bridge.signal("order_placed", { id: "o-1" }); }, []); return null; }
      root.render(createElement(Fragment, null, createElement(Product), createElement(TidioBridge, props)));`);
    await visit.until("ready", null);
    expect(await visit.page.evaluate("before"), "the effect did run first").toBe(true);
    await expect.poll(() => questions().at(-1)?.body.product).toEqual({ name: "Mug" });
    await expect.poll(async () => (await visit.calls()).filter(([name]) => name === "track")).toEqual([["track", "ordered", null]]);
  });
});
