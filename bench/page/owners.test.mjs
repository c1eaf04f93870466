import assert from "node:assert/strict";
import { test } from "node:test";
import { ownersOf, timeOf } from "./owners.mjs";

const ownerOf = ownersOf({ withBridge: ["/shop.js", "/engine.js"], without: ["/shop.js"], tidio: "http://localhost:2" });

test("ours is what only pages with the bridge ask for", () => {
  for (const [url, owner] of [
    ["http://localhost:1/engine.js", "ours"],
    ["http://localhost:3/engine.js?v=1", "ours"],
    ["http://localhost:1/shop.js", "shop"],
    ["http://localhost:2/engine.js", "tidio"],
    ["", "shop"],
  ]) {
    assert.equal(ownerOf(url), owner, url);
  }
});

test("times of one owner are added, and the longest is told", () => {
  const scripts = [["http://localhost:1/engine.js", 10], ["http://localhost:1/shop.js", 500], ["http://localhost:1/engine.js", 30]].map(([url, ms]) => ({ url, ms }));
  assert.deepEqual(timeOf(scripts, ownerOf, "ours"), { sum: 40, longest: 30 });
  assert.deepEqual(timeOf([], ownerOf, "ours"), { sum: 0, longest: 0 });
});
