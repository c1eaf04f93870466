/** `subscription`: the Subscription in commercetools that tells the Worker about orders. */
import type { Call, Command, Option, World } from "../command.js";
import { record } from "../edge.js";
import { EXIT, Failure, usage, type Exit } from "../failure.js";
import { COMMERCE_OPTIONS, Commerce, scopeOf, type Refusal } from "../subscription/commerce.js";
import { actionsFor, differences, type Difference } from "../subscription/compare.js";
import { CONTENT_OPTIONS, DESTINATION_OPTIONS, afterwards, contentOf, draftOf, serviceOf, shown, SERVICES, type Draft } from "../subscription/draft.js";
import { printable, type Terminal } from "../terminal.js";

/** Another process may change the Subscription between our read and our write; more often than this is no accident. */
const ATTEMPTS = 4;
/** Wait before the second attempt, in milliseconds; doubled each time. */
const WAIT_MS = 500;
const JSON_OPTION: Option = { name: "json", help: "Prints the result as JSON." };
const SCOPE = "Needs an API client with the one scope manage_subscriptions:<project key>; the token is asked for that scope alone.";

export const subscriptionCreate: Command = {
  name: "subscription create",
  summary: "Creates the Subscription, or changes the one of this key in place, so that no event is missed.",
  details: `${SCOPE}\nRepeatable: a Subscription that is right already is left alone.`,
  options: [
    ...DESTINATION_OPTIONS,
    ...CONTENT_OPTIONS,
    ...COMMERCE_OPTIONS,
    { name: "renew-destination", help: "Sends the destination again although it looks the same: for a new access key, or after delivery was stopped." },
    { name: "dry-run", help: "Shows what would be sent, and sends nothing that changes anything." },
    JSON_OPTION,
  ],
  examples: [
    "subscription create --destination eventbridge --aws-account 123456789012 --aws-region eu-central-1 --dry-run",
    "subscription create --destination pubsub --gcp-project my-project --topic commercetools-orders",
    "subscription create --destination eventgrid --uri https://t.westeurope-1.eventgrid.azure.net/api/events --access-key-env TOPIC_KEY",
  ],
  run: create,
};

export const subscriptionCheck: Command = {
  name: "subscription check",
  summary: "Compares the Subscription with what it should be, and asks commercetools whether it reaches the destination.",
  details: `${SCOPE}\nWithout --destination the destination is not compared. Exit code 1 when anything differs or is not healthy.`,
  options: [...DESTINATION_OPTIONS, ...CONTENT_OPTIONS, ...COMMERCE_OPTIONS, JSON_OPTION],
  examples: ["subscription check --project-key my-shop --region europe-west1.gcp"],
  run: checkIt,
};

export const subscriptionDelete: Command = {
  name: "subscription delete",
  summary: "Deletes the Subscription. The delta sync still finds every change, some minutes later.",
  details: SCOPE,
  options: [
    ...CONTENT_OPTIONS.filter(({ name }) => name === "key"),
    ...COMMERCE_OPTIONS,
    { name: "yes", help: "Really." },
  ],
  examples: ["subscription delete --key tidio-bridge --yes"],
  run: remove,
};

async function create({ options, terminal, fetch, sleep }: Call): Promise<Exit> {
  const service = serviceOf(options);
  const draft = draftOf(options, service);
  const commerce = new Commerce(options, { fetch });
  const renew = options.has("renew-destination") ? "renew" : "keep";
  const plan = { draft, renew, dry: options.has("dry-run") } as const;
  const done = await settle(commerce, plan, sleep);
  if (options.has("json")) {
    terminal.out(JSON.stringify({ outcome: done.outcome, scope: scopeOf(commerce.projectKey), differences: done.found, draft: shown(draft) }, null, 2));
    return EXIT.ok;
  }
  terminal.note(`scope used: ${scopeOf(commerce.projectKey)}`);
  tell(done, plan, terminal);
  const source = record(done.subscription?.["destination"])["source"];
  if (source !== undefined) terminal.out(`partner event source: ${printable(source)}`);
  const isMoved = done.found.some(({ what }) => what === "destination");
  if (done.outcome === "created" || isMoved || plan.dry) {
    terminal.out("Left to do (docs/operations.md says more):");
    afterwards(service, draft).forEach((line) => terminal.out(`  ${line}`));
  }
  return EXIT.ok;
}

interface Plan {
  draft: Draft;
  renew: "renew" | "keep";
  dry: boolean;
}

interface Settled {
  outcome: "created" | "updated" | "unchanged" | "would be created" | "would be updated";
  found: Difference[];
  subscription: Record<string, unknown> | undefined;
}

/**
 * Read, decide, write, until it is as it should be. Each write is safe to repeat: a create by the key, an update by
 * the version; whatever became of one is seen by the next read.
 */
