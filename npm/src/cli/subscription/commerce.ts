/**
 * The few calls to commercetools that setting up a Subscription takes.
 *
 * In scope: token with one scope, Subscriptions by key, errors by their code. Out of scope: what a Subscription should
 * be. The official SDK would be 40 times the size of this file for four calls.
 */
import type { Option, Options, World } from "../command.js";
import { list, parsed, reason, record } from "../edge.js";
import { Failure, usage } from "../failure.js";

const TIMEOUT_MS = 30_000;
/** The hosts that commercetools documents; a project lives in one region. */
const REGIONS = ["us-central1.gcp", "us-east-2.aws", "europe-west1.gcp", "eu-central-1.aws", "australia-southeast1.gcp"];

/** The variables have the names that commercetools' own tools and Terraform use. */
export const COMMERCE_OPTIONS: readonly Option[] = [
  { name: "project-key", value: "KEY", env: "CTP_PROJECT_KEY", help: "commercetools project key." },
  { name: "region", value: "REGION", env: "CTP_REGION", help: `Its region: ${REGIONS.join(", ")}.` },
  { name: "client-id-env", value: "NAME", fallback: "CTP_CLIENT_ID", help: "Variable of the environment that holds the id of an API client." },
  { name: "client-secret-env", value: "NAME", fallback: "CTP_CLIENT_SECRET", help: "Variable of the environment that holds its secret." },
  { name: "api-url", value: "URL", env: "CTP_API_URL", help: "Another address of the API, instead of the region's." },
  { name: "auth-url", value: "URL", env: "CTP_AUTH_URL", help: "Another address of the token service." },
];

/** The scope that setting up needs. The API client of the Worker must not have it. */
export const scopeOf = (projectKey: string) => `manage_subscriptions:${projectKey}`;

/** An answer that is no success but decides something: there is none, another was faster, the outcome is unknown. */
export type Refusal = "absent" | "conflict" | "unknown";

export class Commerce {
  readonly projectKey: string;
  readonly #api: string;
  readonly #auth: string;
  readonly #credentials: string;
  readonly #world: Pick<World, "fetch">;
  #token: Promise<string> | undefined;

  /** @throws Failure `usage`, `secret_missing` */
  constructor(options: Options, world: Pick<World, "fetch">) {
    this.projectKey = options.required("project-key");
    if (!/^[a-z0-9_-]{2,36}$/.test(this.projectKey)) throw usage("--project-key takes 2 to 36 lower-case letters, digits, '_' or '-'.");
    const region = options.text("region");
    const [api, auth] = [options.text("api-url"), options.text("auth-url")];
    if (region === undefined && (api === undefined || auth === undefined)) throw usage("--region REGION is needed, or --api-url and --auth-url.");
    if (region !== undefined && !REGIONS.includes(region)) throw usage(`--region takes one of: ${REGIONS.join(", ")}.`);
    this.#api = base(api ?? `https://api.${region}.commercetools.com`, "api-url");
    this.#auth = base(auth ?? `https://auth.${region}.commercetools.com`, "auth-url");
    const [id, secret] = [options.secret("client-id-env"), options.secret("client-secret-env")];
    this.#credentials = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64");
    this.#world = world;
  }

  /** The Subscription of this key. */
  read(key: string): Promise<Record<string, unknown> | Refusal> {
    return this.#call("GET", `/subscriptions/key=${encodeURIComponent(key)}`);
  }

  /** Creates one. `conflict`: there is one of this key by now. `unknown`: it may have happened; read. */
  create(draft: unknown): Promise<Record<string, unknown> | Refusal> {
    return this.#call("POST", "/subscriptions", draft);
  }

  /** Updates one, guarded by its version, so repeating is safe. `conflict`: somebody else changed it. */
  update(key: string, version: number, actions: unknown): Promise<Record<string, unknown> | Refusal> {
    return this.#call("POST", `/subscriptions/key=${encodeURIComponent(key)}`, { version, actions });
  }

