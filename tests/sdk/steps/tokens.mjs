/** Token flows and what a token may do. */
import assert from "node:assert/strict";
import { CLIENTS, codeOf, connect } from "../client.mjs";

const SETTINGS = Object.fromEntries(
  ["name", "languages", "currencies", "countries", "carts", "shoppingLists", "messages", "shippingRateInputType", "externalOAuth", "searchIndexing", "trialUntil", "createdAt", "taxRoundingMode", "businessUnits", "priceRoundingMode"].map((member) => [member, "project settings are the seed's"]),
);
const ANY_CLIENT = "labd's mock accepts every client id and secret";
const NO_SCOPES = "labd's mock does not check scopes";

export const tokenSteps = [
  {
    name: "client credentials open the project",
    call: (s) => s.shop.api.get(),
    status: 200,
    check: (body, s) => {
      assert.equal(body.key, s.vendor.projectKey);
      assert.ok(s.shop.token().expirationTime > Date.now(), "the token says when it expires");
    },
    labd: { differs: SETTINGS },
  },
  {
    name: "a wrong secret is refused",
    call: (s) => connect(s.vendor, { flow: "client", credentials: { clientId: CLIENTS.shop.clientId, clientSecret: "wrong" } }).api.get(),
    status: 401,
    check: (body) => assert.equal(codeOf(body), "invalid_client"),
    labd: ANY_CLIENT,
  },
  {
    name: "a scope that the client does not have is refused",
    call: (s) => connect(s.vendor, { flow: "client", credentials: CLIENTS.narrow, scopes: [`manage_project:${s.vendor.projectKey}`] }).api.get(),
    status: 400,
    check: (body) => assert.equal(codeOf(body), "invalid_scope"),
    labd: ANY_CLIENT,
  },
  {
    name: "a made-up token is refused",
    call: (s) => connect(s.vendor, { flow: "existing", authorization: "Bearer made-up" }).api.orders().get(),
    status: 401,
    check: (body) => assert.equal(codeOf(body), "invalid_token"),
    labd: { differs: { error: "RFC 6749 members are left out by labd's mock", error_description: "RFC 6749 members are left out by labd's mock" } },
  },
  {
    name: "a token without the scope is refused",
    call: (s) => connect(s.vendor, { flow: "client", credentials: CLIENTS.narrow }).api.orders().get(),
    status: 403,
    check: (body) => assert.equal(codeOf(body), "insufficient_scope"),
    labd: NO_SCOPES,
  },
  {
    name: "a narrow token still opens what it may",
    call: (s) => connect(s.vendor, { flow: "client", credentials: CLIENTS.narrow }).api.productProjections().get({ queryArgs: { limit: 1 } }),
    status: 200,
    check: (body) => assert.equal(body.count, 1),
    labd: true,
  },
  {
    name: "an explicit narrow scope narrows the shop's client",
    call: (s) => connect(s.vendor, { flow: "client", scopes: [`view_products:${s.vendor.projectKey}`] }).api.customers().get(),
    status: 403,
    check: (body) => assert.equal(codeOf(body), "insufficient_scope"),
    labd: NO_SCOPES,
  },
  {
    name: "an anonymous session gets a refresh token",
    call: (s) => (s.anonymous = connect(s.vendor, { flow: "anonymous" })).api.productProjections().get({ queryArgs: { limit: 1 } }),
    status: 200,
    check: (_, s) => assert.ok(s.anonymous.token().refreshToken, "no refresh token"),
    labd: true,
  },
  {
    name: "the refresh token opens the session again",
    call: (s) => {
      s.refreshed = connect(s.vendor, { flow: "refresh", refreshToken: s.anonymous.token().refreshToken });
      return s.refreshed.api.productProjections().get({ queryArgs: { limit: 1 } });
    },
    status: 200,
    check: (_, s) => assert.notEqual(s.refreshed.token().token, s.anonymous.token().token),
    labd: true,
  },
  {
    name: "a made-up refresh token is refused",
    call: (s) => connect(s.vendor, { flow: "refresh", refreshToken: "made-up" }).api.get(),
    status: 400,
    check: (body) => assert.equal(codeOf(body), "invalid_grant"),
    labd: { differs: { "errors[]": "RFC 6749 members and wording" } },
  },
  {
    name: "the correlation id comes back",
    call: (s) => connect(s.vendor, { flow: "client", correlationId: "7d7f2f4e-98a6-4f4a-8a2c-0d1a6a3f0c11" }).api.stores().get(),
    status: 200,
    checkHeaders: (headers) => assert.equal(headers["x-correlation-id"], "7d7f2f4e-98a6-4f4a-8a2c-0d1a6a3f0c11"),
    labd: "labd's mock does not echo correlation ids",
  },
];
