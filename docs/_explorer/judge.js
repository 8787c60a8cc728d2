// Whether an explorer's run does what a question asks for. The same theory as beside the run.

import { eigenvalues, kindOf, reversals, settlesAt } from "./engine.js";
import { hasTheory, mode } from "./theory.js";

/** @typedef {import("./engine.js").Run} Run */
/** @typedef {import("./state.js").State} State */

/** Return what can be asked of the first run of an explorer, by name.
 * @param {State} state @param {any} landscape @param {string} method @param {Run} run
 * @returns {Record<string, number | string | null>} */
export function factsOf(state, landscape, method, run) {
  const settles = landscape.optimalValue === null ? null : settlesAt(run, landscape.optimalValue);
  const regimes = landscape.quadratic && hasTheory(method) ? alongAxes(state, landscape, method) : [null, null];
  return {
    settles,
    updates: run.updates,
    reversals: reversals(run, settles ?? run.updates),
    eta: state.stepSize,
    beta: method === "heavy_ball" || method === "nesterov" ? state.momentum : 0,
    map: state.map,
    ending: run.ending,
    kind: kindOf(landscape, [run.points[2 * run.updates], run.points[2 * run.updates + 1]]),
    x: regimes[0],
    y: regimes[1],
  };
}

/** The flatter and the steeper direction; on the ravines these are x and y.
 * @param {State} state @param {any} landscape @param {string} method */
function alongAxes(state, landscape, method) {
  return eigenvalues(landscape.hessian([0, 0])).map((c) => mode(method, c, state.stepSize, state.momentum).regime);
}

/** Say whether all conditions hold.
 * @param {[string, string, string][]} conditions @param {Record<string, number | string | null>} facts
 * @returns {boolean} */
export function judged(conditions, facts) {
  return conditions.every(([name, comparison, wanted]) => {
    const found = facts[name];
    if (found === null || found === undefined) return false;
    if (comparison === "=") return String(found) === wanted || Number(found) === Number(wanted);
    const [a, b] = [Number(found), Number(wanted)];
    return { "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b }[comparison] ?? false;
  });
}
