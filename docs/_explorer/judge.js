// Whether an explorer's run does what a question asks for. The same theory as beside the run.

import { eigenvalues, kindOf, reversals, settlesAt } from "./engine.js";
import { hasTheory, mode } from "./theory.js";
import { setting } from "./words.js";

/** @typedef {import("./engine.js").Run} Run */
/** @typedef {import("./state.js").State} State */
/** @typedef {Record<string, number | string | null>} Facts */
/** @typedef {[string, string, string]} Condition name, comparison, value */

/** Return what can be asked of a run of an explorer, by name.
 * @param {State} state @param {any} landscape @param {string} method @param {Run} run
 * @returns {Facts} */
export function factsOf(state, landscape, method, run) {
  const settles = landscape.optimalValue === null ? null : settlesAt(run, landscape.optimalValue);
  const regimes = landscape.quadratic && hasTheory(method) ? alongAxes(state, landscape, method) : [null, null];
  const isUsualStart = state.x === landscape.start[0] && state.y === landscape.start[1];
  return {
    method,
    start: isUsualStart ? "usual" : "moved",
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

/** @param {Condition} condition @param {Facts} facts @returns {boolean} */
function holds([name, comparison, wanted], facts) {
  const found = facts[name];
  if (found === null || found === undefined) return false;
  if (comparison === "=") return String(found) === wanted || Number(found) === Number(wanted);
  const [a, b] = [Number(found), Number(wanted)];
  return { "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b }[comparison] ?? false;
}

/** Say whether all conditions hold.
 * @param {Condition[]} conditions @param {Facts} facts @returns {boolean} */
export function judged(conditions, facts) {
  return conditions.every((condition) => holds(condition, facts));
}

/** @type {Record<string, (found: string, wanted: string) => string>} */
const WORDS = {
  method: (found, wanted) => `the method is ${found}, and ${wanted} is asked for`,
  start: () => "the start was moved; Home on the ring, or the button Defaults, puts it back",
  settles: (found, wanted) => (found === "–" ? "it does not settle" : `it settles at update ${found}, and ${wanted} is asked for`),
  updates: (found, wanted) => `it takes ${found} updates, and ${wanted} is asked for`,
  reversals: (found, wanted) => `it reverses ${found} times, and ${wanted} is asked for`,
  eta: (found, wanted) => `η is ${found}, and ${wanted} is asked for`,
  beta: (found, wanted) => `β is ${found}, and ${wanted} is asked for`,
  map: (_, wanted) => `the landscape is another one than ${wanted}`,
  ending: (found, wanted) => ({ converged: "it does not converge", diverged: "it does not diverge" }[wanted] ?? `it ends as ${found}`),
  kind: (found, wanted) => `its end is a ${found}, not a ${wanted}`,
  x: (found, wanted) => `along x it is ${found}, not ${wanted}`,
  y: (found, wanted) => `along y it is ${found}, not ${wanted}`,
};

/** Return what a run lacks, one clause a condition that does not hold.
 * @param {Condition[]} conditions @param {Facts} facts @returns {string[]} */
export function shortfalls(conditions, facts) {
  return conditions.filter((condition) => !holds(condition, facts)).map(([name, comparison, wanted]) => {
    const found = facts[name];
    const written = found === null || found === undefined ? "–" : typeof found === "number" ? setting(found) : found;
    const asked = { "<": "less than ", ">": "more than ", "<=": "at most ", ">=": "at least " }[comparison] ?? "";
    return WORDS[name](written, asked + wanted);
  });
}
