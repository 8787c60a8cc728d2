import assert from "node:assert/strict";
import { test } from "node:test";

import { angleHome, eigenvalues, kindOf, leavesAt, reversals, run, settlesAt } from "./engine.js";
import { LANDSCAPES, METHODS } from "./generated.js";
import { ownLandscape } from "./own.js";
import { best, mode, threshold, updatesFor } from "./theory.js";
import { judged, shortfalls } from "./judge.js";
import { bounces, outcome, place, shown, underWay } from "./words.js";

const land = (key) => LANDSCAPES.find((one) => one.key === key);
const method = (key) => METHODS.find((one) => one.key === key);
const go = (key, eta, { beta = 0, start, updates } = {}) => {
  const where = land(key);
  const rule = beta > 0 ? method("heavy_ball") : method("gradient_descent");
  return run(where, rule, { eta, beta }, start ?? where.start, updates ?? where.maxUpdates);
};

// Updates until L stays within 1e-6 of its least value, on the ravine from (1.8, 0.5).
const SETTLES = { 0.01: 712, 0.03: 235, 0.04: 176, 0.05: 140, 0.06: 116, 0.07: 99, 0.08: 86, 0.09: 76, 0.094: 73, 0.097: 120, 0.099: 365 };

for (const [eta, updates] of Object.entries(SETTLES)) {
  test(`on the ravine plain descent with step size ${eta} settles at ${updates}`, () => {
    assert.equal(settlesAt(go("ravine", Number(eta)), 0), updates);
  });
}

test("momentum on the ravine: 42 updates with 0.7, 143 with 0.9, 298 with 0.95", () => {
  for (const [beta, updates] of [[0.5, 79], [0.66, 35], [0.7, 42], [0.8, 68], [0.9, 143], [0.95, 298]]) {
    assert.equal(settlesAt(go("ravine", 0.04, { beta }), 0), updates);
  }
});

test("turns by more than a right angle are counted until the run settles", () => {
  for (const [eta, count] of [[0.04, 0], [0.06, 1], [0.08, 4], [0.09, 13], [0.094, 59]]) {
    const one = go("ravine", eta);
    assert.equal(reversals(one, settlesAt(one, 0)), count);
  }
});

test("a run that leaves the picture says when", () => {
  for (const [eta, k] of [[0.101, 75], [0.105, 16], [0.11, 9], [0.15, 3]]) {
    assert.equal(leavesAt(go("ravine", eta), land("ravine").view), k);
  }
  assert.equal(leavesAt(go("ravine", 0.1), land("ravine").view), null);
});

// Where the gradient norm, and with memory also the last step, is at most 1e-6: plain | the landscape's momentum.
const CONVERGES = { ravine: [353, 86], tilted: [353, 86], bowl: [21, 264], ravine100: [1434, 200], doublewell: [66, 263], saddle: [65, 262], himmelblau: [62, 345], beale: [3845, 274] };

for (const [key, [plain, heavy]] of Object.entries(CONVERGES)) {
  test(`at its defaults ${key} converges at ${plain}, with momentum at ${heavy}`, () => {
    const { stepSize, momentum } = land(key);
    assert.equal(go(key, stepSize).updates, plain);
    assert.equal(go(key, stepSize, { beta: momentum }).updates, heavy);
  });
}

test("Rosenbrock's valley is not settled at the cap, and momentum settles in 3020", () => {
  assert.equal(go("rosenbrock", 0.001).ending, "cap");
  assert.equal(go("rosenbrock", 0.001, { beta: 0.9 }).updates, 3020);
});

test("a flat point passed at full speed is not the end", () => {
  assert.equal(go("bowl", 1, { beta: 0.9 }).updates, 266);
  assert.equal(go("bowl", 1).updates, 1);
});

test("on the bowl step size 2 bounces between two points, and says so", () => {
  const one = go("bowl", 2);
  assert.equal(one.ending, "cap");
  assert.ok(bounces(one));
  assert.match(outcome(one, land("bowl"), land("bowl").view), /bounces between two points/);
});

test("a diverged run ends with its last finite point and never tells NaN", () => {
  for (const key of LANDSCAPES.map((one) => one.key)) {
    const one = go(key, 3 * land(key).largestStepSize, { start: [1.9, 1.1] });
    assert.equal(one.ending, "diverged", key);
    for (const numbers of [one.points, one.values, one.gradientNorms]) assert.ok(numbers.every(Number.isFinite));
    assert.match(outcome(one, land(key), land(key).view), /^Diverged/);
    assert.doesNotMatch(outcome(one, land(key), land(key).view), /NaN|Infinity|undefined/);
  }
});

test("a saddle is told from a minimum", () => {
  assert.equal(kindOf(land("saddle"), [0, 0]), "saddle");
  assert.equal(kindOf(land("saddle"), [0, 1]), "minimum");
  const one = go("saddle", 0.2, { start: [1.8, 0] });
  assert.equal(one.updates, 65);
  assert.match(outcome(one, land("saddle"), land("saddle").view), /saddle: stationary, but not a minimum/);
});

test("curvatures of the landscapes", () => {
  assert.deepEqual(eigenvalues(land("tilted").hessian([0, 0])).map((n) => Number(n.toFixed(9))), [1, 20]);
});

