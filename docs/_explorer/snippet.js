// A run as Python that anybody can paste. On the library's landscapes it gives the same numbers to the last bit; a
// formula of the reader's own is differentiated by torch, which may round the last bit another way.

import { methodOf } from "./methods.js";

/** @typedef {import("./state.js").State} State */

/** Constructors of the library, and which settings they take.
 * @type {Record<string, (state: State) => string>} */
const CONSTRUCTORS = {
  gradient_descent: ({ stepSize }) => `gradient_descent(${stepSize})`,
  heavy_ball: ({ stepSize, momentum }) => `heavy_ball(${stepSize}, momentum=${momentum})`,
  nesterov: ({ stepSize, momentum }) => `nesterov(${stepSize}, momentum=${momentum})`,
  adagrad: ({ stepSize }) => `adagrad(${stepSize})`,
  rmsprop: ({ stepSize }) => `rmsprop(${stepSize})`,
  adam: ({ stepSize }) => `adam(${stepSize})`,
  backtracking: () => "gradient_descent(armijo())",
};

/** Return Python that repeats the updates of each method that are shown, and prints the numbers shown.
 * @param {State} state @param {string} formula the objective as Python, for a formula of the reader's own
 * @param {number[]} updates for each method @returns {string} */
export function asPython(state, formula, updates) {
  const methods = state.methods.map((method) => CONSTRUCTORS[method](state));
  const names = new Set(methods.flatMap((code) => code.match(/\b[a-z_]+(?=\()/g) ?? []));
  const own = formula !== "";
  const lines = [
    own ? "import torch" : "import numpy as np",
    "",
    `from ravine import ${["minimize", ...names].sort().join(", ")}`,
    ...(own ? [] : ["from ravine.course.landscapes import LANDSCAPES"]),
    "",
    own
      ? `objective = lambda point: ${formula}`
      : `objective = next(land.objective for land in LANDSCAPES if land.key == "${state.map}")`,
    own
      ? `start = torch.tensor([${state.x}, ${state.y}], dtype=torch.float64)`
      : `start = np.array([${state.x}, ${state.y}], dtype=float)`,
    "runs = [",
    ...methods.map((method, n) => `    ("${methodOf(state.methods[n]).label}", ${method}, ${updates[n]}),`),
    "]",
    "for name, method, updates in runs:",
    "    run = minimize(objective, start, method, max_updates=updates, eps_grad=None)",
    "    print(name, run.updates, *run.iterates[-1].tolist(), float(run.values[-1]))",
  ];
  return `${lines.join("\n")}\n`;
}

/** Write a parsed formula as a Python expression of a torch tensor `point`.
 * @param {import("./formula.js").Node} node @returns {string} */
export function formulaAsPython(node) {
  return isConstant(node) ? `${expression(node)} + 0 * point[0]` : expression(node);
}

/** @param {import("./formula.js").Node} node @returns {string} */
function expression(node) {
  switch (node.kind) {
    case "number":
      return `${node.value < 0 ? "(" : ""}${node.value}${/^-?\d+$/.test(String(node.value)) ? ".0" : ""}${node.value < 0 ? ")" : ""}`;
    case "variable":
      return node.name === "x" ? "point[0]" : "point[1]";
    case "call": {
      const argument = expression(node.argument);
      return `torch.${node.name}(${isConstant(node.argument) ? `torch.tensor(${argument}, dtype=torch.float64)` : argument})`;
    }
    default: {
      const signs = { sum: "+", difference: "-", product: "*", quotient: "/", power: "**" };
      return `(${expression(node.left)} ${signs[node.kind]} ${expression(node.right)})`;
    }
  }
}

/** @param {import("./formula.js").Node} node @returns {boolean} */
function isConstant(node) {
  if (node.kind === "number" || node.kind === "variable") return node.kind === "number";
  return node.kind === "call" ? isConstant(node.argument) : isConstant(node.left) && isConstant(node.right);
}
