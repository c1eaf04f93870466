// Runs before `npm pack` and `npm publish`: nothing incomplete leaves this folder. Every file that package.json
// promises must be there, and the licences, which stand once in the root of the repository, are laid beside it.
import { copyFile } from "node:fs/promises";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { exports, bin = {} } = JSON.parse(readFileSync(at("package.json"), "utf8"));

const promised = [...Object.values(exports).flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry))), ...Object.values(bin)];
// What the entries load when it is wanted, and the built Worker; a partial build lacks them.
const late = ["dist/engine.js", "dist/twin.js", "dist/wasm/bridge_wasm_bg.wasm", "dist/worker/index.js", "dist/worker/index_bg.wasm"];
const missing = [...new Set([...promised, ...late])].filter((path) => !existsSync(at(path)));
if (missing.length > 0) {
  console.error(`The package is not built: ${missing.join(", ")} missing. Run \`cargo xtask build package\` first.`);
  process.exit(1);
}
for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) await copyFile(at(`../${licence}`), at(licence));
