/**
 * What must change for a Subscription to be as it should: the differences and the update actions that remove them.
 * Updates happen in place, so that no event falls between a delete and a create.
 *
 * In scope: comparing and deciding, pure. Out of scope: reading and sending.
 */
import { list, record } from "../edge.js";
import { SECRET_MEMBERS, type Destination, type Draft } from "./draft.js";

/** One difference, in words. */
export interface Difference {
  what: "destination" | "messages" | "changes" | "format";
  is: string;
  should: string;
}

export interface Action {
  action: string;
  [member: string]: unknown;
}

/**
 * Compares a Subscription as commercetools gives it with what it should be. A missing destination is not compared.
 * Secrets come back masked, so they cannot be compared.
 */
export function differences(current: unknown, wanted: Omit<Draft, "destination"> & { destination?: Destination }): Difference[] {
  const found: Difference[] = [];
  const { destination, messages, changes, format } = record(current);
  const compare = (what: Difference["what"], is: string, should: string) => {
    if (is !== should) found.push({ what, is, should });
  };
  if (wanted.destination) {
    const [is, should] = [record(destination), wanted.destination];
    // One of another service is shown by its own members; of the same service, what was not asked for does not count.
    const members = is["type"] === should.type ? Object.keys(should) : Object.keys(is).filter((name) => name !== "source");
    compare("destination", destinationText(is, members), destinationText(should, Object.keys(should)));
  }
  compare("messages", messagesText(messages), messagesText(wanted.messages));
  compare("changes", changesText(changes), changesText(wanted.changes));
  const formatText = (value: unknown) => String(record(value)["type"] ?? "Platform");
  compare("format", formatText(format), formatText(wanted.format));
  return found;
}

/**
 * The actions that remove the differences. A format has none: commercetools fixes it at creation.
 * `renewDestination`: send the destination again although it looks the same, for a new secret or to start again a
 * delivery that was stopped.
 */
export function actionsFor(found: readonly Difference[], wanted: Draft, renewDestination: "renew" | "keep"): Action[] {
  const differs = (what: Difference["what"]) => found.some((one) => one.what === what);
  const actions: Action[] = [];
  if (differs("destination") || renewDestination === "renew") {
    actions.push({ action: "changeDestination", destination: wanted.destination });
  }
  // One request applies all of them. Messages first: that list is never empty, and both must not be.
  if (differs("messages")) actions.push({ action: "setMessages", messages: wanted.messages });
  if (differs("changes")) actions.push({ action: "setChanges", changes: wanted.changes });
  return actions;
}

function destinationText(destination: Record<string, unknown>, members: readonly string[]): string {
  return members
    // An older Subscription to SNS may not say how it authenticates; IAM then shows in the absence of keys.
    .filter((name) => !SECRET_MEMBERS.includes(name) && !(name === "authenticationMode" && destination[name] === undefined && destination["accessKey"] === undefined))
    .filter((name) => name !== "authenticationMode" || destination[name] !== "IAM")
    .sort()
    .map((name) => `${name}=${String(destination[name] ?? "-")}`)
    .join(" ");
}

function messagesText(messages: unknown): string {
  const text = list(messages).map((one) => {
    const types = Array.isArray(one["types"]) ? one["types"].map(String).sort() : [];
    return `${String(one["resourceTypeId"])}: ${types.length === 0 ? "all" : types.join(", ")}`;
  });
  return text.sort().join("; ") || "none";
}

function changesText(changes: unknown): string {
  return list(changes).map((one) => String(one["resourceTypeId"])).sort().join(", ") || "none";
}
