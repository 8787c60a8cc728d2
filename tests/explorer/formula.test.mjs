import assert from "node:assert/strict";
import { test } from "node:test";

import { FormulaError, jetAt, parse, valueAt } from "./formula.js";
import { LANDSCAPES } from "./generated.js";

const value = (text, x = 0.7, y = -1.3) => valueAt(parse(text), x, y);

test("the usual ways to write a formula are understood", () => {
  const [x, y] = [0.7, -1.3];
  assert.equal(value("x^2 + 3y^2"), x ** 2 + 3 * y ** 2);
  assert.equal(value("(1-x)**2+100(y-x^2)^2"), (1 - x) ** 2 + 100 * (y - x ** 2) ** 2);
  assert.equal(value("2xy"), 2 * x * y);
  assert.equal(value("-x^2"), -(x ** 2));
  assert.equal(value("2^-2"), 0.25);
  assert.equal(value("2^3^2"), 512);
  assert.equal(value("x/2/2"), x / 2 / 2);
  assert.equal(value("1.5e-3x"), 1.5e-3 * x);
  assert.equal(value("3 − 1"), 2);
  assert.equal(value("x·y × 2"), x * y * 2);
  assert.equal(value("sin(pi/2) + cos(0) + exp(0) + log(e) + sqrt(4) + abs(-1)"), 7);
});

test("an error names the position", () => {
  const cases = { "x +": 3, "x + * y": 4, "sin x": 4, "foo(x)": 0, "(x": 2, "x)": 1, "x $ y": 2, "": 0 };
  for (const [text, position] of Object.entries(cases)) {
    assert.throws(
      () => parse(text),
      (error) => error instanceof FormulaError && error.position === position,
      text,
    );
  }
});

test("nothing is evaluated as code and nothing grows without bound", () => {
  const hostile = [
    "constructor", "__proto__", "toString()", "x.constructor", "alert(1)", "`x`", "x;y", "globalThis",
    "(".repeat(500), "x^".repeat(90) + "x", "-".repeat(150) + "x", "9".repeat(400), "1e999",
  ];
  for (const text of hostile) {
    try {
      assert.equal(typeof valueAt(parse(text), 1, 1), "number");
    } catch (error) {
      assert.ok(error instanceof FormulaError, `${text}: ${error}`);
    }
  }
});

test("ten thousand random texts give a number or an error with a position", () => {
  const alphabet = ["x", "y", "+", "-", "*", "/", "^", "(", ")", "2", ".", "e", "sin", "log(", " ", "π", "é", "\0"];
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let n = 0; n < 10000; n += 1) {
    const text = Array.from({ length: 1 + Math.floor(20 * random()) }, () => alphabet[Math.floor(alphabet.length * random())]).join("");
    try {
      const tree = parse(text);
      assert.equal(typeof valueAt(tree, 0.5, 0.5), "number");
      assert.equal(typeof jetAt(tree, 0.5, 0.5).xy, "number");
    } catch (error) {
      assert.ok(error instanceof FormulaError && error.position >= 0 && error.position <= text.length, text);
    }
  }
});

test("derivatives agree with the library's, which SymPy has checked", () => {
  const texts = {
    ravine: "0.5x^2 + 10y^2",
    rosenbrock: "(1 - x)^2 + 100(y - x^2)^2",
    himmelblau: "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    saddle: "x^2/2 - y^2/2 + y^4/4",
  };
  for (const [key, text] of Object.entries(texts)) {
    const land = LANDSCAPES.find((one) => one.key === key);
    for (const point of [[1.25, -0.7], [-0.3, 0.4], [0, 0]]) {
      const jet = jetAt(parse(text), ...point);
      const [[xx, xy], [, yy]] = land.hessian(point);
      const theirs = [land.value(point), ...land.gradient(point), xx, xy, yy];
      [jet.v, jet.x, jet.y, jet.xx, jet.xy, jet.yy].forEach((mine, n) =>
        assert.ok(Math.abs(mine - theirs[n]) <= 1e-11 * Math.max(1, Math.abs(theirs[n])), `${key} ${n}`),
      );
    }
  }
});

test("derivatives of every function agree with central differences", () => {
  for (const text of ["sin(x y)", "cos(x + y^2)", "exp(x - y)", "log(x + 3y^2)", "sqrt(x^2 + y^2)", "tanh(2x y)", "x^y", "abs(x^3)", "x / (1 + y^2)", "2^(x y)"]) {
    const [tree, x, y, h] = [parse(text), 0.7, 1.3, 1e-5];
    const jet = jetAt(tree, x, y);
    const dx = (valueAt(tree, x + h, y) - valueAt(tree, x - h, y)) / (2 * h);
    const dxy = (jetAt(tree, x, y + h).x - jetAt(tree, x, y - h).x) / (2 * h);
    const dyy = (jetAt(tree, x, y + h).y - jetAt(tree, x, y - h).y) / (2 * h);
    for (const [mine, theirs] of [[jet.x, dx], [jet.xy, dxy], [jet.yy, dyy]]) {
      assert.ok(Math.abs(mine - theirs) <= 1e-7 * Math.max(1, Math.abs(theirs)), text);
    }
  }
});
