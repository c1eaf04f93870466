/**
 * `POST /v1/identify` as one would write it in TypeScript: Hono, jose and the official commercetools SDK.
 *
 * In scope: the same proof, the same reads in parallel, the same reply for a verified customer, the same two
 * rate limits and one log line a request. Out of scope:
 * everything else the edge does; this exists to be measured beside it.
 */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import { errors as joseErrors, jwtVerify } from "jose";
import { recordsOf } from "./commerce";
import { secretName, type Env, type Locale, type Store } from "./config";
import { cartSummary, fieldsOf, letsOrdersOut } from "./fields";

interface IdentifyRequest {
  contract: number;
  store: string;
  locale: string;
  token: string;
  consent: { chat: string; share: string; source: string };
}

const MAX_BODY_BYTES = 16 * 1024;
const MAX_LIFETIME_SECONDS = 900;
const SKEW_SECONDS = 30;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const keys = new Map<string, Promise<CryptoKey>>();

const app = new Hono<{ Bindings: Env; Variables: { correlationId: string } }>();

app.use(async (c, next) => {
  const given = c.req.header("x-correlation-id");
  const started = Date.now();
  c.set("correlationId", given && UUID.test(given) ? given : crypto.randomUUID());
  await next();
  const facts = { correlation_id: c.get("correlationId"), duration_ms: Date.now() - started, status: c.res.status };
  console.log(JSON.stringify({ level: "info", message: "Request answered.", ...facts }));
  c.header("x-correlation-id", c.get("correlationId"));
  c.header("cache-control", "no-store");
});

/** The edge's headers, and no more: each costs time on both sides. */
app.use(
  secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    strictTransportSecurity: "max-age=31536000",
    referrerPolicy: "no-referrer",
    xContentTypeOptions: true,
    crossOriginResourcePolicy: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xFrameOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    removePoweredBy: false,
  }),
);

app.use(
  "/v1/*",
  cors({
    origin: (origin, c) => (Object.values((c.env as Env).BRIDGE.stores).some(({ origins }) => origins.includes(origin)) ? origin : null),
    allowMethods: ["GET", "POST"],
    exposeHeaders: ["x-correlation-id", "retry-after"],
  }),
);

app.use("/v1/*", async (c, next) => {
  const outcome = await c.env.RATE_PER_VISITOR?.limit({ key: c.req.header("cf-connecting-ip") ?? "" });
  if (outcome?.success === false) return c.json({ code: "rate_limited", status: 429 }, 429);
  return next();
});

app.post("/v1/identify", bodyLimit({ maxSize: MAX_BODY_BYTES }), async (c) => {
  const request: unknown = await c.req.json().catch(() => null);
  if (!isRequest(request)) return c.json({ code: "body_malformed", status: 400 }, 400);
  const { BRIDGE } = c.env;
  const store = BRIDGE.stores[request.store];
  const locale = store?.locales.find(({ tag }) => tag === request.locale);
  if (!store || !locale) return c.json({ code: "store_unknown", status: 404 }, 404);
  if (!store.origins.includes(c.req.header("origin") ?? "")) return c.json({ code: "origin_forbidden", status: 403 }, 403);
  const outcome = await c.env.RATE_PER_STORE?.limit({ key: request.store });
  if (outcome?.success === false) return c.json({ code: "rate_limited", status: 429 }, 429);
  const customerId = await verified(c.env, request, store);
  if (!customerId) return c.json({ code: "token_malformed", status: 401 }, 401);
  return c.json(await reply(c.env, request, store, locale, customerId, c.get("correlationId")));
});

app.onError((error, c) => {
  const isToken = error instanceof joseErrors.JOSEError;
  return c.json({ code: isToken ? "token_signature" : "commerce_unavailable", status: isToken ? 401 : 503 }, isToken ? 401 : 503);
});

function isRequest(value: unknown): value is IdentifyRequest {
  const { contract, store, locale, token, consent } = (value ?? {}) as IdentifyRequest;
  return contract === 1 && [store, locale, token, consent?.chat, consent?.share].every((text) => typeof text === "string");
}

async function verified(env: Env, { token, store: storeKey }: IdentifyRequest, store: Store): Promise<string | undefined> {
  const { BRIDGE } = env;
  const project = BRIDGE.commercetools[store.commercetools];
  const { payload } = await jwtVerify(
    token,
    ({ kid }) => {
      const key = BRIDGE.identity.keys.find((one) => one.kid === kid && one.algorithm === "HS256");
      if (!key?.secret) throw new joseErrors.JOSEError("unknown key");
      return hmacKey(env[key.secret] ?? "", "verify");
    },
    { algorithms: ["HS256"], audience: BRIDGE.identity.audience, typ: "JWT", clockTolerance: SKEW_SECONDS, maxTokenAge: MAX_LIFETIME_SECONDS },
  );
  const isForHere = payload["prj"] === project?.project_key && (payload["store"] === undefined || payload["store"] === storeKey);
  const [kind, id] = (payload.sub ?? "").split(":");
  return payload["v"] === 1 && isForHere && kind === "customer" ? id : undefined;
}

function hmacKey(secret: string, usage: "sign" | "verify"): Promise<CryptoKey> {
  const name = `${usage}/${secret}`;
  let key = keys.get(name);
  if (!key) {
    key = crypto.subtle.importKey("raw", new TextEncoder().encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [usage]);
    keys.set(name, key);
  }
  return key;
}

async function distinctId(env: Env, store: Store, projectKey: string, customerId: string): Promise<string> {
  const key = await hmacKey(env[secretName("TIDIO", store.tidio, "DISTINCT_ID_KEY")] ?? "", "sign");
  const text = `${env.BRIDGE.tidio[store.tidio]?.public_key}|${projectKey}|customer|${customerId}`;
  const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text))).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

async function reply(env: Env, request: IdentifyRequest, store: Store, locale: Locale, customerId: string, correlationId: string) {
  const project = env.BRIDGE.commercetools[store.commercetools];
  if (!project) throw new Error("no project");
  const [{ customer, cart, orders, total }, distinct] = await Promise.all([
    recordsOf(env, store.commercetools, request.store, customerId, correlationId, letsOrdersOut(store)),
    distinctId(env, store, project.project_key, customerId),
  ]);
  const facts = { locale: locale.tag, store: request.store, currency: locale.currency, country: locale.country, identity: "verified" };
  const rule = store.routes?.find(({ when }) => Object.entries(when).every(([name, wanted]) => matches(facts[name as keyof typeof facts], wanted)));
  const who = {
    ct_identity: "verified",
    ct_store: request.store,
    ct_locale: locale.tag,
    ct_consent: "chat and sharing",
    ct_country: locale.country,
    ct_currency: locale.currency,
    ct_correlation_id: correlationId,
    ct_route: rule?.route ?? "",
    ct_customer_number: customer.customerNumber ?? "",
  };
  const context = { store, storeKey: request.store, locale, projectKey: project.project_key, region: project.region };
  return {
    contract: 1,
    identity: "verified",
    person: { distinctId: distinct, email: customer.email, name: [customer.firstName, customer.lastName].filter(Boolean).join(" ") },
    language: locale.language,
    currency: { code: locale.currency, exchangeRate: locale.exchange_rate ?? 1 },
    properties: fieldsOf(context, who, cart, orders, total),
    tags: rule?.tags ?? [],
    cart: cartSummary(cart),
    correlationId,
  };
}

const matches = (fact: string, wanted: string): boolean => fact === wanted || fact.split("-")[0] === wanted;

export default app;
