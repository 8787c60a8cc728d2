// A reader's own formula in x and y: read, checked, and differentiated twice. Nothing is ever evaluated as code.

/** A number with its first and second derivatives by x and y.
 * @typedef {{v: number, x: number, y: number, xx: number, xy: number, yy: number}} Jet */

/** What went wrong, and where in the text (counted from 0). */
export class FormulaError extends Error {
  /** @param {string} message @param {number} position */
  constructor(message, position) {
    super(message);
    this.position = position;
  }
}

/** @typedef {{kind: "number", value: number} | {kind: "variable", name: "x" | "y"}
 *   | {kind: "call", name: string, argument: Node}
 *   | {kind: "sum" | "difference" | "product" | "quotient" | "power", left: Node, right: Node}} Node */

const LONGEST = 200;
const DEEPEST = 60;
const CONSTANTS = { pi: Math.PI, π: Math.PI, e: Math.E };

/** Each function with its first and second derivative.
 * @type {Record<string, (v: number) => [number, number, number]>} */
const FUNCTIONS = {
  sin: (v) => [Math.sin(v), Math.cos(v), -Math.sin(v)],
  cos: (v) => [Math.cos(v), -Math.sin(v), -Math.cos(v)],
  exp: (v) => [Math.exp(v), Math.exp(v), Math.exp(v)],
  log: (v) => [Math.log(v), 1 / v, -1 / (v * v)],
  sqrt: (v) => [Math.sqrt(v), 0.5 / Math.sqrt(v), -0.25 / (v * Math.sqrt(v))],
  abs: (v) => [Math.abs(v), Math.sign(v), 0],
  tanh: (v) => {
    const t = Math.tanh(v);
    return [t, 1 - t * t, -2 * t * (1 - t * t)];
  },
};

/** Read a formula such as "(1 - x)^2 + 100(y - x^2)^2".
 * @param {string} text
 * @returns {Node} */
