/**
 * Clients of commercetools: always the official SDK, never one of ours, so that the emulator is judged by
 * somebody who did not read its source.
 */
import { createApiBuilderFromCtpClient } from "@commercetools/platform-sdk";
import { ClientBuilder } from "@commercetools/ts-client";

/** No call of a local server takes longer than this. */
const CALL_TIMEOUT_MS = 10_000;

/** Credentials of the seed `demo`. */
export const CLIENTS = {
  shop: { clientId: "demo-shop-backend", clientSecret: "demo-shop-backend-secret" },
  edge: { clientId: "demo-edge", clientSecret: "demo-edge-secret" },
  narrow: { clientId: "demo-narrow", clientSecret: "demo-narrow-secret" },
};

/**
 * One vendor to talk to.
 *
 * @typedef {{name: string, authUrl: string, apiUrl: string, projectKey: string}} Vendor
 */

/**
 * A request builder of the official SDK for one token flow, and the token it got.
 *
 * @param {Vendor} vendor
 * @param {{flow: "client" | "anonymous" | "password" | "refresh" | "existing", credentials?: object,
 *   scopes?: string[], user?: object, refreshToken?: string, authorization?: string, anonymousId?: string,
 *   correlationId?: string}} options
 */
export function connect(vendor, options) {
  const cache = tokenCache();
  const auth = {
    host: vendor.authUrl,
    projectKey: vendor.projectKey,
    credentials: { ...(options.credentials ?? CLIENTS.shop), ...(options.anonymousId && { anonymousId: options.anonymousId }) },
    scopes: options.scopes,
    tokenCache: cache,
    httpClient: fetch,
  };
  const builder = new ClientBuilder().withHttpMiddleware({
    host: vendor.apiUrl,
    httpClient: fetch,
    timeout: CALL_TIMEOUT_MS,
    includeResponseHeaders: true,
  });
  flows[options.flow](builder, auth, options);
  if (options.correlationId) builder.withCorrelationIdMiddleware({ generate: () => options.correlationId });
  const api = createApiBuilderFromCtpClient(builder.build()).withProjectKey({ projectKey: vendor.projectKey });
  return { api, token: () => cache.latest };
}

const flows = {
  client: (builder, auth) => builder.withClientCredentialsFlow(auth),
  anonymous: (builder, auth) => builder.withAnonymousSessionFlow(auth),
  password: (builder, auth, { user }) =>
    builder.withPasswordFlow({ ...auth, credentials: { ...auth.credentials, user } }),
  refresh: (builder, auth, { refreshToken }) => builder.withRefreshTokenFlow({ ...auth, refreshToken }),
  existing: (builder, auth, { authorization }) => builder.withExistingTokenFlow(authorization, { force: true }),
};

function tokenCache() {
  return {
    latest: undefined,
    async get() {
      return this.latest;
    },
    async set(token) {
      this.latest = token;
    },
  };
}

/**
 * Executes a request; refusals are answers, not exceptions.
 *
 * @param {{execute(): Promise<object>}} request
 * @returns {Promise<{status: number, body: any, headers: Record<string, string>}>}
 */
export async function answerOf(request) {
  try {
    const { statusCode, body, headers } = await request.execute();
    return { status: statusCode, body, headers: headers ?? {} };
  } catch (error) {
    const status = error.statusCode ?? error.status;
    if (typeof status !== "number" || status === 0) throw error;
    const body = error.body ?? error.error ?? null;
    // The SDK's token flows hand out the bare list of errors, its other calls the whole answer.
    return { status, body: Array.isArray(body) ? { errors: body } : body, headers: error.headers ?? {} };
  }
}

/** The stable code of a refusal, from either form that the vendor uses. */
export function codeOf(body) {
  return body?.errors?.[0]?.code ?? body?.errors?.[0]?.error ?? body?.error;
}
