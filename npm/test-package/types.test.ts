/** The types of the installed tarball, compiled as shops compile them. */
import { join } from "node:path";
import typescript from "typescript";
import typescript5 from "typescript-5";
import { beforeAll, describe, expect, it } from "vitest";
import { type Consumers, install } from "./packed.js";

let consumers: Consumers;
beforeAll(async () => {
  consumers = await install("types");
});

const DOM = ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"];

/** The problems of some files, and of the package's declarations behind them, as text; a good consumer has none. */
function problems(compiler: typeof typescript, files: string[], options: typescript.CompilerOptions): string[] {
  const roots = files.map((file) => join(consumers.folder("types"), file));
  const settings = { target: compiler.ScriptTarget.ES2022, lib: DOM, types: [], jsx: compiler.JsxEmit.ReactJSX, strict: true, noEmit: true };
  const program = compiler.createProgram(roots, { ...settings, ...options });
  // What others declare (React, the browser) is theirs to check, and takes long.
  const ours = program.getSourceFiles().filter(({ fileName }) => roots.includes(fileName) || fileName.includes("node_modules/commercetools-tidio/"));
  expect(ours.length, "the declarations were found").toBeGreaterThan(roots.length);
  return [...program.getOptionsDiagnostics(), ...ours.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])].map(
    ({ file, messageText }) => `${file?.fileName ?? ""}: ${compiler.flattenDiagnosticMessageText(messageText, "\n")}`,
  );
}

describe.each([
  ["newest", typescript],
  ["TypeScript 5", typescript5 as unknown as typeof typescript],
] as const)("%s", (_, compiler) => {
  const { ModuleKind, ModuleResolutionKind } = compiler;
  const ways: [string, typescript.CompilerOptions][] = [
    ["node16", { module: ModuleKind.Node16, moduleResolution: ModuleResolutionKind.Node16 }],
    ["nodenext", { module: ModuleKind.NodeNext, moduleResolution: ModuleResolutionKind.NodeNext }],
    ["bundler", { module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.Bundler }],
  ];
  it.each(ways)("%s: every entry is found, and refuses what is wrong", (_, options) => {
    expect(problems(compiler, ["shop.ts", "react.tsx"], { ...options, exactOptionalPropertyTypes: true })).toEqual([]);
    expect(problems(compiler, ["backend.ts"], { ...options, lib: ["lib.es2022.d.ts"], types: ["node"] })).toEqual([]);
  });

  it("nodenext: CommonJS may require it", () => {
    expect(problems(compiler, ["common.cts"], ways[1]?.[1] ?? {})).toEqual([]);
  });
});
