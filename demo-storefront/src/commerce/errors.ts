/**
 * Failures of the commerce backend, sorted by what the shop does next.
 *
 * In scope: one table from status and code to a kind. Out of scope: texts for visitors (they are in `i18n`).
 */

/**
 * - `unavailable`: down, slow, or answering nonsense: try again later.
 * - `misconfigured`: our credentials or scopes are wrong.
 * - `not_found`: does not exist, or not for this visitor.
 * - `conflict`: somebody changed it in between: read again and repeat.
 * - `credentials`: wrong e-mail or password.
 * - `refused`: the request itself is not acceptable.
 */
export type CommerceProblem = "unavailable" | "misconfigured" | "not_found" | "conflict" | "credentials" | "refused";

/** A failed call. `code` is commercetools' own, for the log and for finer decisions. */
export class CommerceError extends Error {
  constructor(
    readonly problem: CommerceProblem,
    readonly code: string | undefined,
    readonly correlationId: string | undefined,
    cause: unknown,
  ) {
    super(`commerce backend: ${problem}${code ? ` (${code})` : ""}`, { cause });
    this.name = "CommerceError";
  }
}

/** Runs one SDK call and returns its body; every failure becomes a {@link CommerceError}. */
export async function call<Body>(request: { execute(): Promise<{ body: Body }> }): Promise<Body> {
  let body: Body;
  try {
    ({ body } = await request.execute());
  } catch (error) {
    throw toCommerceError(error);
  }
  // Something in front of the API may answer 200 with a page of its own.
  if (typeof body !== "object" || body === null) throw new CommerceError("unavailable", "unreadable_answer", undefined, body);
  return body;
}

/** Like {@link call}, with `null` for something that does not exist. */
export async function callOptional<Body>(request: { execute(): Promise<{ body: Body }> }): Promise<Body | null> {
  try {
    return await call(request);
  } catch (error) {
    if (error instanceof CommerceError && error.problem === "not_found") return null;
    throw error;
  }
}

/** Sorts whatever the SDK threw. */
export function toCommerceError(error: unknown): CommerceError {
  const { statusCode, status, body, error: detail, headers } = (error ?? {}) as Record<string, unknown>;
  const code = codeOf(body) ?? codeOf(detail);
  const number = Number(statusCode ?? status ?? 0);
  return new CommerceError(problemOf(number, code), code, correlationIdOf(headers), error);
}

function problemOf(status: number, code: string | undefined): CommerceProblem {
  if (code === "InvalidCredentials") return "credentials";
  switch (status) {
    case 400:
      return "refused";
    case 401:
    case 403:
      return "misconfigured";
    case 404:
      return "not_found";
    case 409:
      return "conflict";
    default:
      return "unavailable";
  }
}

function codeOf(body: unknown): string | undefined {
  const errors = (body as { errors?: unknown } | null | undefined)?.errors;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const code = (first as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

function correlationIdOf(headers: unknown): string | undefined {
  const id = (headers as Record<string, unknown> | undefined)?.["x-correlation-id"];
  return typeof id === "string" ? id : undefined;
}
