import assert from "node:assert/strict";
import { test } from "node:test";

import { LINES } from "./generated.js";
import { landmarks, runOnLine, said } from "./line.js";

const line = (key) => LINES.find((one) => one.key === key);

test("the quadratic from 5 with step size one half halves exactly", () => {
  const { points, ending } = runOnLine(line("centred-quadratic"), 0.5, 5);
  assert.equal(ending, "converged");
  points.forEach((x, k) => assert.equal(x, 5 / 2 ** k));
});

test("the trap at one sixth is flat and no minimum", () => {
  const run = runOnLine(line("double-well"), 1 / 6, 2);
  assert.equal(run.points.length, 2);
  assert.match(said(line("double-well"), 1 / 6, run), /no minimum/);
});

test("from -2.5 the quartic diverges above 2/19 and not below", () => {
  assert.equal(runOnLine(line("quartic"), 0.1052, -2.5).ending, "converged");
  assert.equal(runOnLine(line("quartic"), 0.1054, -2.5).ending, "diverged");
  const limit = landmarks(line("quartic"), -2.5).find(({ text }) => text.includes("start")).stepSize;
  assert.ok(Math.abs(limit - 2 / 19) < 1e-15);
});

test("landmarks near a minimizer are 1/curvature and 2/curvature", () => {
  const [one, two] = landmarks(line("double-well"), 1.1);
  assert.deepEqual([one.stepSize, two.stepSize], [0.25, 0.5]);
});
