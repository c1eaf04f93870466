/** The tarball itself: what the linters of packages say, and what is in it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, describe, expect, it } from "vitest";
import { type Consumers, install } from "./packed.js";

let consumers: Consumers;
let manifest: Record<string, any>;
beforeAll(async () => {
  consumers = await install("lint");
  manifest = JSON.parse(await readFile(join(consumers.installed, "package.json"), "utf8"));
});

/** More than this is something that nobody wanted to ship. */
const MAX_FILES = 80;

describe("linters", () => {
  it("publint has nothing to say", async () => {
    const { messages } = await publint({ pkgDir: consumers.installed, strict: true, pack: false });
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  it("arethetypeswrong has nothing to say about ES modules", async () => {
    const tarball = createPackageFromTarballData(new Uint8Array(await readFile(consumers.tarball)));
    // A module of WebAssembly has no types; what an import of it gives is the bundler's affair.
    const result = await checkPackage(tarball, { excludeEntrypoints: ["./bridge.wasm"] });
    if (result.types === false) throw new Error("the package has no types");
    expect(result.problems.filter(isOurs)).toEqual([]);
    expect(Object.keys(result.entrypoints)).toContain("./csp");
  });
});

/**
 * The package is ES modules only, by choice: every supported Node can `require` them. So the two ways of resolving
 * that know neither `exports` nor that are left out, which is arethetypeswrong's own profile `esm-only`.
 */
function isOurs(problem: Problem): boolean {
  const kind = "resolutionKind" in problem ? problem.resolutionKind : undefined;
  return kind !== "node10" && kind !== "node16-cjs";
}

describe("contents", () => {
  it("can be published: a name, a version, a licence with its text, a repository, no private mark", () => {
    expect(manifest).toMatchObject({ name: "commercetools-tidio", license: "MIT OR Apache-2.0", type: "module" });
    expect(manifest["version"]).toMatch(/^\d+\.\d+\.\d+$/);
    expect(manifest["private"]).toBeUndefined();
    expect(manifest["dependencies"] ?? {}).toEqual({});
    expect(manifest["repository"]).toMatchObject({ type: "git", directory: "npm" });
    const names = consumers.packed.files.map(({ path }) => path);
    for (const name of ["LICENSE-MIT", "LICENSE-APACHE", "README.md", "package.json"]) expect(names).toContain(name);
  });

  it("is found by what does not read `exports`, such as Parcel", () => {
    expect(manifest["main"]).toBe(manifest["exports"]["."].default);
    expect(manifest["types"]).toBe(manifest["exports"]["."].types);
  });

  it("holds what is built and documented, the browser's module and the Worker's once each, and no source or test", () => {
    const names = consumers.packed.files.map(({ path }) => path);
    expect(names.filter((name) => /\.wasm$/.test(name))).toEqual(["dist/wasm/bridge_wasm_bg.wasm", "dist/worker/index_bg.wasm"]);
    expect(names.filter((name) => !/^(dist\/|LICENSE-|README\.md$|package\.json$)/.test(name))).toEqual([]);
    expect(names.filter((name) => /\.(tsx?|map|test\..*)$/.test(name) && !name.endsWith(".d.ts"))).toEqual([]);
    expect(names.length).toBeLessThan(MAX_FILES);
  });

  it("names nothing of the machine that built it", async () => {
    for (const { path } of consumers.packed.files) {
      const text = await readFile(join(consumers.installed, path), "latin1");
      expect(/\/(home|root|Users|tmp|build)\/[\w.-]+\//.exec(text)?.[0], path).toBeUndefined();
    }
  });
});
