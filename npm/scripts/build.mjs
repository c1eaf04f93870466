// Bundles the package into dist/. The wasm module and its JavaScript twin are inputs, made beforehand by
// `cargo xtask build bridge`; `--without-module` builds everything else, for type checks of a shop.
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { wranglerTemplate } from "./templates.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
const glue = join(dist, "wasm", "bridge_wasm_bg.js");
const twin = join(dist, "js", "bridge_wasm.js");

const common = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "browser",
  target: ["es2022"],
  minify: true,
  legalComments: "none",
  outdir: "dist",
  logLevel: "warning",
};

// Chunks carry a hash in their name; those of an earlier build must not be packed.
for (const file of existsSync(dist) ? await readdir(dist) : []) {
  if (file.endsWith(".js")) await rm(join(dist, file));
}

/** Entries that shops import. The module is a file of its own, found at run time beside the entry. */
await build({
  ...common,
  entryPoints: ["src/index.ts", "src/react.tsx", "src/server.ts", "src/csp.ts", "src/auto.ts"],
  splitting: true,
  chunkNames: "boot-[hash]",
  external: ["react", "./engine.js"],
});

// React decides by the first statement whether a file is client code, so that statement is written by hand.
await writeFile(
  join(dist, "next.js"),
  `"use client";\nexport { TidioBridge, useTidioBridge, useTidioStatus } from "./react.js";\n`,
);

/** The command line: Node only, with nothing left out, and readable, because people look into what they run. */
await build({ ...common, entryPoints: { cli: "src/cli/main.ts" }, platform: "node", target: ["node20.19"], minify: false });
await chmod(join(dist, "cli.js"), 0o755);
await mkdir(join(dist, "templates"), { recursive: true });
await writeFile(join(dist, "templates/wrangler.toml"), wranglerTemplate(await readFile(join(root, "../wrangler.toml"), "utf8")));
await copyFile(join(root, "../.dev.vars.example"), join(dist, "templates/secrets.example"));

// One file per consent manager, so that a shopper downloads the shop's own only.
const adapters = (await readdir(join(root, "src/consent"))).filter((file) => !/^(adapter|function|table)/.test(file));
await build({ ...common, entryPoints: adapters.map((file) => `src/consent/${file}`), outdir: "dist/consent" });

/** Late files find each other at run time. */
const apart = {
  name: "apart",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\// }, ({ kind, path }) => (kind === "dynamic-import" ? { path, external: true } : undefined));
  },
};

// One file per thing that only some shops use, loaded when its moment comes.
const lateFiles = ["ask", "cart", "page", "product", "session", "triggers"];
await build({ ...common, entryPoints: lateFiles.map((file) => `src/late/${file}.ts`), outdir: "dist/late", plugins: [apart] });

if (process.argv.includes("--without-module")) process.exit(0);
for (const input of [glue, twin]) {
  if (!existsSync(input)) {
    console.error(`${input} is missing: run \`cargo xtask build bridge\` first.`);
    process.exit(1);
  }
}

/** Files that the engine loads when it needs them, and that are built on their own. */
const late = {
  name: "late",
  setup({ onResolve }) {
    onResolve({ filter: /^#twin$/ }, () => ({ path: "./twin.js", external: true }));
    onResolve({ filter: /^\.\/late\// }, ({ kind, path }) => (kind === "dynamic-import" ? { path, external: true } : undefined));
    onResolve({ filter: /^\.\// }, ({ kind, path, importer }) =>
      kind === "dynamic-import" && importer.endsWith("table.ts")
        ? { path: `./consent/${path.slice(2)}`, external: true }
        : undefined,
    );
  },
};
await build({ ...common, entryPoints: ["src/engine.ts"], alias: { "#glue": glue }, plugins: [late] });
await build({ ...common, entryPoints: { twin } });

/**
 * esbuild's helper for `import * as` goes through inherited names as well. Where an old library has put a value on
 * `Object.prototype`, that throws; own names are what it means.
 */
for (const name of ["engine.js", "twin.js"]) {
  const code = await readFile(join(dist, name), "utf8");
  const own = code.replace(/for\(var (\w+) in (\w+)\)(\w+\(\w+,\1,\{)(get:\2\[\1\],enumerable:!0\}\))/, "for(var $1 of Object.keys($2))$3__proto__:null,$4");
  if (own === code) throw new Error(`${name}: the helper of esbuild is not as it was`);
  await writeFile(join(dist, name), own);
}