test("theory: factors, thresholds and best settings of the ravine", () => {
  assert.deepEqual([0.5, 1, 1.5, 2, 2.5].map((s) => mode("gradient_descent", 1, s, 0).regime), ["monotone", "one step", "alternating", "neutral", "divergent"]);
  assert.equal(threshold("gradient_descent", 20, 0), 0.1);
  assert.equal(threshold("heavy_ball", 20, 0.9), 0.19);
  const near = (a, b) => assert.ok(Math.abs(a - b) < 5e-7, `${a} ${b}`);
  for (const [key, stepSize, momentum, factor] of [
    ["gradient_descent", 0.095238, 0, 0.904762],
    ["heavy_ball", 0.133581, 0.402605, 0.634512],
    ["nesterov", 0.065574, 0.592263, 0.743926],
  ]) {
    const settings = best(key, 1, 20);
    near(settings.stepSize, stepSize);
    near(settings.momentum, momentum);
    near(settings.factor, factor);
    const worst = Math.max(...[1, 20].map((c) => mode(key, c, settings.stepSize, settings.momentum).factor));
    assert.ok(Math.abs(worst - settings.factor) < 1e-6, key); // double roots: half the digits
  }
  const standard = (Math.sqrt(20) - 1) / (Math.sqrt(20) + 1);
  assert.ok(Math.abs(mode("nesterov", 1, 0.05, standard).factor - (1 - 1 / Math.sqrt(20))) < 1e-6);
});

test("the factor of theory is the factor of the run", () => {
  let seed = 7;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let n = 0; n < 300; n += 1) {
    const key = ["gradient_descent", "heavy_ball", "nesterov"][n % 3];
    const [eta, beta] = [0.19 * random(), 0.95 * random()];
    const factor = Math.max(...[1, 20].map((c) => mode(key, c, eta, beta).factor));
    if (Math.abs(factor - 1) < 0.02) continue;
    const one = run(land("ravine"), method(key), { eta, beta }, [1.8, 0.5], 4000);
    assert.equal(one.ending === "converged", factor < 1, `${key} ${eta} ${beta} ${factor} ${one.ending}`);
  }
});

test("the forecast of updates is right for one direction", () => {
  assert.equal(updatesFor(0.5, 0.25), 1);
  assert.equal(updatesFor(1, 0.1), null);
  assert.equal(updatesFor(0, 0.1), 1);
});

// The first update at which a coordinate is beyond a million.
for (const [key, eta, k, start] of [["ravine", 0.11, 80], ["bowl", 2.05, 272], ["ravine100", 0.0205, 298], ["tilted", 0.11, 81], ["doublewell", 0.34, 5, [2, 1.2]], ["saddle", 2.01, 36], ["rosenbrock", 0.0062, 9], ["himmelblau", 0.02, 4, [6, 5]]]) {
  test(`on ${key} plain descent with step size ${eta} diverges at update ${k}`, () => {
    const one = go(key, eta, { start });
    assert.equal(one.updates + 1, k);
    assert.match(outcome(one, land(key), land(key).view), new RegExp(`update ${k} is beyond all bounds`));
  });
}

test("a run that comes to where L has no value says so, and the numbers before it stay", () => {
  const where = ownLandscape("x - log(x) + y^2");
  const one = run(where, method("gradient_descent"), { eta: 5 }, [3, 0], 100);
  assert.equal(one.ending, "undefined");
  assert.ok(one.points.every(Number.isFinite));
  assert.match(outcome(one, where, where.view), /^Update \d+ leads to where L has no value/);
  const nowhere = run(where, method("gradient_descent"), { eta: 0.1 }, [-1, 0], 100);
  assert.equal(outcome(nowhere, where, where.view), "L has no value at this start.");
  assert.equal(shown(nowhere.values[0], 3), "–");
});

test("the angle between descent and the way home", () => {
  const near = (a, b) => assert.ok(Math.abs(a - b) < 0.005, `${a} ${b}`);
  for (const [eta, angles] of [[0.04, [64.27, 45.86, 12.87, 2.73, 0.57]], [0.09, [64.27, 64.71, 64.77, 64.47, 63.81]]]) {
    const { points } = go("ravine", eta);
    angles.forEach((angle, k) => near(angleHome(land("ravine"), [points[2 * k], points[2 * k + 1]]), angle));
  }
  near(angleHome(land("bowl"), [1.8, 0.5]), 0);
  assert.equal(angleHome(land("ravine"), [0, 0]), null);
});

test("what a run under way says", () => {
  const [one, { view }] = [go("ravine", 0.11), land("ravine")];
  assert.match(underWay(one, view, 0, false), /^Ready/);
  assert.match(underWay(one, view, 5, true), /^Running at update 5/);
  assert.match(underWay(one, view, 9, false), /^Paused at update 9.*outside the picture, at \(0.63, −2.58\)/);
});

test("a judge says what a run lacks", () => {
  const conditions = [["map", "=", "ravine"], ["settles", "<", "50"], ["start", "=", "usual"]];
  assert.ok(judged(conditions, { map: "ravine", settles: 42, start: "usual" }));
  assert.deepEqual(shortfalls(conditions, { map: "ravine", settles: 143, start: "usual" }), ["it settles at update 143, and less than 50 is asked for"]);
  assert.equal(shortfalls(conditions, { map: "ravine", settles: null, start: "moved" }).length, 2);
});

test("numbers in words", () => {
  assert.equal(place(9e-7, -1e-300), "(0.00, 0.00)");
  assert.equal(shown(Number.NaN, 2), "–");
  assert.equal(shown(-0.0004, 2, { signed: true }), "−4.000×10⁻⁴");
  assert.equal(shown(0, 2, { signed: true }), "+0.00");
  assert.equal(shown(4.12, 3, { signed: true }), "+4.120");
  assert.equal(shown(10.160708636704431, 3), "10.161");
  assert.equal(shown(123456, 3), "1.235×10⁵");
});
