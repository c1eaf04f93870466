/** `/admin/…` as operations use it, and the question that most tests have: is everything done? */
import { eventually } from "../lib/browser.mjs";

const ADMIN = { authorization: "Bearer demo-admin-token-0123456789" };

/** One call; the answer's body. */
export async function admin(stack, method, path) {
  const answer = await stack.request(method, `/admin/${path}`, { headers: ADMIN });
  if (answer.status !== 200) throw new Error(`${method} /admin/${path} answered ${answer.status}: ${answer.text}`);
  return answer.body ?? answer.text;
}

/** Figures by Tidio project: `{eu: {inbox_facts: 0, …}}`. */
export async function figures(stack) {
  const found = {};
  for (const line of (await admin(stack, "GET", "metrics")).split("\n")) {
    const [, name, labels, value] = /^tidio_bridge_(\w+)\{(.*)\} (\d+)$/.exec(line) ?? [];
    if (!name) continue;
    const tidio = /tidio="([^"]+)"/.exec(labels)[1];
    (found[tidio] ??= {})[name] = Number(value);
  }
  return found;
}

/** Is nothing owed to any Tidio project, and no walk under way? Walks first: what they find is owed from then on. */
async function isAtRest(stack) {
  const walks = Object.values(await admin(stack, "GET", "walks")).flatMap((one) => one.walks);
  if (!walks.every((walk) => walk.untilMs === null || walk.paused)) return false;
  const all = Object.values(await figures(stack));
  return all.length > 0 && all.every((one) => one.inbox_facts + one.histories_due + one.outbox_contacts + one.contacts_walked === 0);
}

/** Waits until nothing is owed. Asking also wakes an object whose alarm a local workerd has forgotten. */
export function atRest(stack, timeoutMs = 120_000, everyMs = 400) {
  return eventually("nothing is owed any more", async () => {
    const done = await isAtRest(stack);
    if (!done) await new Promise((resolve) => setTimeout(resolve, everyMs));
    return done;
  }, timeoutMs);
}
