/** Analytics Engine: every tick of the cron writes the figures where a dataset is bound, and nothing is missed without. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { eventually } from "../lib/browser.mjs";
import { startStack } from "./harness.mjs";
import { figures } from "./operations.mjs";

let stack;
after(() => stack?.stop());

const points = () =>
  stack.log().flatMap((line) => {
    const [, json] = /data point (\{.*\})/.exec(line) ?? [];
    return json ? [JSON.parse(json)] : [];
  });
const errors = () => stack.log().filter((line) => /"level":"error"|Uncaught/.test(line));

test("a tick writes one data point a figure and project, and none without a dataset", async () => {
  stack = await startStack({ serve: { metrics: true } });
  // The lag of the delta sync is a figure only after the first tick.
  await stack.cron();
  const known = await figures(stack);
  const first = points().length;
  await stack.cron();
  for (const [project, own] of Object.entries(known)) {
    const written = () => points().slice(first).filter(({ indexes }) => indexes[0] === project);
    const names = (found) => [...new Set(found)].sort().join(" ");
    const wanted = names(Object.keys(own));
    await eventually(`${project}: ${wanted}`, () => names(written().map(({ blobs: [name] }) => name)) === wanted);
    for (const { indexes, blobs, doubles } of written()) {
      assert.deepEqual([indexes.length, blobs.length, doubles.length], [1, 2, 1]);
      assert.ok(Number.isFinite(doubles[0]) && doubles[0] >= 0);
    }
  }
  const before = points().length;
  await stack.cron();
  await eventually("the next tick writes again", () => points().length > before);
  assert.deepEqual(errors(), []);

  await stack.stopWorker();
  await stack.startWorker({});
  await stack.cron();
  await figures(stack);
  assert.deepEqual([points().length, errors()], [0, []]);
});
