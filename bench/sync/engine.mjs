/** The engine without workerd, in an optimised build: `edge-core/src/engine/tests/speed.rs`. */
import { execFileSync } from "node:child_process";
import { ROOT } from "../../tests/lib/paths.mjs";

const ARGUMENTS = ["test", "--quiet", "--profile", "sim", "--package", "edge-core", "--lib", "engine::tests::speed", "--", "--ignored", "--nocapture"];

export async function engine() {
  const text = execFileSync("cargo", ARGUMENTS, { cwd: ROOT, encoding: "utf8" });
  const one = JSON.parse(/ENGINE (\{.*\})/.exec(text)[1]);
  const rate = ([figure]) => `${Math.round(figure / 100) * 100} a second`;
  return [
    [`the engine alone, native: ${one.facts} facts stored`, [one.intakePerSecond], rate],
    ["the same read, coalesced and batched", [one.workPerSecond], rate],
  ];
}
