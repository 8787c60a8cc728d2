import assert from "node:assert/strict";
import { test } from "node:test";

import { LANDSCAPES, METHODS } from "./generated.js";
import { defaults, fromQuery, OWN, readNumber, toQuery } from "./state.js";

const options = {
  landscapes: Object.fromEntries(LANDSCAPES.map((land) => [land.key, land])),
  methods: [...METHODS.map(({ key }) => key), "backtracking"],
  first: "ravine",
};

test("a link restores exactly the state it was made from", () => {
  let seed = 3;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let n = 0; n < 1000; n += 1) {
    const land = LANDSCAPES[Math.floor(LANDSCAPES.length * random())];
    const [[left, right], [bottom, top]] = land.view;
    const state = {
      ...defaults(options, land.key),
      x: left + (right - left) * random(),
      y: bottom + (top - bottom) * random(),
      stepSize: land.largestStepSize * random(),
      momentum: 0.99 * random(),
      methods: options.methods.filter((_, at) => at === n % 7 || random() < 0.3),
      k: Math.floor(land.maxUpdates * random()),
    };
    assert.deepEqual(fromQuery(options, toQuery(options, state)), state);
  }
});

test("a formula of the reader's own travels in the link", () => {
  const state = { ...defaults(options, "ravine"), map: OWN, formula: "x^2 + <b>&y" };
  assert.equal(fromQuery(options, toQuery(options, state)).formula, state.formula);
});

test("ten thousand hostile queries give a valid state and never an exception", () => {
  const pieces = ["map", "x", "y", "eta", "beta", "k", "methods", "f", "=", "&", "ravine", "own", "NaN", "Infinity", "-1e999", "1e308", "%", "%00", "%E0%A4%A", "<script>", "__proto__", "constructor", "hasOwnProperty", "../..", "adam,adam", "0x10", "1/0", "2/21", " ", "+", "é", "\u202e"];
  let seed = 11;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let n = 0; n < 10000; n += 1) {
    const query = Array.from({ length: Math.floor(30 * random()) }, () => pieces[Math.floor(pieces.length * random())]).join("");
    const state = fromQuery(options, query);
    assert.ok(state.map === OWN || Object.hasOwn(options.landscapes, state.map));
    for (const number of [state.x, state.y, state.stepSize, state.momentum, state.k]) assert.ok(Number.isFinite(number));
    assert.ok(state.stepSize > 0 && state.methods.length > 0 && state.methods.every((m) => options.methods.includes(m)));
  }
});

test("numbers as people type them", () => {
  for (const [text, value] of [["0.04", 0.04], ["1e-3", 1e-3], ["2/21", 2 / 21], ["= 0.5", 0.5], ["−3", -3], [".5", 0.5], ["1.", 1]]) {
    assert.equal(readNumber(text), value);
  }
  for (const text of ["", "0,04", "1/0", "abc", "1e", "0x10", "1/2/3", "Infinity", "NaN", "1 2"]) {
    assert.equal(readNumber(text), null, text);
  }
});
