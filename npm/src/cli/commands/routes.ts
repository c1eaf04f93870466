/** `routes explain`: which routing rule decides for a visitor, and why not the ones before it. */
import type { Call, Command } from "../command.js";
import { EDGE_OPTIONS, Edge, list, record } from "../edge.js";
import { EXIT, type Exit } from "../failure.js";
import { printable, table, type Terminal } from "../terminal.js";

const IDENTITIES = ["guest", "claimed", "verified"] as const;

export const routesExplain: Command = {
  name: "routes explain",
  summary: "Shows which routing rule decides for a visitor, and why not the ones before it.",
  details: [
    "A dry run on the deployed configuration: nobody is routed. Currency and country are those of the locale.",
    "Exit code 1 when no rule fits, so that the visitor would get no route.",
  ].join("\n"),
  options: [
    ...EDGE_OPTIONS,
    { name: "store", value: "KEY", help: "Store key of the page." },
    { name: "locale", value: "TAG", help: "Locale of the page, for example de-DE." },
    { name: "identity", value: IDENTITIES.join("|"), fallback: "guest", help: "What is known of the visitor." },
    { name: "json", help: "Prints the answer as JSON." },
  ],
  examples: [
    "routes explain --store de --locale de-DE --edge https://bridge.your-shop.example",
    "routes explain --store de --locale de-DE --identity verified --json",
  ],
  run,
};

async function run({ options, terminal, fetch, now }: Call): Promise<Exit> {
  const [store, locale] = [options.required("store"), options.required("locale")];
  const identity = options.choice("identity", IDENTITIES);
  const answer = record(await Edge.from(options, { fetch, now }).get("/admin/routes/explain", { store, locale, identity }));
  if (options.has("json")) terminal.out(JSON.stringify(answer, null, 2));
  else print(answer, terminal);
  return typeof answer["route"] === "string" ? EXIT.ok : EXIT.problem;
}

function print(answer: Record<string, unknown>, { out, paint }: Terminal): void {
  const { store, locale, identity, route, department, tags } = answer;
  const said = (value: unknown) => printable(value) || "none";
  out(paint("bold", `${printable(store)} ${printable(locale)} ${printable(identity)}`));
  const names = Array.isArray(tags) ? tags.map(printable).join(", ") : "";
  table([["  route", said(route)], ["  department", said(department)], ["  tags", said(names)]]).forEach((line) => out(line));
  const rules = list(answer["rules"]);
  out(rules.length === 0 ? "The store has no rules." : "Rules, in their order, up to the one that decides:");
  rules.forEach((rule, at) => {
    const reasons = list(rule["mismatches"]);
    const decides = reasons.length === 0;
    const why = reasons.map((one) => `${printable(one["condition"])} is ${said(one["has"])}, not ${printable(one["wants"])}`).join("; ");
    out(`  ${at + 1}. ${paint(decides ? "green" : "grey", printable(rule["route"]))}  ${decides ? "fits" : why}`);
  });
}
