/** The twin as one file for workerd. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * @param {string} outfile
 * @returns {Promise<{files: number, bytes: number}>} what went in and what came out
 */
export async function bundleTwin(outfile) {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL("index.ts", import.meta.url))],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["browser", "module", "main"],
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*"],
    loader: { ".tsv": "text" },
    outfile,
    metafile: true,
    logLevel: "silent",
  });
  return { files: Object.keys(metafile.inputs).length, bytes: Object.values(metafile.outputs)[0].bytes };
}
