// Runs of a method on a landscape. Knows no page: numbers in, numbers out.
//
// The formulas of the landscapes and the update rules are not here: they are generated from the Python
// library (see generated.js), operation by operation.

/** @typedef {{
 *   key: string, label: string,
 *   value: (point: [number, number]) => number,
 *   gradient: (point: [number, number]) => [number, number],
 *   hessian: (point: [number, number]) => [[number, number], [number, number]],
 *   minimizers: [number, number][], optimalValue: number | null,
 * }} Landscape */

/** An update rule for one coordinate; a state of null means that it remembers nothing.
 * @typedef {{
 *   key: string, label: string, parameters: string[],
 *   init: (x: number) => any,
 *   step: (x: number, gradient: number, state: any, ...parameters: number[]) => [number, any],
 * } | LineSearch} Method */

/** A rule that looks along the whole ray before it steps.
 * @typedef {{key: string, label: string, parameters: string[],
 *   stepSize: (landscape: Landscape, point: [number, number], value: number,
 *     gradient: [number, number], ...parameters: number[]) => {size: number, evaluations: number},
 * }} LineSearch */

/** "undefined": the run came to a point at which L has no value, such as the logarithm of a negative number.
 * @typedef {"converged" | "cap" | "diverged" | "undefined" | "stuck"} Ending */

/** Points, values and gradient norms at k = 0, 1, ..., updates; points holds x0, y0, x1, y1, ...
 * `updates` counts the updates that led to a finite point.
 * @typedef {{points: Float64Array, values: Float64Array, gradientNorms: Float64Array,
 *   updates: number, ending: Ending, evaluations: number}} Run */

export const TOLERANCE = 1e-6;
export const FAR = 1e6;

/** Run a method from a start until it converges, diverges, or reaches the cap.
 * @param {Landscape} landscape @param {Method} method @param {Record<string, number>} settings
 * @param {[number, number]} start @param {number} maxUpdates
 * @param {number} [tolerance] for the gradient norm, and for the last step of a method with memory
 * @returns {Run} */
export function run(landscape, method, settings, start, maxUpdates, tolerance = TOLERANCE) {
  const points = new Float64Array(2 * maxUpdates + 2);
  const values = new Float64Array(maxUpdates + 1);
  const gradientNorms = new Float64Array(maxUpdates + 1);
  const parameters = method.parameters.map((name) => settings[name]);
  let [x, y] = start;
  let state = "step" in method ? [method.init(x), method.init(y)] : [null, null];
  const remembers = state[0] !== null;
  let lastStep = 0;
  let evaluations = 0;
  /** @param {number} updates @param {Ending} ending @returns {Run} */
  const finished = (updates, ending) => ({
    points: points.subarray(0, 2 * updates + 2),
    values: values.subarray(0, updates + 1),
    gradientNorms: gradientNorms.subarray(0, updates + 1),
    updates,
    ending,
    evaluations,
  });

  for (let k = 0; ; k += 1) {
    const value = landscape.value([x, y]);
    const [gx, gy] = landscape.gradient([x, y]);
    const norm = Math.sqrt(gx * gx + gy * gy);
    const lost = !(Math.abs(x) <= FAR && Math.abs(y) <= FAR);
    const isNumber = Number.isFinite(value) && Number.isFinite(norm);
    const ending = lost || value === Infinity || value === -Infinity ? "diverged" : "undefined";
    // the last finite point is the last one told
    if (k > 0 && (lost || !isNumber)) return finished(k - 1, ending);
    points[2 * k] = x;
    points[2 * k + 1] = y;
    values[k] = value;
    gradientNorms[k] = norm;
    if (!isNumber) return finished(k, ending);
    // a method with memory may pass through a flat point at full speed
    if (norm <= tolerance && (!remembers || lastStep <= tolerance)) return finished(k, "converged");
    if (k === maxUpdates) return finished(k, "cap");

    let nextX;
    let nextY;
    if ("step" in method) {
      const [first, second] = [
        method.step(x, gx, state[0], ...parameters),
        method.step(y, gy, state[1], ...parameters),
      ];
      [nextX, nextY] = [first[0], second[0]];
      state = [first[1], second[1]];
    } else {
      const chosen = method.stepSize(landscape, [x, y], value, [gx, gy], ...parameters);
      evaluations += chosen.evaluations;
      if (chosen.size === 0) return finished(k, "stuck");
      [nextX, nextY] = [x - chosen.size * gx, y - chosen.size * gy];
    }
    lastStep = Math.sqrt((nextX - x) * (nextX - x) + (nextY - y) * (nextY - y));
    [x, y] = [nextX, nextY];
  }
}

