/**
 * Every module of the benchmarks loads, with everything that it imports by name, and measures nothing by that.
 *
 * A benchmark runs rarely and for minutes; without this a slip in it is found by whoever needs its figures.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { isMain, runIfMain } from "./lib/main.mjs";
import { bundleTwin } from "./twin/bundle.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
/** wrangler alone takes a second or two. */
const TIME_LIMIT_MS = 120_000;

const files = (await readdir(HERE, { recursive: true }))
  .filter((name) => name.endsWith(".mjs") && !name.endsWith(".test.mjs") && !name.includes("node_modules"))
  .sort();

/** What a fresh process prints that imports these files; it has to end by itself. */
async function imported(paths) {
  const code = paths.map((path) => `await import(${JSON.stringify(pathToFileURL(path).href)});`).join("\n");
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--no-warnings", "--input-type=module", "--eval", code], { timeout: TIME_LIMIT_MS });
  return stdout + stderr;
}

test("every module is found", () => {
  for (const name of ["edge.mjs", "page.mjs", "reliability.mjs", "sync.mjs", "lib/report.mjs", "page/report.mjs"]) assert.ok(files.includes(name), name);
});

test("importing them all says nothing, starts nothing and keeps nothing running", async () => {
  assert.equal(await imported(files.map((name) => join(HERE, name))), "");
});

test("a slip would be noticed: of syntax, of a name, and a run on import", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bench-modules-"));
  const lib = pathToFileURL(join(HERE, "lib/report.mjs")).href;
  try {
    for (const [name, text] of [["syntax", "const a = ;"], ["name", `import { nothing } from "${lib}";`]]) {
      const path = join(folder, `${name}.mjs`);
      await writeFile(path, text);
      await assert.rejects(imported([path]), /SyntaxError/, name);
    }
    const path = join(folder, "runs.mjs");
    await writeFile(path, `console.log("measured");`);
    assert.equal(await imported([path]), "measured\n");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a program knows that it was started, and a module that it was not", () => {
  const own = fileURLToPath(import.meta.url);
  assert.equal(isMain(import.meta.url, own), true);
  assert.equal(isMain(import.meta.url, join(HERE, "edge.mjs")), false);
});

test("what a program has started is stopped, the last first, also when it fails; a module that was not started does nothing", async () => {
  const own = fileURLToPath(import.meta.url);
  const done = [];
  const stops = ["first", "last"].map((name) => async () => void done.push(name));
  const fails = async () => {
    done.push("main");
    throw new Error("measured nothing");
  };
  await runIfMain(import.meta.url, fails, stops, join(HERE, "edge.mjs"));
  assert.deepEqual(done, []);
  await assert.rejects(runIfMain(import.meta.url, fails, stops, own), /measured nothing/);
  assert.deepEqual(done, ["main", "last", "first"]);
});

test("the twin is bundled", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bench-twin-"));
  try {
    const { files: parts, bytes } = await bundleTwin(join(folder, "twin.mjs"));
    assert.ok(parts > 10 && bytes > 10_000, `${parts} files, ${bytes} bytes`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
