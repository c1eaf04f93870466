/**
 * The Worker's operations interface, as a client.
 *
 * In scope: address, token, time-out, correlation ids, errors by their code. Out of scope: what the answers mean.
 */
import type { Option, Options, World } from "./command.js";
import { Failure, usage } from "./failure.js";

/** How long the Worker may take for one answer, in milliseconds. */
const TIMEOUT_MS = 30_000;

/** Options of every command that talks to the Worker's operations interface. */
export const EDGE_OPTIONS: readonly Option[] = [
  { name: "edge", value: "URL", env: "TIDIO_BRIDGE_EDGE", help: "Address of the Worker, for example https://bridge.your-shop.example." },
  {
    name: "admin-token-env",
    value: "NAME",
    fallback: "ADMIN_TOKEN",
    help: "Variable of the environment that holds the Worker's ADMIN_TOKEN.",
  },
];

/** Parameters of a request; those without a value are left out. */
export type Parameters = Record<string, string | number | undefined>;

/** A plain answer, of any status. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** When it arrived, milliseconds since the Unix epoch, and how long it took. */
  readonly at: number;
  readonly tookMs: number;
}

/** A connection to the Worker. */
export class Edge {
  readonly url: string;
  readonly #token: string;
  readonly #world: Pick<World, "fetch" | "now">;

  constructor(url: string, token: string, world: Pick<World, "fetch" | "now">) {
    this.url = originOf(url);
    this.#token = token;
    this.#world = world;
  }

  /** The connection that a command's options describe. */
  static from(options: Options, world: Pick<World, "fetch" | "now">): Edge {
    return new Edge(options.required("edge"), options.secret("admin-token-env"), world);
  }

  /** `GET`, with the token; JSON. @throws Failure by the Worker's code */
  async get(path: string, parameters: Parameters = {}): Promise<unknown> {
    return json(await this.#ask("GET", path, parameters));
  }

  /** `GET`, with the token; plain text. @throws Failure by the Worker's code */
  async text(path: string, parameters: Parameters = {}): Promise<string> {
    return (await this.#ask("GET", path, parameters)).text;
  }

  /** `POST` without a body, with the token; JSON. @throws Failure by the Worker's code */
  async post(path: string, parameters: Parameters = {}): Promise<unknown> {
    return json(await this.#ask("POST", path, parameters));
  }

  /** A request without the token, as anybody can make it. @throws Failure `edge_unreachable` */
  async open(method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#send(method, `${this.url}${path}`, { "x-correlation-id": crypto.randomUUID(), ...headers });
  }

  async #ask(method: string, path: string, parameters: Parameters): Promise<Answer> {
    const correlationId = crypto.randomUUID();
    const url = new URL(path, `${this.url}/`);
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers = { authorization: `Bearer ${this.#token}`, "x-correlation-id": correlationId };
    const answer = await this.#send(method, url.href, headers);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw refused(answer, correlationId);
  }

  async #send(method: string, url: string, headers: Record<string, string>): Promise<Answer> {
    const before = this.#world.now();
    try {
      // A redirect would carry the token to another address.
      const answer = await this.#world.fetch(url, { method, headers, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
      const text = await answer.text();
      const at = this.#world.now();
      return { status: answer.status, headers: answer.headers, text, at, tookMs: at - before };
    } catch (error) {
      throw new Failure("edge_unreachable", `No answer from ${this.url} (${reason(error)}).`, {
        correlationId: headers["x-correlation-id"],
        hint: "Is the address right, and is the Worker deployed there?",
      });
    }
  }
}

/**
 * An https origin; http only on this machine, because the token goes with every request.
 *
 * @throws Failure `usage`
 */
export function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = url !== undefined && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url === undefined || !(url.protocol === "https:" || (url.protocol === "http:" && local)) || url.username || url.password) {
    throw usage("--edge takes the https address of the Worker (http only for localhost), without credentials.");
  }
  if (url.pathname !== "/" || url.search || url.hash) throw usage("--edge takes the address alone, without a path.");
  return url.origin;
}

/** The error's word, such as `ECONNREFUSED`; never its text, which may hold an address with credentials. */
export function reason(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "time-out";
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  return typeof cause?.code === "string" ? cause.code : error instanceof Error ? error.name : "unknown";
}

/** The JSON in a text, or nothing. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const HINTS: Record<string, string> = {
  caller_unauthorized: "The variable that --admin-token-env names does not hold this Worker's ADMIN_TOKEN.",
  route_unknown: "Either the Worker has no secret ADMIN_TOKEN, so that it has no operations interface, or it is older than this command.",
  not_found: "No Tidio project of tier `full` serves a project, store or Tidio project of that name in wrangler.toml.",
  config_invalid: "`doctor` and /readyz list what is wrong with the configuration.",
};

function json(answer: Answer): unknown {
  const body = parsed(answer.text);
  if (body !== undefined) return body;
  throw malformed(answer, answer.headers.get("x-correlation-id") ?? undefined);
}

function malformed({ status }: Answer, correlationId: string | undefined): Failure {
  return new Failure("edge_malformed", `${status} and no answer of this Worker.`, {
    correlationId,
    hint: "Is this the Worker's address, without anything in front that changes answers?",
  });
}

function refused(answer: Answer, correlationId: string): Failure {
  const { code, title } = record(parsed(answer.text));
  const id = answer.headers.get("x-correlation-id") ?? correlationId;
  if (typeof code !== "string" || !/^[a-z_]{1,60}$/.test(code)) return malformed(answer, id);
  return new Failure(code, typeof title === "string" ? title : `The Worker answered ${answer.status}.`, {
    correlationId: id,
    hint: HINTS[code],
  });
}

/** An object's members; none of anything else. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** An answer by Tidio project, as every operation gives it: name and what its writer said. */
export function perProject(answer: unknown): [string, Record<string, unknown>][] {
  return Object.entries(record(answer)).map(([name, said]) => [name, record(said)]);
}

/** The objects of a list; nothing else in it. */
export function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "object" && one !== null).map(record) : [];
}
