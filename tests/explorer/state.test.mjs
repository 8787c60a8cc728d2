import assert from "node:assert/strict";
import { test } from "node:test";

import { LANDSCAPES, METHODS } from "./generated.js";
import { defaults, fromQuery, OWN, PICTURES, readNumber, toQuery } from "./state.js";

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
      stepSize: 2 * land.largestStepSize * random(), // a typed one may lie beyond the slider
      shows: n % 3 === 0 ? "basins" : "landscape",
      momentum: 0.99 * random(),
      methods: options.methods.filter((_, at) => at === n % 7 || random() < 0.3),
      k: n % 4 === 0 ? Infinity : Math.floor(land.maxUpdates * random()),
    };
    assert.deepEqual(fromQuery(options, toQuery(options, state)), state);
  }
});

test("a formula of the reader's own travels in the link", () => {
  const state = { ...defaults(options, "ravine"), map: OWN, formula: "x^2 + <b>&y" };
  assert.equal(fromQuery(options, toQuery(options, state)).formula, state.formula);
});

// Links as they have been given out. Whoever kept one must find what was kept: add to this list, never change it.
const OLD = [
  ["map=ravine&eta=0.09", { map: "ravine", x: 1.8, y: 0.5, stepSize: 0.09, momentum: 0.7, methods: ["gradient_descent"], k: Infinity }],
  ["map=ravine&eta=0.04&methods=gradient_descent%2Cheavy_ball&k=42", { stepSize: 0.04, methods: ["gradient_descent", "heavy_ball"], k: 42 }],
  ["map=himmelblau&x=-1&y=2&eta=0.02&beta=0.5&k=0&methods=adam%2Cbacktracking", { map: "himmelblau", x: -1, y: 2, momentum: 0.5, k: 0, methods: ["adam", "backtracking"] }],
  ["map=own&f=x%5E2+%2B+3y%5E2&eta=0.05", { map: "own", formula: "x^2 + 3y^2", stepSize: 0.05 }],
  // keys and methods that there are none of
  ["map=ravine&method=momentum&speed=3&eta=0.04&methods=sgd,heavy_ball", { stepSize: 0.04, methods: ["heavy_ball"] }],
  ["map=valley&eta=0.09", { map: "ravine", stepSize: 0.09 }],
];

for (const [query, kept] of OLD) {
  test(`an old link keeps its meaning: ${query}`, () => {
    const state = fromQuery(options, query);
    assert.deepEqual(Object.fromEntries(Object.keys(kept).map((key) => [key, state[key]])), kept);
  });
}

test("ten thousand hostile queries give a valid state and never an exception", () => {
  const pieces = ["map", "x", "y", "eta", "beta", "k", "methods", "f", "=", "&", "ravine", "own", "NaN", "Infinity", "-1e999", "1e308", "%", "%00", "%E0%A4%A", "<script>", "__proto__", "constructor", "hasOwnProperty", "../..", "adam,adam", "0x10", "1/0", "2/21", " ", "+", "é", "\u202e"];
  let seed = 11;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let n = 0; n < 10000; n += 1) {
    const query = Array.from({ length: Math.floor(30 * random()) }, () => pieces[Math.floor(pieces.length * random())]).join("");
    const state = fromQuery(options, query);
    assert.ok(state.map === OWN || Object.hasOwn(options.landscapes, state.map));
    for (const number of [state.x, state.y, state.stepSize, state.momentum]) assert.ok(Number.isFinite(number));
    assert.ok(state.k >= 0 && PICTURES.includes(state.shows)); // an infinite k is the whole run
    assert.ok(state.stepSize > 0 && state.methods.length > 0 && state.methods.every((m) => options.methods.includes(m)));
  }
});

test("numbers as people type them", () => {
  for (const [text, value] of [["0.04", 0.04], ["1e-3", 1e-3], ["2/21", 2 / 21], ["= 0.5", 0.5], ["−3", -3], [".5", 0.5], ["1.", 1], ["0,04", 0.04], [",5", 0.5], ["0,125", 0.125], ["1,5/2", 0.75]]) {
    assert.equal(readNumber(text), value);
  }
  for (const text of ["", "1,000", "12,345", "1,2,3", "1/0", "abc", "1e", "0x10", "1/2/3", "Infinity", "NaN", "1 2"]) {
    assert.equal(readNumber(text), null, text);
  }
});
