/** The installed tarball on a server. */
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { type Consumers, finish, install } from "./packed.js";

let consumers: Consumers;
beforeAll(async () => {
  consumers = await install("node");
});

describe("Node", () => {
  it.each([
    ["ES module", "all.mjs"],
    ["CommonJS", "all.cjs"],
  ])("%s: every entry, nothing on import, no output", async (_, file) => {
    const output = await finish(process.execPath, [file], consumers.folder("node"));
    // The last line says which copy was found; there is no other line, so no warning either.
    expect(output.trim().split("\n")).toHaveLength(1);
    expect(output).toContain(consumers.installed);
  });
});

describe("a bundler", () => {
  const entries = ["commercetools-tidio", "commercetools-tidio/react", "commercetools-tidio/next", "commercetools-tidio/server", "commercetools-tidio/csp"];
  const bundle = async (code: string): Promise<string> => {
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: consumers.folder("node"), loader: "js" },
      bundle: true,
      minify: true,
      format: "esm",
      external: ["react"],
      write: false,
      logLevel: "silent",
    });
    return outputFiles.map(({ text }) => text).join("").trim();
  };

  it.each(entries)("leaves nothing of %s where nothing of it is used", async (entry) => {
    expect(await bundle(`import "${entry}"`)).toBe("");
    expect(await bundle(`import * as all from "${entry}"; console.log(1)`)).toBe("console.log(1);");
  });

  it("keeps the script-tag entry, whose import is its use", async () => {
    expect(await bundle(`import "commercetools-tidio/auto"`)).toContain("commercetoolsTidio");
  });
});
