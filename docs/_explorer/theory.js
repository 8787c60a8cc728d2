// What theory says about a run before it is made: exact on quadratics, a local forecast elsewhere.

import { eigenvalues } from "./engine.js";

/** @typedef {import("./engine.js").Landscape} Landscape */
/** @typedef {"monotone" | "one step" | "alternating" | "neutral" | "divergent" | "spiral"} Regime */
/** How one direction of curvature behaves: its regime, and by what its error shrinks an update.
 * @typedef {{curvature: number, regime: Regime, factor: number}} Mode */

const EXACTLY = 1e-12;

/** Return the largest modulus of the roots of r^2 - p r + q, and whether the roots are complex.
 * @param {number} p @param {number} q @returns {{modulus: number, complex: boolean}} */
function largestRoot(p, q) {
  const discriminant = p * p - 4 * q;
  if (discriminant < 0) return { modulus: Math.sqrt(q), complex: true };
  return { modulus: (Math.abs(p) + Math.sqrt(discriminant)) / 2, complex: false };
}

/** Methods whose error on a quadratic follows a linear recursion, by key; each returns the
 * coefficients p, q of r^2 - p r + q for s = step size times curvature.
 * @type {Record<string, (s: number, momentum: number) => [number, number]>} */
const RECURSIONS = {
  gradient_descent: (s) => [1 - s, 0],
  heavy_ball: (s, momentum) => [1 + momentum - s, momentum],
  nesterov: (s, momentum) => [(1 + momentum) * (1 - s), momentum * (1 - s)],
};

/** Say whether there is a closed form for a method.
 * @param {string} method @returns {boolean} */
export function hasTheory(method) {
  return Object.hasOwn(RECURSIONS, method);
}

/** Return how a method behaves along a direction of given curvature.
 * @param {string} method @param {number} curvature @param {number} stepSize @param {number} momentum
 * @returns {Mode} */
export function mode(method, curvature, stepSize, momentum) {
  const s = stepSize * curvature;
  const [p, q] = RECURSIONS[method](s, momentum);
  if (q < 0) {
    // Nesterov beyond s = 1: the roots are real and of opposite sign
    const factor = (Math.abs(p) + Math.sqrt(p * p - 4 * q)) / 2;
    return { curvature, regime: factor > 1 ? "divergent" : "alternating", factor };
  }
  const { modulus, complex } = largestRoot(p, q);
  if (modulus > 1 + EXACTLY) return { curvature, regime: "divergent", factor: modulus };
  if (modulus > 1 - EXACTLY) return { curvature, regime: "neutral", factor: 1 };
  if (modulus < EXACTLY) return { curvature, regime: "one step", factor: 0 };
  if (complex) return { curvature, regime: "spiral", factor: modulus };
  return { curvature, regime: p < 0 ? "alternating" : "monotone", factor: modulus };
}

/** Return the step size above which a method diverges at a given largest curvature.
 * @param {string} method @param {number} largest @param {number} momentum @returns {number} */
export function threshold(method, largest, momentum) {
  if (method === "heavy_ball") return (2 * (1 + momentum)) / largest;
  if (method === "nesterov") return (2 + 2 * momentum) / (1 + 2 * momentum) / largest;
  return 2 / largest;
}

/** Return the settings with the best rate in the worst direction, and that rate.
 * @param {string} method @param {number} least @param {number} largest
 * @returns {{stepSize: number, momentum: number, factor: number}} */
export function best(method, least, largest) {
  const kappa = largest / least;
  if (method === "heavy_ball") {
    const factor = (Math.sqrt(kappa) - 1) / (Math.sqrt(kappa) + 1);
    const root = 2 / (Math.sqrt(least) + Math.sqrt(largest));
    return { stepSize: root * root, momentum: factor * factor, factor };
  }
  if (method === "nesterov") {
    const root = Math.sqrt(3 * kappa + 1);
    return { stepSize: 4 / (3 * largest + least), momentum: (root - 2) / (root + 2), factor: 1 - 2 / root };
  }
  return { stepSize: 2 / (least + largest), momentum: 0, factor: (kappa - 1) / (kappa + 1) };
}

/** Return the curvatures at a point: those of the whole landscape if it is quadratic.
 * @param {Landscape} landscape @param {[number, number]} point @returns {[number, number]} */
export function curvatures(landscape, point) {
  return eigenvalues(landscape.hessian(point));
}

/** Return about how many updates multiply the gap by a given share, or null when none do.
 * The gap goes with the square of the error, which shrinks by the factor an update.
 * @param {number} factor @param {number} share @returns {number | null} */
export function updatesFor(factor, share) {
  if (share >= 1) return 0;
  if (factor >= 1) return null;
  if (factor === 0) return 1;
  return Math.ceil(Math.log(share) / (2 * Math.log(factor)));
}
