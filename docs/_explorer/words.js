// Numbers and runs in words. Nothing here knows the page.

import { TOLERANCE, kindOf, leavesAt, settlesAt } from "./engine.js";

/** @typedef {import("./engine.js").Run} Run */
/** @typedef {import("./engine.js").Landscape} Landscape */

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Write a number with a fixed number of decimals, or as a power of ten where that would hide it.
 * Never "-0.00", and never NaN: what is not finite is told elsewhere.
 * @param {number} value @param {number} decimals @param {{signed: boolean}} options
 * @returns {string} */
export function shown(value, decimals, { signed } = { signed: false }) {
  const size = Math.abs(value);
  if (size >= 1e5 || (size > 0 && size < 0.5 * 10 ** -decimals)) return scientific(value, signed);
  const digits = size.toFixed(decimals);
  const negative = value < 0 && Number(digits) !== 0;
  return (negative ? "−" : signed ? "+" : "") + digits;
}

/** @param {number} value @param {boolean} signed @returns {string} */
function scientific(value, signed) {
  const [mantissa, exponent] = Math.abs(value).toExponential(2).split("e");
  const power = [...String(Math.abs(Number(exponent)))].map((d) => SUPERSCRIPT[Number(d)]).join("");
  const sign = value < 0 ? "−" : signed ? "+" : "";
  return `${sign}${mantissa}×10${Number(exponent) < 0 ? "⁻" : ""}${power}`;
}

/** Write a setting as its shortest text, with the typographic minus sign.
 * @param {number} value @returns {string} */
export function setting(value) {
  return String(Number(value.toPrecision(6))).replace("-", "−");
}

/** Say how a run ended, in one sentence.
 * @param {Run} run @param {Landscape} landscape
 * @param {[[number, number], [number, number]]} view @returns {string} */
export function outcome(run, landscape, view) {
  const at = /** @type {[number, number]} */ ([
    run.points[2 * run.updates],
    run.points[2 * run.updates + 1],
  ]);
  const place = `(${shown(at[0], 2)}, ${shown(at[1], 2)})`;
  const left = leavesAt(run, view);
  if (run.ending === "diverged") {
    const when = left === null ? "" : ` It left the picture at update ${left}.`;
    return `Diverged: after update ${run.updates} the numbers have no bound any more.${when}`;
  }
  if (run.ending === "stuck") return `Stopped at update ${run.updates}: no step size lowers L.`;
  if (run.ending === "cap") {
    if (bounces(run)) return `Not settled after ${run.updates} updates: it bounces between two points for ever.`;
    return `Not settled after ${run.updates} updates; the gradient norm is ${shown(run.gradientNorms[run.updates], 3)}.`;
  }
  const kinds = {
    minimum: "a minimum",
    maximum: "a maximum, not a minimum",
    saddle: "a saddle: stationary, but not a minimum",
    flat: "a flat place",
  };
  const settled = landscape.optimalValue === null ? null : settlesAt(run, landscape.optimalValue);
  const gap = settled === null ? "" : `, with L within ${setting(TOLERANCE)} of its least value from update ${settled} on`;
  return `Converged after ${run.updates} updates to ${place}, ${kinds[kindOf(landscape, at)]}${gap}.`;
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
