/** What the parts of the benchmark share: a Worker on workerd's own socket, and the shop's resources. */
import { startStack } from "../../tests/worker/harness.mjs";
import { onOrder } from "../../tests/worker/reliability.mjs";

/** As in `.dev.vars.demo`. */
export const SECRET = "demo-events-secret-0123456789";

/** Nothing of Miniflare in between, no rate limiter; every store creates a contact with the first order. */
export function bareStack() {
  return startStack({ change: onOrder, serve: { direct: true, without: ["ratelimits"] } });
}

/** A header that commercetools accepts. */
export async function authorization(stack) {
  const answer = await fetch(`${stack.commercetools.url}/oauth/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", authorization: `Basic ${btoa("demo-shop-backend:demo-shop-backend-secret")}` },
    body: "grant_type=client_credentials",
  });
  return `Bearer ${(await answer.json()).access_token}`;
}

/** All resources of a kind, page by page. */
export async function all(stack, kind) {
  const headers = { authorization: await authorization(stack) };
  const found = [];
  for (let last = ""; ; last = found.at(-1).id) {
    const where = last ? `&where=${encodeURIComponent(`id > "${last}"`)}` : "";
    const answer = await fetch(`${stack.commercetools.url}/demo-shop/${kind}?sort=id%20asc&limit=500&withTotal=false${where}`, { headers });
    const { results } = await answer.json();
    found.push(...results);
    if (results.length < 500) return found;
  }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The value below which a share of sorted figures lies. */
export const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

export const ms = (value) => `${value.toFixed(1)} ms`;

/** Shows several figures, or one of them. */
export const each = (show) => (figures) => figures.map(show).join(", ");
