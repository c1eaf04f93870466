/** `init`: what is written, from the repository's own configuration, and what is left alone. */
import { describe, expect, test } from "vitest";
import { command } from "./world.js";

const silent = () => undefined;

describe("init", () => {
  test("the production section, the package's Worker, no build and no demo", async () => {
    const { exit, files, asked } = await command(["init"], silent, { env: { TIDIO_BRIDGE_EDGE: "" } });
    expect([exit, asked.length]).toEqual([0, 0]);
    const text = files["wrangler.toml"]!;
    expect(text).toContain('main = "node_modules/commercetools-tidio/dist/worker/index.js"');
    expect(text).toContain("[[migrations]]");
    expect(text).toContain("[env.production.vars.BRIDGE.stores.your-store-key]");
    expect(text).not.toMatch(/demo|\[build\]|cargo/);
    expect(files[".dev.vars.example"]).toContain("ADMIN_TOKEN=");
  });

  test("options fill it in", async () => {
    const key = "a".repeat(32);
    const argv = ["init", "--edge", "https://b.shop.example", "--project-key", "my-shop", "--region", "us-east-2.aws", "--public-key", key, "--tier", "full", "--store", "de", "--origin", "https://shop.example"];
    const { files, out } = await command(argv, silent);
    const text = files["wrangler.toml"]!;
    for (const line of ['audience = "https://b.shop.example"', 'project_key = "my-shop"', 'region = "us-east-2.aws"', `public_key = "${key}"`, 'tier = "full"', "stores.de]", 'origins = ["https://shop.example"]']) {
      expect(text).toContain(line);
    }
    expect(text).not.toMatch(/your[- ]/);
    expect(out).not.toContain("fill in");
  });

  test("a file that exists is left alone", async () => {
    const files = { "wrangler.toml": "mine" };
    const { exit, err } = await command(["init"], silent, { files });
    expect([exit, files["wrangler.toml"]]).toEqual([1, "mine"]);
    expect(err).toContain("error exists");
  });

  test("a value that would break the file is refused", async () => {
    const { exit, files } = await command(["init", "--store", 'de"]\nx = "1'], silent);
    expect([exit, files]).toEqual([2, {}]);
  });
});
