// Maps over many runs: where each start ends, and how long each pair of settings takes. The runs are the
// explorer's own.

import { kindOf, run } from "./engine.js";
import { methodOf, settingsOf } from "./methods.js";

/** @typedef {import("./engine.js").Landscape} Landscape */
/** What a map is of: the method and its settings, and the start.
 * @typedef {{method: string, eta: number, beta: number, start: [number, number]}} Settings */

export const DIVERGED = 0;
export const NOT_SETTLED = 1;
export const FIRST_MINIMIZER = 2;

export const NEVER = -1; // in a map of settings: not settled
export const LOST = -2; // diverged

export const MOST_MOMENTUM = 0.99;
const MOST_UPDATES = 500;
const FLAT = 1e-3; // a gradient norm that says which minimizer it will be
const SAME = 0.04; // the squared distance below which two ends are one
const MOST_ENDS = 20;

/** Compute one row of the map of starts, as classes: diverged, not settled, or the number of the end.
 * @param {Landscape} landscape @param {[[number, number], [number, number]]} view @param {Settings} settings
 * @param {[number, number][]} ends the minimizers that are known; those found on the way are added
 * @param {number} columns @param {number} rows @param {number} j @returns {Uint8Array} */
export function basinRow(landscape, [[left, right], [bottom, top]], settings, ends, columns, rows, j) {
  const method = methodOf(settings.method);
  const all = settingsOf(settings.method, settings.eta, settings.beta);
  const y = bottom + ((top - bottom) * (j + 0.5)) / rows;
  const classes = new Uint8Array(columns);
  for (let i = 0; i < columns; i += 1) {
    const x = left + ((right - left) * (i + 0.5)) / columns;
    const { ending, points, updates } = run(landscape, method, all, [x, y], MOST_UPDATES, FLAT);
    if (ending === "diverged" || ending === "undefined") classes[i] = DIVERGED;
    else if (ending !== "converged") classes[i] = NOT_SETTLED;
    else classes[i] = endClass(landscape, ends, [points[2 * updates], points[2 * updates + 1]]);
  }
  return classes;
}

/** @param {Landscape} landscape @param {[number, number][]} ends @param {[number, number]} at
 * @returns {number} */
function endClass(landscape, ends, [x, y]) {
  const known = ends.findIndex(([px, py]) => (x - px) * (x - px) + (y - py) * (y - py) < SAME);
  if (known !== -1) return FIRST_MINIMIZER + known;
  if (ends.length >= MOST_ENDS || kindOf(landscape, [x, y]) !== "minimum") return NOT_SETTLED;
  ends.push([x, y]);
  return FIRST_MINIMIZER + ends.length - 1;
}

/** Compute one row of the map of settings: the updates that a method with momentum takes from the start.
 * @param {Landscape} landscape @param {Settings} settings @param {number} largestStepSize
 * @param {number} columns @param {number} rows @param {number} j from momentum 0 up @returns {Int16Array} */
export function planeRow(landscape, { method, start }, largestStepSize, columns, rows, j) {
  const [rule, beta] = [methodOf(method), planeMomentum(j, rows)];
  return Int16Array.from({ length: columns }, (_, i) => {
    const all = settingsOf(method, planeStepSize(i, columns, largestStepSize), beta);
    const { ending, updates } = run(landscape, rule, all, start, MOST_UPDATES);
    if (ending === "converged") return updates;
    return ending === "cap" ? NEVER : LOST;
  });
}

/** @param {number} i @param {number} columns @param {number} largest @returns {number} */
export function planeStepSize(i, columns, largest) {
  return Number(((largest * (i + 0.5)) / columns).toPrecision(3));
}

/** @param {number} j @param {number} rows @returns {number} */
export function planeMomentum(j, rows) {
  return Number(((MOST_MOMENTUM * (j + 0.5)) / rows).toFixed(3));
}
