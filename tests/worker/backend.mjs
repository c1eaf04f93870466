/** commercetools as the shop's own backend calls it: with every right, and none of our code. */
const CREDENTIALS = btoa("demo-shop-backend:demo-shop-backend-secret");
const tokens = new Map();

async function tokenOf({ url }) {
  if (!tokens.has(url)) {
    const answer = await fetch(`${url}/oauth/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", authorization: `Basic ${CREDENTIALS}` },
      body: "grant_type=client_credentials",
    });
    tokens.set(url, (await answer.json()).access_token);
  }
  return tokens.get(url);
}

/**
 * One call to the project `demo-shop`.
 *
 * @param {import("../lib/emulator.mjs").Emulator} commercetools
 * @param {string} method
 * @param {string} path below the project
 * @param {unknown} [body] sent as JSON
 */
export async function backend(commercetools, method, path, body) {
  const answer = await fetch(`${commercetools.url}/demo-shop/${path}`, {
    method,
    headers: { authorization: `Bearer ${await tokenOf(commercetools)}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path.slice(0, 80)} answered ${answer.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
