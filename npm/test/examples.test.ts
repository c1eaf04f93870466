/**
 * Every TypeScript example of the documentation compiles against the package's sources, and every export has one.
 *
 * Examples are parts of a shop, so what the shop has is declared in `examples.d.ts`. Out of scope: running them.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import typescript from "typescript";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PAGES = ["npm/README.md", "README.md", "docs/nextjs.md", "docs/csp.md", "docs/triggers.md"];
const SHOP = `${ROOT}npm/test/examples.d.ts`;
const ENTRIES: Record<string, string> = { ".": "index.ts", "./react": "react.tsx", "./next": "next.tsx", "./server": "server.ts", "./csp": "csp.ts" };

interface Example {
  file: string;
  code: string;
  line: number;
}

function examplesOf(page: string): Example[] {
  const text = readFileSync(`${ROOT}${page}`, "utf8");
  return [...text.matchAll(/^```(tsx?)\n([^]*?)^```$/gm)].map(({ 1: kind = "", 2: code = "", index }) => {
    const line = text.slice(0, index).split("\n").length;
    // A module, whether it imports something or not; directives must stay first.
    return { file: `${ROOT}npm/test/${page.replaceAll("/", "-")}-${line}.${kind}`, code: `${code}\nexport {};\n`, line };
  });
}

const examples = PAGES.flatMap((page) => examplesOf(page).map((example) => ({ ...example, page })));

/** What the compiler says about each example, by file. */
function problems(examples: Pick<Example, "file" | "code">[]): Map<string, string[]> {
  const { ModuleKind, ModuleResolutionKind, ScriptTarget, JsxEmit } = typescript;
  const options: typescript.CompilerOptions = {
    target: ScriptTarget.ES2022,
    module: ModuleKind.ESNext,
    moduleResolution: ModuleResolutionKind.Bundler,
    jsx: JsxEmit.ReactJSX,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
    paths: Object.fromEntries(Object.entries(ENTRIES).map(([entry, file]) => [`commercetools-tidio${entry.slice(1)}`, [`${ROOT}npm/src/${file}`]])),
  };
  const host = typescript.createCompilerHost(options);
  const known = new Map(examples.map(({ file, code }) => [file, code]));
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => known.has(file) || fileExists.call(host, file);
  host.readFile = (file) => known.get(file) ?? readFile.call(host, file);
  host.getSourceFile = (file, version, ...rest) =>
    known.has(file) ? typescript.createSourceFile(file, known.get(file) ?? "", version) : getSourceFile.call(host, file, version, ...rest);
  const program = typescript.createProgram([SHOP, ...known.keys()], options, host);
  return new Map(
    [...known.keys()].map((file) => {
      const source = program.getSourceFile(file);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [file, found.map(({ messageText, start = 0 }) => `${known.get(file)?.slice(start, start + 40)}: ${typescript.flattenDiagnosticMessageText(messageText, "\n")}`)];
    }),
  );
}

describe("examples", () => {
  const found = problems(examples);
  it.each(examples)("$page line $line compiles", ({ file }) => expect(found.get(file)).toEqual([]));

  it("would be refused if they were wrong", () => {
    const file = `${ROOT}npm/test/wrong.ts`;
    const code = `import { createBridge } from "commercetools-tidio";\ncreateBridge({ edge: 5 });\n`;
    expect(problems([{ file, code }]).get(file)).toHaveLength(1);
  });

  it("are found", () => expect(examples.length).toBeGreaterThan(8));
});

describe("every export", () => {
  const text = readFileSync(`${ROOT}npm/README.md`, "utf8");
  it.each(Object.entries(ENTRIES))("of %s is in the README of the package", async (_, file) => {
    const source = readFileSync(`${ROOT}npm/src/${file}`, "utf8");
    const declared = [...source.matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)].map(([, name]) => name);
    const passedOn = [...source.matchAll(/^export \{ ([^}]+) \} from/gm)].flatMap(([, names = ""]) => names.split(", "));
    for (const name of [...declared, ...passedOn]) expect(text, name).toContain(name);
  });
});

it("every code that the bridge gives is in the README of the package, and in the list of its module", () => {
  const text = readFileSync(`${ROOT}npm/README.md`, "utf8");
  const [constants = "", all = ""] = readFileSync(`${ROOT}bridge-wasm/src/status.rs`, "utf8").split("pub const ALL");
  const codes = [...constants.matchAll(/pub const ([A-Z_]+): &str = "(\w+)"/g)];
  expect(codes.length).toBeGreaterThan(10);
  for (const [, name, code] of codes) {
    expect(text, code).toContain(`\`${code}\``);
    expect(all, name).toContain(`${name},`);
  }
  const failures = [...readFileSync(`${ROOT}bridge-wasm/src/retry.rs`, "utf8").matchAll(/"(edge_\w+)"/g)].map(([, code]) => code);
  expect(failures.length).toBeGreaterThan(3);
  for (const code of failures) expect(text, code).toContain(`\`${code}\``);
});
