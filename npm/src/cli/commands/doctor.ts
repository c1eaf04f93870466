/** `doctor`: everything that must be right, one line each, with the fix. */
import { check, checksOf, health, preflight, readiness, type Check } from "../checks.js";
import type { Call, Command } from "../command.js";
import { EDGE_OPTIONS, Edge } from "../edge.js";
import { EXIT, Failure, usage, type Exit } from "../failure.js";
import { printable, type Terminal } from "../terminal.js";

export const doctor: Command = {
  name: "doctor",
  summary: "Checks the Worker, its vendors, the Tidio panel, secrets and origins; says how to fix what is wrong.",
  details: [
    "Asks the Worker for its own checks (GET /admin/doctor), and looks from outside: is it alive and ready, does its",
    "clock agree with this machine's, may pages of the shop's origins call it. Changes nothing.",
    "Exit code 1 when anything is not ok.",
  ].join("\n"),
  options: [
    ...EDGE_OPTIONS,
    { name: "origin", value: "ORIGIN", repeated: true, help: "Also ask whether pages of this origin may call, for example https://www.your-shop.example." },
    { name: "problems", help: "Shows only what is not ok." },
    { name: "json", help: "Prints the checks as JSON." },
  ],
  examples: [
    "doctor --edge https://bridge.your-shop.example",
    "doctor --edge https://bridge.your-shop.example --origin https://www.your-shop.example --problems",
  ],
  run,
};

async function run({ options, terminal, fetch, now }: Call): Promise<Exit> {
  const edge = Edge.from(options, { fetch, now });
  const origins = options.list("origin");
  const bad = origins.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
  if (bad !== undefined) throw usage("--origin takes an origin as browsers send it: https://host or http://localhost:port, without a path.");
  const checks = await look(edge, origins);
  if (options.has("json")) terminal.out(JSON.stringify({ edge: edge.url, checks }, null, 2));
  else print(edge.url, options.has("problems") ? checks.filter(isProblem) : checks, checks, terminal);
  return checks.some(isProblem) ? EXIT.problem : EXIT.ok;
}

/** All checks; the Worker that does not answer at all is an error, one that refuses the token is a check. */
async function look(edge: Edge, origins: string[]): Promise<Check[]> {
  const outside = await health(edge);
  const [ready, inside, ...pages] = await Promise.all([
    readiness(edge),
    insideOf(edge),
    ...origins.map((origin) => preflight(edge, origin)),
  ]);
  // The Worker's own list says more about the same things.
  const known = new Set(inside.map(({ area }) => area));
  return [...outside, ...ready.filter(({ area }) => !known.has(area)), ...inside, ...pages];
}

async function insideOf(edge: Edge): Promise<Check[]> {
  try {
    return checksOf(await edge.get("/admin/doctor"));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [check("edge", "operations", "unreachable", `${error.code}: ${error.message}`, error.hint ?? "")];
  }
}

function isProblem({ status }: Check): boolean {
  return status !== "ok";
}

function print(url: string, shown: Check[], all: Check[], { out, paint }: Terminal): void {
  out(paint("bold", url));
  const width = Math.max(...shown.map(({ status }) => printable(status).length), 2);
  for (const area of new Set(shown.map(({ area }) => area))) {
    out(`  ${printable(area)}`);
    for (const one of shown.filter((each) => each.area === area)) {
      const status = printable(one.status).padEnd(width);
      const detail = one.detail === "" ? "" : `  ${paint("grey", printable(one.detail))}`;
      out(`    ${paint(one.status === "ok" ? "green" : "red", status)}  ${printable(one.subject)}${detail}`);
      if (isProblem(one) && one.fix !== "") out(`    ${" ".repeat(width)}  ${paint("yellow", "→")} ${printable(one.fix)}`);
    }
  }
  const problems = all.filter(isProblem).length;
  const verdict = problems === 0 ? paint("green", "nothing is wrong") : paint("red", problems === 1 ? "1 problem" : `${problems} problems`);
  out(`${all.length} checks, ${verdict}.`);
}
