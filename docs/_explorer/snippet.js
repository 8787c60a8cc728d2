// A run as Python that anybody can paste: the library gives the same numbers, to the last bit.

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
  backtracking: () => "line_search_descent(armijo())",
};

/** Return Python that repeats the first `updates` updates of each method.
 * @param {State} state @param {string} formula the objective as Python, for a formula of the reader's own
 * @param {number} updates @returns {string} */
export function asPython(state, formula, updates) {
  const methods = state.methods.map((method) => CONSTRUCTORS[method](state));
  const names = new Set(methods.flatMap((code) => code.match(/\b[a-z_]+(?=\()/g) ?? []));
  const own = formula !== "";
  const lines = [
    "import numpy as np",
    ...(own ? ["import torch"] : []),
    "",
    `from ravine import ${["minimize", ...names].sort().join(", ")}`,
    ...(own ? [] : ["from ravine.landscapes import LANDSCAPES"]),
    "",
    own
      ? `objective = lambda point: ${formula}`
      : `objective = next(land.objective for land in LANDSCAPES if land.key == "${state.map}")`,
    own
      ? `start = torch.tensor([${state.x}, ${state.y}], dtype=torch.float64)`
      : `start = np.array([${state.x}, ${state.y}])`,
    `for method in [${methods.join(", ")}]:`,
    `    run = minimize(objective, start, method, max_updates=${updates}, eps_grad=None)`,
    "    print(method.name, run.updates, run.iterates[-1], run.values[-1])",
  ];
  return `${lines.join("\n")}\n`;
}

/** Write a parsed formula as a Python expression of a torch tensor `point`.
 * @param {import("./formula.js").Node} node @returns {string} */
export function formulaAsPython(node) {
  switch (node.kind) {
    case "number":
      return node.value < 0 ? `(${node.value})` : String(node.value);
    case "variable":
      return node.name === "x" ? "point[0]" : "point[1]";
    case "call":
      return `torch.${node.name}(${formulaAsPython(node.argument)})`;
    default: {
      const signs = { sum: "+", difference: "-", product: "*", quotient: "/", power: "**" };
      return `(${formulaAsPython(node.left)} ${signs[node.kind]} ${formulaAsPython(node.right)})`;
    }
  }
}
