// The engine repeats the library's runs. The library's formulas are generated into JavaScript operation by
// operation, so the numbers are equal to the last bit; only powers may round differently.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { BACKTRACKING, run } from "./engine.js";
import { ARMIJO, LANDSCAPES, METHODS } from "./generated.js";

const golden = JSON.parse(readFileSync(new URL("golden.json", import.meta.url), "utf8"));

test("there is a golden run for every landscape and method", () => {
  const seen = new Set(golden.map(({ landscape, method }) => `${landscape} ${method}`));
  assert.equal(seen.size, LANDSCAPES.length * (METHODS.length + 1));
});

for (const { landscape, method, settings, start, points } of golden) {
  test(`${method} on ${landscape} with ${JSON.stringify(settings)}`, () => {
    const rule = METHODS.find(({ key }) => key === method) ?? BACKTRACKING;
    const all = { ...(rule.defaults ?? ARMIJO), ...settings };
    const land = LANDSCAPES.find(({ key }) => key === landscape);
    const ours = run(land, rule, all, start, points.length - 1, 0);
    const exact = method !== "adam"; // Adam's bias correction takes powers
    for (let k = 0; k <= ours.updates; k += 1) {
      for (const axis of [0, 1]) {
        const [mine, theirs] = [ours.points[2 * k + axis], points[k][axis]];
        if (exact) assert.equal(mine, theirs, `k = ${k}`);
        else assert.ok(Math.abs(mine - theirs) <= 1e-12 * Math.max(1, Math.abs(theirs)), `k = ${k}`);
      }
    }
    // a gradient of exactly zero ends a run earlier
    const whole = ours.ending === "converged" || ours.updates >= points.length - 2;
    assert.ok(whole, `${ours.updates} of ${points.length - 1} updates`);
  });
}
