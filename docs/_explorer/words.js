// Numbers and runs in words. Nothing here knows the page.

import { TOLERANCE, kindOf, leavesAt, settlesAt } from "./engine.js";

/** @typedef {import("./engine.js").Run} Run */
/** @typedef {import("./engine.js").Landscape} Landscape */

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Write a number with a fixed number of decimals, or as a power of ten where that would hide it.
 * Never "-0.00", and a dash for what is not finite: words tell why.
 * @param {number} value @param {number} decimals @param {{signed: boolean}} options
 * @returns {string} */
export function shown(value, decimals, { signed } = { signed: false }) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e5 || (size > 0 && size < 0.5 * 10 ** -decimals)) return scientific(value, signed);
  const digits = size.toFixed(decimals);
  const negative = value < 0 && Number(digits) !== 0;
  return (negative ? "−" : signed ? "+" : "") + digits;
}

/** @param {number} value @param {boolean} signed @returns {string} */
function scientific(value, signed) {
  const [mantissa, exponent] = Math.abs(value).toExponential(3).split("e");
  const power = [...String(Math.abs(Number(exponent)))].map((d) => SUPERSCRIPT[Number(d)]).join("");
  const sign = value < 0 ? "−" : signed ? "+" : "";
  return `${sign}${mantissa}×10${Number(exponent) < 0 ? "⁻" : ""}${power}`;
}

/** Write a setting as its shortest text, with the typographic minus sign.
 * @param {number} value @returns {string} */
export function setting(value) {
  return String(Number(value.toPrecision(6))).replace("-", "−");
}

/** Write a point with two decimals; what is nearer to zero is zero.
 * @param {number} x @param {number} y @returns {string} */
export function place(x, y) {
  const rounded = (/** @type {number} */ value) => shown(Math.abs(value) < 0.005 ? 0 : value, 2);
  return `(${rounded(x)}, ${rounded(y)})`;
}

const KINDS = {
  minimum: "a minimum",
  maximum: "a maximum, not a minimum",
  saddle: "a saddle: stationary, but not a minimum",
  flat: "a flat place",
};

/** Say how a run ended, in a sentence or two.
 * @param {Run} run @param {Landscape} landscape @param {[[number, number], [number, number]]} view
 * @param {string} [cause] why it diverged, in a sentence, where theory knows it @returns {string} */
export function outcome(run, landscape, view, cause = "") {
  const { ending, updates } = run;
  const at = /** @type {[number, number]} */ ([run.points[2 * updates], run.points[2 * updates + 1]]);
  if (ending === "undefined" && !Number.isFinite(run.values[0])) return "L has no value at this start.";
  if (ending === "undefined") return `Update ${updates + 1} leads to where L has no value. The last point is ${place(...at)}.`;
  if (ending === "diverged") {
    const left = leavesAt(run, view);
    const when = left === null ? "" : `it left the picture at update ${left}, and `;
    return `Diverged: ${when}update ${updates + 1} is beyond all bounds. The last point told is ${place(...at)}.${cause && " "}${cause}`;
  }
  if (ending === "stuck") return `Stopped at update ${updates}: no step size lowers L.`;
  if (ending === "cap") {
    if (bounces(run)) return `Not settled after ${updates} updates: it bounces between two points for ever.`;
    return `Not settled after ${updates} updates; the gradient norm is ${shown(run.gradientNorms[updates], 3)}.`;
  }
  const settled = landscape.optimalValue === null ? null : settlesAt(run, landscape.optimalValue);
  const gap = settled === null ? "" : ` L is within ${setting(TOLERANCE)} of its least value from update ${settled} on.`;
  const looked = run.evaluations > 0 ? ` Its line searches evaluated L ${run.evaluations} times.` : "";
  return `Converged after ${updates} ${updates === 1 ? "update" : "updates"} to ${place(...at)}, ${KINDS[kindOf(landscape, at)]}.${gap}${looked}`;
}

/** Say where a run is before its end.
 * @param {Run} run @param {[[number, number], [number, number]]} view @param {number} k
 * @param {boolean} playing @returns {string} */
export function underWay({ points, updates }, [[left, right], [bottom, top]], k, playing) {
  const [x, y] = [points[2 * k], points[2 * k + 1]];
  const inside = x >= left && x <= right && y >= bottom && y <= top;
  const outside = inside ? "" : ` It is outside the picture, at ${place(x, y)}.`;
  if (k === 0 && !playing) return `Ready at the start: Run plays ${updates} updates, Step makes one.${outside}`;
  return `${playing ? "Running" : "Paused"} at update ${k} of ${updates}.${outside}`;
}

/** Say whether the last two updates lead back to the same point.
 * @param {Run} run @returns {boolean} */
export function bounces({ points, updates }) {
  if (updates < 2) return false;
  const same = (/** @type {number} */ a, /** @type {number} */ b) => Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(a));
  const n = 2 * updates;
  const returned = same(points[n], points[n - 4]) && same(points[n + 1], points[n - 3]);
  return returned && !(same(points[n], points[n - 2]) && same(points[n + 1], points[n - 1]));
}
