/**
 * The official commercetools SDK, set up once per process.
 *
 * In scope: credentials, retries, time limit, correlation ids, and the choice between project-wide and in-store
 * paths. Out of scope: what is asked (the other files of this folder). Server only: the token of the API client
 * never leaves this process.
 */
import "server-only";
import { randomUUID } from "node:crypto";
import { createApiBuilderFromCtpClient, type ByProjectKeyRequestBuilder } from "@commercetools/platform-sdk";
import { ClientBuilder } from "@commercetools/ts-client";
import { config, type CommerceConfig } from "../config";
import type { Market } from "../markets";

/** A page must not wait longer than this for one call, in milliseconds. */
const CALL_TIMEOUT_MS = 8_000;

let root: ByProjectKeyRequestBuilder | undefined;

/** The project, without a store. */
export function project(): ByProjectKeyRequestBuilder {
  root ??= build(config().commerce);
  return root;
}

/**
 * The project seen from a market's store: its carts, orders, customers and sign-in.
 * Without stores in the project (`CTP_USE_STORES=false`) the same calls go project-wide.
 */
export function inStore(market: Market): Pick<ByProjectKeyRequestBuilder, "carts" | "orders" | "login"> {
  if (!config().commerce.useStores) return project();
  const store = project().inStoreKeyWithStoreKeyValue({ storeKey: market.store });
  // Both builders offer the members named in the return type with the same arguments and answers; only the names of
  // the generated classes differ.
  return store as unknown as Pick<ByProjectKeyRequestBuilder, "carts" | "orders" | "login">;
}

function build({ projectKey, apiUrl, authUrl, clientId, clientSecret, scopes }: CommerceConfig): ByProjectKeyRequestBuilder {
  const client = new ClientBuilder()
    .withClientCredentialsFlow({
      host: authUrl,
      projectKey,
      credentials: { clientId, clientSecret },
      ...(scopes.length > 0 ? { scopes } : {}),
      httpClient: uncachedFetch,
    })
    .withHttpMiddleware({
      host: apiUrl,
      httpClient: uncachedFetch,
      timeout: CALL_TIMEOUT_MS,
      getAbortController: () => new AbortController(),
      enableRetry: true,
      retryConfig: { maxRetries: 2, retryDelay: 150, backoff: true, retryCodes: [502, 503, 504] },
    })
    .withCorrelationIdMiddleware({ generate: randomUUID })
    .withUserAgentMiddleware({ name: "kessel-shop", version: "0.1.0" })
    .build();
  return createApiBuilderFromCtpClient(client).withProjectKey({ projectKey });
}

/** Prices and carts are per visitor: nothing of this may land in the framework's data cache. */
function uncachedFetch(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, { ...init, cache: "no-store" });
}
