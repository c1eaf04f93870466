/**
 * One order changes in commercetools; how long until the agent's panel shows it?
 *
 * The contact is known and the budget idle: changes come one at a time, with a pause of no fixed length between them,
 * so that they do not fall into step with anything. Counted from the call that changes the order, so the delivery by
 * the emulator's EventBridge is in it, and the poll of the panel every 3 ms.
 */
import assert from "node:assert/strict";
import { PROJECTS } from "../../tests/e2e/inbox.mjs";
import { admin, atRest } from "../../tests/worker/operations.mjs";
import { all, at, authorization, bareStack, each, ms, SECRET, sleep } from "./stack.mjs";

const LOOKS = Number(process.env.LOOKS ?? 100);
/** So that a look falls into a minute's budget at most 80 times. */
const PAUSE_MS = [500, 1_000];

export async function panel() {
  const stack = await bareStack();
  try {
    await stack.commercetools.steer("POST", "generate", { orders: LOOKS * 2, customers: LOOKS * 40, seed: 4, store: "de" });
    await admin(stack, "POST", "backfill?project=demo&since_ms=0");
    await atRest(stack);
    await stack.commercetools.steer("POST", "delivery", { subscription: "bench", url: `${stack.url}/v1/events/eventbridge`, kind: "eventbridge", secret: SECRET });
    const headers = { authorization: await authorization(stack), "content-type": "application/json" };
    const orders = alone((await all(stack, "orders")).filter(({ orderNumber }) => orderNumber?.startsWith("G4-")));
    const times = [];
    for (const order of orders) {
      if (times.length === LOOKS) break;
      await sleep(PAUSE_MS[0] + Math.random() * (PAUSE_MS[1] - PAUSE_MS[0]));
      const time = await look(stack, headers, order);
      if (time !== undefined) times.push(time);
    }
    assert.ok(times.length === LOOKS, `only ${times.length} orders could be changed`);
    times.sort((a, b) => a - b);
    return [[`from a change of an order to the agent's panel, budget idle, ${LOOKS} times: p50, p99, longest`, [0.5, 0.99, 1].map((share) => at(times, share)), each(ms)]];
  } finally {
    await stack.stop();
  }
}

/** The orders of customers who have no other: the panel shows the newest, so a change of an older one would not show. */
function alone(orders) {
  const byCustomer = Map.groupBy(orders, ({ customerEmail }) => customerEmail);
  return [...byCustomer.values()].filter(({ length }) => length === 1).flat();
}

/** Nothing when the panel shows that state already. */
async function look(stack, headers, { id, version, customerEmail: email, shipmentState }) {
  const next = shipmentState === "Shipped" ? "Delivered" : "Shipped";
  const shown = async () => (await stack.tidio.steer("GET", `inbox?project=${PROJECTS.eu}&email=${encodeURIComponent(email)}`)).projects[0].contacts[0]?.properties.ct_order_shipment;
  if ((await shown()) === next.toLowerCase()) return undefined;
  const begun = performance.now();
  await fetch(`${stack.commercetools.url}/demo-shop/orders/${id}`, { method: "POST", headers, body: JSON.stringify({ version, actions: [{ action: "changeShipmentState", shipmentState: next }] }) });
  while ((await shown()) !== next.toLowerCase()) {
    assert.ok(performance.now() - begun < 20_000, `${email} never shows ${next}`);
    await sleep(3);
  }
  return performance.now() - begun;
}