async function settle(commerce: Commerce, { draft, renew, dry }: Plan, sleep: World["sleep"]): Promise<Settled> {
  let wrote: "created" | "updated" | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0 && !(await sleep(WAIT_MS * 2 ** (attempt - 1)))) break;
    const current = await commerce.read(draft.key);
    if (current === "absent") {
      if (dry) return { outcome: "would be created", found: [], subscription: undefined };
      const answer = await commerce.create(draft);
      wrote = "created";
      if (typeof answer === "object") return { outcome: wrote, found: [], subscription: answer };
      continue;
    }
    if (typeof current === "string") continue;
    const found = differences(current, draft);
    if (found.some(({ what }) => what === "format")) throw formatIsFixed(draft.key);
    const actions = actionsFor(found, draft, wrote === "created" ? "keep" : renew);
    if (actions.length === 0) return { outcome: wrote ?? "unchanged", found, subscription: current };
    if (dry) return { outcome: "would be updated", found, subscription: current };
    const answer = await commerce.update(draft.key, Number(current["version"]), actions);
    if (typeof answer === "object") return { outcome: "updated", found, subscription: answer };
    if (answer === "unknown") wrote = "updated";
  }
  throw new Failure("commerce_unavailable", "commercetools did not answer clearly, several times in a row.", {
    hint: "Nothing is lost: run the same command again, or `subscription check`.",
  });
}

function formatIsFixed(key: string): Failure {
  return new Failure("format_fixed", `The format of the Subscription ${key} differs, and commercetools fixes it at creation.`, {
    hint: "Create one with another --key, check that its events arrive, then delete this one: so nothing is missed.",
  });
}

function tell({ outcome, found }: Settled, { draft, dry }: Plan, terminal: Terminal): void {
  terminal.out(`${terminal.paint("bold", draft.key)}: ${outcome}`);
  printDifferences(found, terminal);
  if (dry) terminal.out(JSON.stringify(shown(draft), null, 2));
}

function printDifferences(found: readonly Difference[], { out, paint }: Terminal): void {
  for (const { what, is, should } of found) {
    out(`  ${paint("yellow", what)}`);
    out(`    is      ${printable(is)}`);
    out(`    should  ${printable(should)}`);
  }
}

const HEALTH: Record<number, string> = {
  200: "commercetools reaches the destination",
  400: "the destination is stopped or misconfigured: correct the destination, then `subscription create --renew-destination`",
  503: "the destination cannot be reached at the moment; commercetools repeats",
};

async function checkIt({ options, terminal, fetch }: Call): Promise<Exit> {
  const service = options.choice("destination", SERVICES);
  const commerce = new Commerce(options, { fetch });
  const key = options.required("key");
  const current = answered(await commerce.read(key));
  if (current === undefined) throw new Failure("absent", `There is no Subscription ${key}.`, { hint: "`subscription create` makes it." });
  const format = record(current["format"])["type"] === "CloudEvents" ? "cloudevents" : "platform";
  const content = contentOf(options, service);
  // Which of the two formats is a matter of taste, unless one was asked for.
  const wanted = options.text("format") === undefined && service === undefined ? { ...content, format: { type: format === "cloudevents" ? "CloudEvents" : "Platform" } } : content;
  const found = differences(current, service === undefined ? wanted : draftOf(options, service));
  const health = await commerce.health(String(current["id"]));
  const status = printable(current["status"]);
  if (options.has("json")) terminal.out(JSON.stringify({ key, status, health, differences: found }, null, 2));
  else {
    const good = health === 200;
    terminal.out(`${terminal.paint("bold", key)}: ${terminal.paint(good ? "green" : "red", status || "unknown")}, ${HEALTH[health] ?? `health answered ${health}`}`);
    if (found.length === 0) terminal.out("  is what it should be");
    printDifferences(found, terminal);
  }
  return health === 200 && found.length === 0 ? EXIT.ok : EXIT.problem;
}

async function remove({ options, terminal, fetch, sleep }: Call): Promise<Exit> {
  const commerce = new Commerce(options, { fetch });
  const key = options.required("key");
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0 && !(await sleep(WAIT_MS * 2 ** (attempt - 1)))) break;
    const current = answered(await commerce.read(key));
    if (current === undefined) {
      terminal.out(`${key}: there is none`);
      return EXIT.ok;
    }
    if (!options.has("yes")) throw usage(`This would delete the Subscription ${key} of ${commerce.projectKey}. Say --yes to do it.`);
    const answer = await commerce.remove(key, Number(current["version"]));
    if (typeof answer === "object" || answer === "absent") {
      terminal.out(`${key}: deleted`);
      return EXIT.ok;
    }
  }
  throw new Failure("commerce_unavailable", "commercetools did not answer clearly, several times in a row.");
}

/** The Subscription, or nothing if there is none. */
function answered(answer: Record<string, unknown> | Refusal): Record<string, unknown> | undefined {
  if (typeof answer === "object") return answer;
  if (answer === "absent") return undefined;
  throw new Failure("commerce_unavailable", "commercetools is unavailable.");
}
