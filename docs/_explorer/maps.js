// Maps over many runs: where each start ends, and which step sizes and momenta converge.

import { FAR, TOLERANCE } from "./engine.js";
import { mode } from "./theory.js";

/** @typedef {import("./engine.js").Landscape} Landscape */

export const DIVERGED = 0;
export const NOT_SETTLED = 1;
export const FIRST_MINIMIZER = 2;

/** Return where plain descent with momentum from a start ends: a class as above, one a minimizer.
 * @param {Landscape} landscape @param {number} eta @param {number} beta
 * @param {number} x @param {number} y @param {number} updates @returns {number} */
export function endOf(landscape, eta, beta, x, y, updates) {
  let [vx, vy] = [0, 0];
  for (let k = 0; k < updates; k += 1) {
    const [gx, gy] = landscape.gradient([x, y]);
    if (!(Math.abs(x) <= FAR && Math.abs(y) <= FAR)) return DIVERGED;
    vx = beta * vx + gx;
    vy = beta * vy + gy;
    x -= eta * vx;
    y -= eta * vy;
    if (gx * gx + gy * gy < TOLERANCE && eta * eta * (vx * vx + vy * vy) < TOLERANCE) {
      const at = nearest(landscape.minimizers, x, y);
      if (at !== null) return FIRST_MINIMIZER + at;
    }
  }
  return NOT_SETTLED;
}

/** @param {[number, number][]} points @param {number} x @param {number} y @returns {number | null} */
function nearest(points, x, y) {
  for (const [n, [px, py]] of points.entries()) {
    if ((x - px) * (x - px) + (y - py) * (y - py) < 0.01) return n;
  }
  return null;
}

/** Compute one row of the map of starts, as classes.
 * @param {Landscape} landscape @param {[[number, number], [number, number]]} view
 * @param {number} columns @param {number} rows @param {number} j @param {number} eta @param {number} beta
 * @param {number} updates @returns {Uint8Array} */
export function basinRow(landscape, [[left, right], [bottom, top]], columns, rows, j, eta, beta, updates) {
  const classes = new Uint8Array(columns);
  const y = bottom + ((top - bottom) * (j + 0.5)) / rows;
  for (let i = 0; i < columns; i += 1) {
    const x = left + ((right - left) * (i + 0.5)) / columns;
    classes[i] = endOf(landscape, eta, beta, x, y, updates);
  }
  return classes;
}

/** Return the map of the (step size, momentum) plane in closed form: the factor of the slowest
 * direction, 1 or more where the method diverges. Rows are momenta from 0 up.
 * @param {string} method @param {[number, number]} curvatures @param {number} largestStepSize
 * @param {number} columns @param {number} rows @returns {Float64Array} */
export function rateMap(method, curvatures, largestStepSize, columns, rows) {
  const factors = new Float64Array(columns * rows);
  for (let j = 0; j < rows; j += 1) {
    const beta = (0.999 * j) / (rows - 1);
    for (let i = 0; i < columns; i += 1) {
      const eta = (largestStepSize * (i + 1)) / columns;
      const modes = curvatures.map((curvature) => mode(method, curvature, eta, beta).factor);
      factors[j * columns + i] = Math.max(...modes);
    }
  }
  return factors;
}
