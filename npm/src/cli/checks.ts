/**
 * What `doctor` finds out from outside: that the Worker lives, is ready, keeps the time, and lets the shop's pages in.
 *
 * In scope: one check each, as data. Out of scope: what only the Worker can know (`/admin/doctor`), and printing.
 */
import { list, parsed, record, type Answer, type Edge } from "./edge.js";

/** One thing that was looked at, in the form of `/admin/doctor`. */
export interface Check {
  area: string;
  subject: string;
  /** `ok`, `missing`, `mistyped`, `unknown`, `unreachable`. */
  status: string;
  detail: string;
  /** What to do; empty where nothing is. */
  fix: string;
}

/** Identity tokens carry the shop's time and the Worker allows 30 seconds; half of it is worth a word. */
const SKEW_MS = 15_000;

/** `GET /healthz`, and the Worker's clock by it. */
export async function health(edge: Edge): Promise<Check[]> {
  const answer = await edge.open("GET", "/healthz");
  const alive = record(parsed(answer.text))["alive"] === true;
  const fix = "Is this the address of the Worker? `npx wrangler deploy --env production` deploys it.";
  const first = alive
    ? ok("edge", "healthz", `answered in ${answer.tookMs} ms`)
    : check("edge", "healthz", "unknown", `answered ${answer.status}, and not as this Worker does`, fix);
  const clock = clockCheck(answer);
  return clock ? [first, clock] : [first];
}

/** Compares this machine's clock with the Worker's `Date`. Local servers may send none. */
function clockCheck({ headers, at, tookMs }: Answer): Check | undefined {
  const theirs = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(theirs)) return undefined;
  // `Date` is cut to the second; half of one is the best guess.
  const skew = Math.round(at - tookMs / 2 - (theirs + 500));
  const seconds = Math.round(Math.abs(skew) / 1000);
  if (Math.abs(skew) <= SKEW_MS + tookMs) return ok("edge", "clock", `within ${Math.max(1, seconds)} s of this machine's`);
  const fix = "Set this machine's clock (NTP). A shop's server that is 30 s off mints identity tokens that are refused.";
  return check("edge", "clock", "unknown", `this machine is ${seconds} s ${skew > 0 ? "ahead" : "behind"}`, fix);
}

/** `GET /readyz`: each check that the Worker makes in public. */
export async function readiness(edge: Edge): Promise<Check[]> {
  const answer = await edge.open("GET", "/readyz");
  const { ready, problems, checks } = record(parsed(answer.text));
  if (typeof ready !== "boolean") {
    return [check("edge", "readyz", "unknown", `answered ${answer.status}, and not as this Worker does`, "Deploy the current version.")];
  }
  const of = (text: unknown) => (typeof text === "string" ? text : "");
  return [
    ready ? ok("edge", "readyz", "ready") : check("edge", "readyz", "unreachable", "not ready", "See the problems below."),
    ...list(problems).map((problem) => check("configuration", of(problem["path"]), of(problem["code"]) || "mistyped", of(problem["message"]), "Correct it in wrangler.toml, or set the secret.")),
    ...list(checks)
      .filter((one) => one["ok"] !== true)
      .map((one) => check("vendors", of(one["name"]), "unreachable", of(one["code"]), "Are its credentials right, and is the vendor up?")),
  ];
}

/** A page of this origin asks whether it may call: the browser's own question before the call. */
export async function preflight(edge: Edge, origin: string): Promise<Check> {
  const answer = await edge.open("OPTIONS", "/v1/identify", {
    origin,
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type,x-correlation-id",
  });
  const allowed = answer.headers.get("access-control-allow-origin");
  const words = (name: string) => (answer.headers.get(name) ?? "").toLowerCase().split(/\s*,\s*/);
  if (allowed !== origin) {
    const fix = "Add it to the `origins` of its store in wrangler.toml: scheme, host and port, exactly as the browser's address bar has them.";
    return check("origins", origin, "missing", "pages of this origin are refused", fix);
  }
  if (!words("access-control-allow-methods").includes("post") || !words("access-control-allow-headers").includes("content-type")) {
    const fix = "Something in front of the Worker changes its headers.";
    return check("origins", origin, "mistyped", "the origin is allowed, its calls are not", fix);
  }
  return ok("origins", origin, "its pages may call");
}

/** The checks in an answer of `/admin/doctor`; what has not their form is one of status `unknown`. */
export function checksOf(answer: unknown): Check[] {
  const found = list(record(answer)["checks"]);
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return found.map((one) => check(text(one["area"]), text(one["subject"]), text(one["status"]) || "unknown", text(one["detail"]), text(one["fix"])));
}

function ok(area: string, subject: string, detail: string): Check {
  return check(area, subject, "ok", detail, "");
}

/** A check. */
export function check(area: string, subject: string, status: string, detail: string, fix: string): Check {
  return { area, subject, status, detail, fix };
}
