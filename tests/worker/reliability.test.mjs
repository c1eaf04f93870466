/**
 * Nothing lost, nothing doubled, at a size for every day; `cargo xtask bench reliability` runs the full size.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { reliabilityRun, ROUTES } from "./reliability.mjs";

const SMALL = { events: 80, orders: 30, customers: 12, kills: 2, seconds: 10, calmly: true };

/** Routes differ at the door only; what is behind it is run here once, and on all of them at full size. */
const route = Object.keys(ROUTES)[0];

test(`${route}: failures, duplicates, disorder and kill -9 end as a clean run does`, async () => {
  const result = await reliabilityRun({ ...SMALL, route });
  assert.ok(result.contacts > 0 && result.traces > 0, JSON.stringify(result));
});

// With failures it is the benchmark's: the walk waits out each of them.
test("without any event the delta sync alone reaches the same end", async () => {
  const result = await reliabilityRun({ ...SMALL, kills: 1 });
  assert.ok(result.contacts > 0 && result.traces > 0, JSON.stringify(result));
});
