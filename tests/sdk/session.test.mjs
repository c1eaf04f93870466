/**
 * A scripted shop session with the official commercetools SDK against the emulator, and against labd's mock
 * for the calls that it supports: the answers agree.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startEmulator } from "../lib/emulator.mjs";
import { answerOf, connect } from "./client.mjs";
import { common, differences } from "./compare.mjs";
import { startLabd } from "./labd.mjs";
import { cartSteps } from "./steps/carts.mjs";
import { catalogueSteps } from "./steps/catalogue.mjs";
import { customerSteps } from "./steps/customers.mjs";
import { orderSteps } from "./steps/orders.mjs";
import { tokenSteps } from "./steps/tokens.mjs";

const PROJECT_KEY = "demo-shop";
const CHAPTERS = { tokens: tokenSteps, catalogue: catalogueSteps, customers: customerSteps, carts: cartSteps, orders: orderSteps };

/** Sessions by server; a session holds what later steps need from earlier ones. */
const sessions = {};
const stops = [];

before(async () => {
  const emulator = await startEmulator("commercetools");
  stops.push(() => emulator.stop());
  const vendor = { name: "emulator", authUrl: emulator.url, apiUrl: emulator.url, projectKey: PROJECT_KEY };
  sessions.emulator = open(vendor);
  const labd = await startLabd(sessions.emulator.shop, PROJECT_KEY);
  stops.push(labd.stop);
  sessions.labd = open(labd.vendor);
});

after(async () => {
  for (const stop of stops.reverse()) await stop();
});

for (const [chapter, steps] of Object.entries(CHAPTERS)) {
  describe(chapter, () => {
    for (const step of steps) {
      test(step.name, (t) => play(step, t));
    }
  });
}

function open(vendor) {
  return { vendor, shop: connect(vendor, { flow: "client" }) };
}

async function play(step, t) {
  const ours = await answerOf(step.call(sessions.emulator));
  expectStatus(step, ours, "emulator");
  await step.check?.(ours.body, sessions.emulator);
  step.checkHeaders?.(lowerCase(ours.headers));
  step.keep?.(ours.body, sessions.emulator);
  if (typeof step.labd === "string") {
    t.diagnostic(`not compared: ${step.labd}`);
    return;
  }
  const theirs = await answerOf(step.call(sessions.labd));
  expectStatus(step, theirs, "labd");
  step.keep?.(theirs.body, sessions.labd);
  const lines = differences(
    common(ours.body, names(sessions.emulator)),
    common(theirs.body, names(sessions.labd)),
    step.labd === true ? {} : step.labd,
  );
  assert.ok(lines.length === 0, `the emulator and labd's mock disagree\n${lines.join("\n")}`);
}

function expectStatus(step, answer, who) {
  const wanted = [step.status].flat();
  assert.ok(wanted.includes(answer.status), `${who} answered ${answer.status}, not ${wanted}: ${JSON.stringify(answer.body)}`);
}

function lowerCase(headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** What a session's ids are called, so that references are compared and not merely replaced. */
function names(session) {
  const known = ["customer", "cart", "order"].filter((name) => session[name]).map((name) => [session[name].id, name]);
  const lines = (session.cart?.lineItems ?? []).map((line, index) => [line.id, `line ${index}`]);
  return new Map([...known, ...lines, ...(session.products ?? []).map((product) => [product.id, product.key])]);
}
