/** commercetools through the official SDK. One client per project and isolate; the SDK keeps its token. */
import { createApiBuilderFromCtpClient, type Cart, type Customer, type Order } from "@commercetools/platform-sdk";
import { ClientBuilder } from "@commercetools/ts-client";
import { secretName, type Env } from "./config";

type Api = ReturnType<ReturnType<typeof createApiBuilderFromCtpClient>["withProjectKey"]>;

const TIMEOUT_MS = 3000;
const HISTORY = 10;
const clients = new Map<string, Api>();

function clientOf(env: Env, name: string): Api {
  const known = clients.get(name);
  if (known) return known;
  const project = env.BRIDGE.commercetools[name];
  if (!project) throw new Error(`commercetools.${name} is not configured`);
  const auth = project.auth_url ?? `https://auth.${project.region}.commercetools.com`;
  const host = project.api_url ?? `https://api.${project.region}.commercetools.com`;
  const client = new ClientBuilder()
    .withClientCredentialsFlow({
      host: auth,
      projectKey: project.project_key,
      credentials: {
        clientId: env[secretName("CT", name, "CLIENT_ID")] ?? "",
        clientSecret: env[secretName("CT", name, "CLIENT_SECRET")] ?? "",
      },
      httpClient: fetch,
    })
    .withHttpMiddleware({ host, httpClient: fetch, timeout: TIMEOUT_MS })
    .build();
  const api = createApiBuilderFromCtpClient(client).withProjectKey({ projectKey: project.project_key });
  clients.set(name, api);
  return api;
}

export interface Records {
  customer: Customer;
  cart: Cart | undefined;
  orders: Order[];
  total: number;
}

/** Customer, cart and newest orders of a proven customer in a store, read at the same time; orders only where they are wanted. */
export async function recordsOf(env: Env, project: string, store: string, customerId: string, correlationId: string, wantsOrders: boolean): Promise<Records> {
  const api = clientOf(env, project);
  const headers = { "X-Correlation-ID": correlationId };
  const inStore = api.inStoreKeyWithStoreKeyValue({ storeKey: store });
  const [customer, cart, orders] = await Promise.all([
    api.customers().withId({ ID: customerId }).get({ headers }).execute(),
    inStore
      .carts()
      .withCustomerId({ customerId })
      .get({ headers })
      .execute()
      .catch((error: { statusCode?: number }) => {
        if (error.statusCode === 404) return undefined;
        throw error;
      }),
    wantsOrders
      ? inStore
          .orders()
          .get({ headers, queryArgs: { where: "customerId = :customer", "var.customer": customerId, sort: "createdAt desc", limit: HISTORY } })
          .execute()
      : undefined,
  ]);
  const isCurrent = cart && ["Active", "Frozen"].includes(cart.body.cartState);
  const isOwn = cart?.body.customerId === customerId && cart.body.store?.key === store;
  const own = (orders?.body.results ?? []).filter((order) => order.customerId === customerId && order.store?.key === store);
  return {
    customer: customer.body,
    cart: isCurrent && isOwn ? cart.body : undefined,
    orders: own,
    total: own.length === 0 ? 0 : Math.max(orders?.body.total ?? 0, own.length),
  };
}
