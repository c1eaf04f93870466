// What `init` writes into a shop's folder, made from the repository's own files, so that there is no second copy.

/** Where the Worker lies in a shop's folder after `npm install`. */
const MAIN = "node_modules/commercetools-tidio/dist/worker/index.js";

/** The repository's `wrangler.toml` without the demo, and with the Worker of the package instead of a build. */
export function wranglerTemplate(text) {
  const [shared, ...sections] = text.split(/^# -{20,}\n# (?=\w+: )/m);
  const production = sections.find((section) => section.startsWith("production: "));
  if (production === undefined) throw new Error("wrangler.toml has no section `production`");
  const head = shared
    .replace(/^main = .*$/m, `main = "${MAIN}"`)
    .replace(/^\[build\]\n(?:.+\n)+\n/m, "");
  if (!head.includes(MAIN) || head.includes("[build]")) throw new Error("wrangler.toml has another form than expected");
  return `${head.trimEnd()}\n\n# ${production.replace(/^# -{20,}\n/m, "")}`;
}