export function parse(text) {
  if (text.length > LONGEST) {
    throw new FormulaError(`a formula can have ${LONGEST} characters`, LONGEST);
  }
  let position = 0;
  let depth = 0;

  const skip = () => {
    while (position < text.length && /\s/.test(text[position])) position += 1;
  };
  /** @param {string} symbol */
  const take = (symbol) => {
    skip();
    if (!text.startsWith(symbol, position)) return false;
    position += symbol.length;
    return true;
  };
  const startsFactor = () => {
    skip();
    return position < text.length && /[\d.a-zπ(]/i.test(text[position]);
  };

  /** @returns {Node} */
  const sum = () => {
    depth += 1;
    if (depth > DEEPEST) throw new FormulaError("too many brackets inside one another", position);
    let left = term();
    for (;;) {
      if (take("+")) left = { kind: "sum", left, right: term() };
      else if (take("-") || take("−")) left = { kind: "difference", left, right: term() };
      else break;
    }
    depth -= 1;
    return left;
  };
  /** @returns {Node} */
  const term = () => {
    let left = signed();
    for (;;) {
      skip();
      if (text.startsWith("**", position)) return left;
      if (take("*") || take("·") || take("×")) left = { kind: "product", left, right: signed() };
      else if (take("/")) left = { kind: "quotient", left, right: signed() };
      else if (startsFactor()) left = { kind: "product", left, right: power() };
      else return left;
    }
  };
  /** @returns {Node} */
  const signed = () => {
    let negative = false;
    for (;;) {
      if (take("-") || take("−")) negative = !negative;
      else if (!take("+")) break;
    }
    const operand = power();
    return negative ? { kind: "product", left: { kind: "number", value: -1 }, right: operand } : operand;
  };
  /** @returns {Node} */
  const power = () => {
    const base = atom();
    if (!take("^") && !take("**")) return base;
    depth += 1;
    if (depth > DEEPEST) throw new FormulaError("too many powers inside one another", position);
    const exponent = signed();
    depth -= 1;
    return { kind: "power", left: base, right: exponent };
  };
  /** @returns {Node} */
  const atom = () => {
    skip();
    const start = position;
    if (position >= text.length) throw new FormulaError("the formula ends too early", position);
    if (take("(")) {
      const inner = sum();
      if (!take(")")) throw new FormulaError("a closing bracket is missing", position);
      return inner;
    }
    const number = /^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/.exec(text.slice(position));
    if (number) {
      position += number[0].length;
      const value = Number(number[0]);
      if (!Number.isFinite(value)) throw new FormulaError("this number is too large", start);
      return { kind: "number", value };
    }
    const word = /^([a-z]+|π)/i.exec(text.slice(position));
    if (!word) throw new FormulaError(`“${text[position]}” is not understood`, position);
    return named(word[0], start);
  };
  /** @param {string} word @param {number} start @returns {Node} */
  const named = (word, start) => {
    const name = word.toLowerCase();
    const known = Object.keys(FUNCTIONS).find((key) => name === key);
    if (known) {
      position += word.length;
      if (!take("(")) throw new FormulaError(`${name} needs a bracket: ${name}(x)`, position);
      const argument = sum();
      if (!take(")")) throw new FormulaError("a closing bracket is missing", position);
      return { kind: "call", name, argument };
    }
    if (Object.hasOwn(CONSTANTS, name)) {
      position += word.length;
      return { kind: "number", value: CONSTANTS[/** @type {"pi"} */ (name)] };
    }
    if (/^[xy]+$/.test(name)) {
      position += 1; // "xy" is x times y
      return { kind: "variable", name: /** @type {"x" | "y"} */ (name[0]) };
    }
    throw new FormulaError(
      `“${word}” is not known: use x, y, pi, e, ${Object.keys(FUNCTIONS).join(", ")}`,
      start,
    );
  };

  const tree = sum();
  skip();
  if (position < text.length) {
    throw new FormulaError(`“${text[position]}” is not expected here`, position);
  }
  return tree;
}

/** Return the value of a formula at a point.
 * @param {Node} node @param {number} x @param {number} y @returns {number} */
export function valueAt(node, x, y) {
  switch (node.kind) {
    case "number":
      return node.value;
    case "variable":
      return node.name === "x" ? x : y;
    case "call":
      return FUNCTIONS[node.name](valueAt(node.argument, x, y))[0];
    case "sum":
      return valueAt(node.left, x, y) + valueAt(node.right, x, y);
    case "difference":
      return valueAt(node.left, x, y) - valueAt(node.right, x, y);
    case "product":
      return valueAt(node.left, x, y) * valueAt(node.right, x, y);
    case "quotient":
      return valueAt(node.left, x, y) / valueAt(node.right, x, y);
    case "power":
      return valueAt(node.left, x, y) ** valueAt(node.right, x, y);
  }
}

/** Return value, gradient and second derivatives of a formula at a point, exact up to rounding.
 * @param {Node} node @param {number} x @param {number} y @returns {Jet} */
export function jetAt(node, x, y) {
  switch (node.kind) {
    case "number":
      return constant(node.value);
    case "variable":
      return node.name === "x"
        ? { v: x, x: 1, y: 0, xx: 0, xy: 0, yy: 0 }
        : { v: y, x: 0, y: 1, xx: 0, xy: 0, yy: 0 };
    case "call": {
      const a = jetAt(node.argument, x, y);
      return chain(a, ...FUNCTIONS[node.name](a.v));
    }
    case "sum":
      return added(jetAt(node.left, x, y), jetAt(node.right, x, y), 1);
    case "difference":
      return added(jetAt(node.left, x, y), jetAt(node.right, x, y), -1);
    case "product":
      return product(jetAt(node.left, x, y), jetAt(node.right, x, y));
    case "quotient": {
      const b = jetAt(node.right, x, y);
      return product(jetAt(node.left, x, y), chain(b, 1 / b.v, -1 / b.v ** 2, 2 / b.v ** 3));
    }
    case "power":
      return raised(jetAt(node.left, x, y), jetAt(node.right, x, y));
  }
}

/** @param {number} v @returns {Jet} */
function constant(v) {
  return { v, x: 0, y: 0, xx: 0, xy: 0, yy: 0 };
}

/** @param {Jet} a @param {Jet} b @param {1 | -1} sign @returns {Jet} */
function added(a, b, sign) {
  return {
    v: a.v + sign * b.v,
    x: a.x + sign * b.x,
    y: a.y + sign * b.y,
    xx: a.xx + sign * b.xx,
    xy: a.xy + sign * b.xy,
    yy: a.yy + sign * b.yy,
  };
}

/** @param {Jet} a @param {Jet} b @returns {Jet} */
function product(a, b) {
  return {
    v: a.v * b.v,
    x: a.x * b.v + a.v * b.x,
    y: a.y * b.v + a.v * b.y,
    xx: a.xx * b.v + 2 * a.x * b.x + a.v * b.xx,
    xy: a.xy * b.v + a.x * b.y + a.y * b.x + a.v * b.xy,
    yy: a.yy * b.v + 2 * a.y * b.y + a.v * b.yy,
  };
}

/** The chain rule for f(a), from f, f' and f'' at a.
 * @param {Jet} a @param {number} f @param {number} f1 @param {number} f2 @returns {Jet} */
function chain(a, f, f1, f2) {
  return {
    v: f,
    x: f1 * a.x,
    y: f1 * a.y,
    xx: f2 * a.x * a.x + f1 * a.xx,
    xy: f2 * a.x * a.y + f1 * a.xy,
    yy: f2 * a.y * a.y + f1 * a.yy,
  };
}

/** @param {Jet} a @param {Jet} b @returns {Jet} */
function raised(a, b) {
  const isConstant = b.x === 0 && b.y === 0 && b.xx === 0 && b.xy === 0 && b.yy === 0;
  if (isConstant) {
    const n = b.v;
    // a power whose factor is 0 has the derivative 0, also at 0 to a negative power
    const first = n === 0 ? 0 : n * a.v ** (n - 1);
    const second = n === 0 || n === 1 ? 0 : n * (n - 1) * a.v ** (n - 2);
    return chain(a, a.v ** n, first, second);
  }
  const exponent = product(b, chain(a, ...FUNCTIONS.log(a.v)));
  const result = Math.exp(exponent.v);
  return chain(exponent, result, result, result);
}
