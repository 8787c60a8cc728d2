// The reader's formula as a landscape.

import { gridOf, quantileLevels } from "./contours.js";
import { jetAt, parse, valueAt } from "./formula.js";
import { OWN } from "./state.js";

const VIEW = /** @type {[[number, number], [number, number]]} */ ([
  [-3.2, 3.2],
  [-2.2, 2.2],
]);

/** Turn the reader's formula into a landscape. Throws a FormulaError.
 * @param {string} text @returns {any} */
export function ownLandscape(text) {
  const tree = parse(text);
  const value = (/** @type {[number, number]} */ [x, y]) => valueAt(tree, x, y);
  return {
    key: OWN,
    label: "your own formula",
    formula: text,
    tree,
    view: VIEW,
    levels: quantileLevels(gridOf((x, y) => valueAt(tree, x, y), VIEW, 64, 44), 10),
    start: [1.8, 0.5],
    stepSize: 0.04,
    largestStepSize: 1,
    momentum: 0.7,
    maxUpdates: 2000,
    minimizers: [],
    optimalValue: null,
    stationaryPoints: [],
    quadratic: false,
    value,
    gradient: (/** @type {[number, number]} */ [x, y]) => {
      const jet = jetAt(tree, x, y);
      return [jet.x, jet.y];
    },
    hessian: (/** @type {[number, number]} */ [x, y]) => {
      const jet = jetAt(tree, x, y);
      return [
        [jet.xx, jet.xy],
        [jet.xy, jet.yy],
      ];
    },
  };
}