/** Armijo's rule: shrink the first trial until the value falls by a share of what the slope promises.
 * @type {LineSearch} */
export const BACKTRACKING = {
  key: "backtracking",
  label: "gradient descent with backtracking",
  parameters: ["first", "shrink", "sufficient", "max_shrinks"],
  stepSize: (landscape, [x, y], value, [gx, gy], first, shrink, sufficient, maxShrinks) => {
    const promise = gx * gx + gy * gy;
    let size = first;
    for (let shrinks = 0; shrinks <= maxShrinks; shrinks += 1) {
      const fall = value - landscape.value([x - size * gx, y - size * gy]);
      if (fall > 0 && fall >= sufficient * size * promise) return { size, evaluations: shrinks + 1 };
      size = shrink * size;
    }
    return { size: 0, evaluations: maxShrinks + 1 };
  },
};

/** Return the first k from which the objective gap stays within the tolerance to the end, or null.
 * @param {Run} run @param {number} optimalValue @returns {number | null} */
export function settlesAt({ values, updates, ending }, optimalValue) {
  if (ending === "diverged" || ending === "undefined") return null;
  let k = updates + 1;
  while (k > 0 && values[k - 1] - optimalValue <= TOLERANCE) k -= 1;
  return k <= updates ? k : null;
}

/** Return the first k at which the run is outside a view, or null.
 * @param {Run} run @param {[[number, number], [number, number]]} view @returns {number | null} */
export function leavesAt({ points, updates }, [[left, right], [bottom, top]]) {
  for (let k = 0; k <= updates; k += 1) {
    const [x, y] = [points[2 * k], points[2 * k + 1]];
    if (x < left || x > right || y < bottom || y > top) return k;
  }
  return null;
}

/** Count pairs of consecutive steps with more than a right angle between them, up to a given k.
 * @param {Run} run @param {number} upTo @returns {number} */
export function reversals({ points }, upTo) {
  let count = 0;
  for (let k = 1; k < upTo; k += 1) {
    const before = [points[2 * k] - points[2 * k - 2], points[2 * k + 1] - points[2 * k - 1]];
    const after = [points[2 * k + 2] - points[2 * k], points[2 * k + 3] - points[2 * k + 1]];
    if (before[0] * after[0] + before[1] * after[1] < 0) count += 1;
  }
  return count;
}

/** Return the angle in degrees between the direction of descent and the way to the nearest minimizer, or null
 * where one of the two does not exist.
 * @param {Landscape} landscape @param {[number, number]} point @returns {number | null} */
export function angleHome({ gradient, minimizers }, [x, y]) {
  const [gx, gy] = gradient([x, y]);
  const away = minimizers.map(([px, py]) => [x - px, y - py]);
  const distances = away.map(([dx, dy]) => Math.sqrt(dx * dx + dy * dy));
  const near = distances.indexOf(Math.min(...distances));
  const lengths = near === -1 ? 0 : distances[near] * Math.sqrt(gx * gx + gy * gy);
  if (!(lengths > 0)) return null;
  const cosine = (gx * away[near][0] + gy * away[near][1]) / lengths;
  return (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI;
}

/** Return the eigenvalues of a symmetric two by two matrix in rising order.
 * @param {[[number, number], [number, number]]} matrix @returns {[number, number]} */
export function eigenvalues([[a, b], [, c]]) {
  const middle = (a + c) / 2;
  const half = Math.sqrt(((a - c) / 2) * ((a - c) / 2) + b * b);
  return [middle - half, middle + half];
}

/** Say what a point with (nearly) zero gradient is.
 * @param {Landscape} landscape @param {[number, number]} point
 * @returns {"minimum" | "maximum" | "saddle" | "flat"} */
export function kindOf(landscape, point) {
  const [least, most] = eigenvalues(landscape.hessian(point));
  const nothing = 1e-9 * Math.max(1, Math.abs(least), Math.abs(most));
  if (least > nothing) return "minimum";
  if (most < -nothing) return "maximum";
  return least < -nothing && most > nothing ? "saddle" : "flat";
}
