// The worker's side of the map of starts: coarse first, and a new job ends the one before.

import assert from "node:assert/strict";
import { test } from "node:test";

import { serve } from "./basins.js";
import { DIVERGED, FIRST_MINIMIZER } from "./maps.js";

/** A worker's scope whose time only passes when it is told to. */
function worker() {
  const waiting = [];
  const answers = [];
  const scope = { onmessage: null, postMessage: (answer) => answers.push(answer) };
  serve(scope, (next) => waiting.push(next));
  return {
    answers,
    ask: (job) => scope.onmessage({ data: { momentum: 0, ...job } }),
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
  turns(5); // the coarse map is there, the whole one is not
  ask({ number: 2, map: "ravine", stepSize: 0.11 });
  turns(100);
  assert.deepEqual(answers.map(({ number, complete }) => [number, complete]), [[1, false], [2, false], [2, true]]);
});

test("a reader's formula is read in the worker", () => {
  const { answers, ask, turns } = worker();
  ask({ number: 1, map: "own", formula: "x^2 + y^2", stepSize: 0.1 });
  turns(100);
  assert.equal(answers.length, 2);
  assert.ok(answers[1].classes.every((one) => one !== DIVERGED));
});