  /** Deletes one, guarded by its version. */
  remove(key: string, version: number): Promise<Record<string, unknown> | Refusal> {
    return this.#call("DELETE", `/subscriptions/key=${encodeURIComponent(key)}?version=${version}`);
  }

  /** Does commercetools reach the destination? 200 yes, 503 not at the moment, 400 no. Needs no token. */
  async health(id: string): Promise<number> {
    const answer = await this.#send("GET", `${this.#api}/${this.projectKey}/subscriptions/${encodeURIComponent(id)}/health`, {}, undefined);
    return answer === "unknown" ? 0 : answer.status;
  }

  async #call(method: string, path: string, body?: unknown): Promise<Record<string, unknown> | Refusal> {
    this.#token ??= this.#mint();
    const headers = {
      authorization: `Bearer ${await this.#token}`,
      "x-correlation-id": crypto.randomUUID(),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const answer = await this.#send(method, `${this.#api}/${this.projectKey}${path}`, headers, body === undefined ? undefined : JSON.stringify(body));
    if (answer === "unknown") return "unknown";
    const content = record(parsed(answer.text));
    if (answer.status < 300) return content;
    const codes = list(content["errors"]).map((error) => error["code"]);
    if (answer.status === 404) return "absent";
    if (answer.status === 409 || codes.includes("DuplicateField")) return "conflict";
    if (answer.status >= 500) return "unknown";
    throw this.#refused(answer, content, codes, headers["x-correlation-id"]);
  }

  async #mint(): Promise<string> {
    const correlationId = crypto.randomUUID();
    const headers = { authorization: `Basic ${this.#credentials}`, "content-type": "application/x-www-form-urlencoded", "x-correlation-id": correlationId };
    const body = new URLSearchParams({ grant_type: "client_credentials", scope: scopeOf(this.projectKey) }).toString();
    const answer = await this.#send("POST", `${this.#auth}/oauth/token`, headers, body);
    if (answer === "unknown") throw new Failure("commerce_unavailable", "commercetools' token service did not answer.", { correlationId });
    const content = record(parsed(answer.text));
    const token = content["access_token"];
    if (answer.status === 200 && typeof token === "string") return token;
    if (content["error"] === "invalid_scope") throw missingScope(this.projectKey, correlationId);
    throw new Failure("commerce_rejected", `commercetools refused the API client (${answer.status}).`, {
      correlationId,
      hint: "Are id, secret and region those of the same project?",
    });
  }

  #refused(answer: { status: number }, content: Record<string, unknown>, codes: unknown[], correlationId: string): Failure {
    if (answer.status === 403) return missingScope(this.projectKey, correlationId);
    const message = typeof content["message"] === "string" ? content["message"] : "";
    const code = codes.find((one) => typeof one === "string") ?? answer.status;
    return new Failure("commerce_refused", `commercetools answered ${code}: ${message}`, { correlationId });
  }

  async #send(method: string, url: string, headers: Record<string, string>, body: string | undefined): Promise<{ status: number; text: string } | "unknown"> {
    try {
      const answer = await this.#world.fetch(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { status: answer.status, text: await answer.text() };
    } catch (error) {
      if (["ENOTFOUND", "ECONNREFUSED"].includes(reason(error))) {
        throw new Failure("commerce_unavailable", `No answer from ${new URL(url).origin} (${reason(error)}).`);
      }
      return "unknown";
    }
  }
}

function missingScope(projectKey: string, correlationId: string): Failure {
  return new Failure("commerce_scope", `The API client lacks the scope ${scopeOf(projectKey)}.`, {
    correlationId,
    hint: "Make one for this alone and delete it afterwards; the Worker's own API client must not have this scope.",
  });
}

function base(text: string, option: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = url !== undefined && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url === undefined || !(url.protocol === "https:" || (local && url.protocol === "http:"))) throw usage(`--${option} takes an https address (http only for localhost).`);
  return text.replace(/\/+$/, "");
}
