// The worker's side of the map of starts: coarse first, and a new job ends the one before.

import assert from "node:assert/strict";
import { test } from "node:test";

import { serve } from "./basins.js";
import { DIVERGED, FIRST_MINIMIZER, LOST, NOT_SETTLED, planeMomentum, planeStepSize } from "./maps.js";

/** A worker's scope whose time only passes when it is told to. */
function worker() {
  const waiting = [];
  const answers = [];
  const scope = { onmessage: null, postMessage: (answer) => answers.push(answer) };
  serve(scope, (next) => waiting.push(next));
  return {
    answers,
    ask: ({ stepSize, ...job }) =>
      scope.onmessage({ data: { kind: "starts", method: "gradient_descent", eta: stepSize, beta: 0, start: [1.8, 0.5], ...job } }),
    turns: (count) => { for (let n = 0; n < count && waiting.length > 0; n += 1) waiting.shift()(); },
  };
}

test("a coarse map comes first, then the whole one", () => {
  const { answers, ask, turns } = worker();
  ask({ number: 1, map: "ravine", stepSize: 0.04 });
  turns(100);
  assert.deepEqual(answers.map(({ columns, rows, complete }) => [columns, rows, complete]), [[40, 28, false], [160, 110, true]]);
  assert.ok(answers[1].classes.every((one) => one === FIRST_MINIMIZER)); // every start ends at the one minimizer
});

test("above the limit every start diverges", () => {
  const { answers, ask, turns } = worker();
  ask({ number: 1, map: "ravine", stepSize: 0.11 });
  turns(100);
  assert.ok(answers[1].classes.every((one) => one === DIVERGED));
});

test("a new job ends the one before", () => {
  const { answers, ask, turns } = worker();
  ask({ number: 1, map: "ravine", stepSize: 0.04 });
  turns(9); // the coarse map is there, the whole one is not
  ask({ number: 2, map: "ravine", stepSize: 0.11 });
  turns(100);
  assert.deepEqual(answers.map(({ number, complete }) => [number, complete]), [[1, false], [2, false], [2, true]]);
});

test("a reader's formula is read in the worker", () => {
  const { answers, ask, turns } = worker();
  ask({ number: 1, map: "own", formula: "x^2 + y^2", stepSize: 0.1 });
  turns(100);
  assert.equal(answers.length, 2);
  assert.ok(answers[1].classes.every((one) => one === FIRST_MINIMIZER)); // found on the way: nobody told it
  assert.deepEqual(answers[1].ends.map((end) => end.map((x) => Math.abs(Math.round(x)))), [[0, 0]]);
});

// Shares of Himmelblau's view by end, in percent: (3, 2), (-2.8, 3.1), (-3.8, -3.3), (3.6, -1.8), diverged, not settled.
const SHARES = { 0.005: [25.0, 25.5, 24.2, 25.3, 0, 0], 0.01: [23.9, 23.2, 24.8, 25.1, 3.1, 0], 0.02: [21.0, 18.0, 0, 0, 26.6, 34.4] };

for (const [stepSize, shares] of Object.entries(SHARES)) {
  test(`the shares of Himmelblau's minimizers with step size ${stepSize}`, () => {
    const { answers, ask, turns } = worker();
    ask({ number: 1, map: "himmelblau", stepSize: Number(stepSize) });
    turns(100);
    const { classes, ends } = answers[1];
    const share = (wanted) => (100 * classes.reduce((sum, one) => sum + Number(one === wanted), 0)) / classes.length;
    const at = (x) => FIRST_MINIMIZER + ends.findIndex(([px]) => Math.abs(px - x) < 0.1);
    const found = [...[3, -2.805, -3.779, 3.584].map((x) => share(at(x))), share(DIVERGED), share(NOT_SETTLED)];
    found.forEach((one, n) => assert.ok(Math.abs(one - shares[n]) < 1, `${found}`));
  });
}

test("the map of starts is of the method that runs", () => {
  const { answers, ask, turns } = worker();
  ask({ number: 1, map: "ravine", stepSize: 0.11, method: "heavy_ball", beta: 0.7 });
  turns(100);
  assert.ok(answers[1].classes.every((one) => one === FIRST_MINIMIZER)); // beyond 2/20, below 2(1 + 0.7)/20
});

test("the map of settings counts the updates that a run takes, and knows the limit", () => {
  const { answers, ask, turns } = worker();
  ask({ number: 1, kind: "settings", map: "ravine", method: "heavy_ball" });
  turns(200);
  const { classes, columns, rows, complete } = answers.at(-1);
  assert.ok(complete);
  for (let n = 0; n < classes.length; n += 1) {
    const [eta, beta] = [planeStepSize(n % columns, columns, 0.15), planeMomentum(Math.floor(n / columns), rows)];
    const share = eta / ((2 * (1 + beta)) / 20);
    if (share > 1.1) assert.equal(classes[n], LOST, `${eta} ${beta}`);
    if (share < 0.9 && beta < 0.9 && eta > 0.05) assert.ok(classes[n] > 0, `${eta} ${beta} ${classes[n]}`);
  }
});

test("both kinds of maps are computed side by side", () => {
  const { answers, ask, turns } = worker();
  ask({ number: 1, map: "ravine", stepSize: 0.04 });
  ask({ number: 1, kind: "settings", map: "ravine", method: "heavy_ball" });
  turns(400);
  assert.deepEqual(answers.filter(({ complete }) => complete).map(({ kind }) => kind).sort(), ["settings", "starts"]);
});
