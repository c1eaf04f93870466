/**
 * How fast an event is taken in and kept.
 *
 * Open loop: an event every 5 ms whatever the answers do, so that waiting counts. Each change of an order raises three
 * notifications, as in a shop: two messages and the change itself, all of the version that the order really has. So
 * while events come in the engine reads 67 orders a second with their customers, and writes.
 */
import http from "node:http";
import { cpuOf, workerdOf } from "../lib/cpu.mjs";
import { all, at, bareStack, each, ms, SECRET, sleep } from "./stack.mjs";

const RATE = Number(process.env.RATE ?? 200);
const SECONDS = Number(process.env.SECONDS ?? 30);
/** Before anything is measured: workerd compiles the module in the background, and connections are opened. */
const WARM_UP_SECONDS = 5;
const TYPES = ["OrderStateChanged", "OrderShipmentStateChanged"];
const SHARES = [0.5, 0.95, 0.99, 1];

export async function intake() {
  const stack = await bareStack();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  try {
    const changes = Math.ceil((RATE * (SECONDS + WARM_UP_SECONDS)) / 3);
    await stack.commercetools.steer("POST", "generate", { orders: changes, customers: Math.ceil(changes * 0.4), seed: 3 });
    const orders = (await all(stack, "orders")).filter(({ orderNumber }) => orderNumber?.startsWith("G3-"));
    const send = (number) => deliver(stack, agent, notice(orders[Math.floor(number / 3)], number));
    await paced(0, RATE * WARM_UP_SECONDS, send);
    const pid = workerdOf(stack.worker.process.pid);
    const before = await cpuOf(pid);
    const { latencies, took } = await paced(RATE * WARM_UP_SECONDS, RATE * SECONDS, send);
    const cpu = pid && ((await cpuOf(pid)) - before);
    return [
      [`events taken in and kept, each for two Tidio projects, over ${SECONDS} s`, [latencies.length / took], ([rate]) => `${rate.toFixed(0)} a second`],
      ["from the event's moment to its durable answer: p50, p95, p99, longest", SHARES.map((share) => at(latencies, share)), each(ms)],
      ...(cpu ? [["workerd's CPU for each event, with everything that follows from it", [cpu / latencies.length], ([one]) => `${one.toFixed(2)} ms`]] : []),
    ];
  } finally {
    agent.destroy();
    await stack.stop();
  }
}

/** Sends so many events at the rate; latencies from the moment at which each was due, sorted. */
async function paced(first, count, send) {
  const latencies = [];
  const pending = [];
  const begun = performance.now();
  for (let number = 0; number < count; number += 1) {
    const due = begun + (number * 1_000) / RATE;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    pending.push(send(first + number).then(() => latencies.push(performance.now() - due)));
  }
  await Promise.all(pending);
  return { latencies: latencies.sort((a, b) => a - b), took: (performance.now() - begun) / 1_000 };
}

/** The three notifications of a change, by the number's remainder. */
function notice({ id, version }, number) {
  const resource = { typeId: "order", id };
  const common = { projectKey: "demo-shop", resource };
  if (number % 3 === 2) {
    return { ...common, notificationType: "ResourceUpdated", version, oldVersion: version - 1, modifiedAt: new Date().toISOString() };
  }
  return { ...common, notificationType: "Message", id: `m-${number}`, version: 1, sequenceNumber: number, resourceVersion: version, type: TYPES[number % 3] };
}

function deliver(stack, agent, detail) {
  const body = JSON.stringify({ version: "0", "detail-type": detail.type ?? detail.notificationType, detail });
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "x-api-key": SECRET, "content-length": Buffer.byteLength(body) };
    const request = http.request(`${stack.url}/v1/events/eventbridge`, { agent, method: "POST", headers }, (answer) => {
      answer.resume().on("end", () => (answer.statusCode === 204 ? resolve() : reject(new Error(`status ${answer.statusCode}`))));
    });
    request.on("error", reject).end(body);
  });
}
