// Theory beside a run: what is known before it, and what holds at the update that is shown.

import { angleHome, reversals, settlesAt } from "./engine.js";
import { html, row, table } from "./layout.js";
import { methodOf } from "./methods.js";
import { best, curvatures, hasTheory, mode, threshold, updatesFor } from "./theory.js";
import { setting } from "./words.js";

/** @typedef {import("./engine.js").Run} Run */
/** @typedef {import("./state.js").State} State */
/** @typedef {{method: string, run: Run}[]} Runs */

const FORECAST = ["method", "regime and factor an update", "updates to 10⁻⁶, forecast", "updates taken", "limit of η", "best settings"];
const HERE = ["method", "curvatures here", "η × the largest", "off the way home", "reversals so far"];

/** Return the curvatures that theory speaks about: everywhere on a quadratic, else at the minimizer near the
 * start; null where none is known.
 * @param {any} landscape @param {State} state @returns {[number, number] | null} */
export function curvaturesFor(landscape, { x, y }) {
  if (landscape.quadratic) return curvatures(landscape, [0, 0]);
  /** @type {{point: [number, number], curvatures: [number, number]}[]} */
  const minima = landscape.stationaryPoints.filter((/** @type {any} */ point) => point.kind === "minimum");
  if (minima.length === 0) return null;
  const away = minima.map(({ point: [px, py] }) => (px - x) * (px - x) + (py - y) * (py - y));
  return minima[away.indexOf(Math.min(...away))].curvatures;
}

/** Say why a run diverged, or nothing where theory does not know.
 * @param {any} landscape @param {State} state @param {string} method @returns {string} */
export function whyDiverged(landscape, state, method) {
  const both = curvaturesFor(landscape, state);
  if (both === null || !hasTheory(method)) return "";
  const limit = threshold(method, both[1], state.momentum);
  if (state.stepSize < limit) return "";
  const { factor } = mode(method, both[1], state.stepSize, state.momentum);
  const signed = method === "gradient_descent" ? -factor : factor;
  const below = `η = ${setting(state.stepSize)} is not below the limit ${setting(limit)}`;
  if (!landscape.quadratic) return `${below} that holds near the minimizer closest to the start.`;
  return `${below}: along the steepest direction an update multiplies by ${setting(signed)}.`;
}

/** Show both tables.
 * @param {HTMLElement} place @param {any} landscape @param {State} state @param {Runs} runs */
export function showBeside(place, landscape, state, runs) {
  const both = curvaturesFor(landscape, state);
  const known = both === null || both[0] <= 0 ? [] : runs.filter(({ method }) => hasTheory(method));
  const forecasts = known.map((one) => forecast(landscape, state, /** @type {[number, number]} */ (both), one));
  const where = landscape.quadratic ? "exact, since L is quadratic" : "a local forecast, near the minimizer closest to the start";
  place.replaceChildren(
    ...(forecasts.length > 0 ? [html("table", {}, table(FORECAST, forecasts, `Theory beside your run (${where})`))] : []),
    html("table", {}, table(HERE, runs.map((one) => here(landscape, state, one)), "At the update shown")),
  );
}

/** @param {any} landscape @param {State} state @param {[number, number]} both @param {Runs[number]} one */
function forecast(landscape, state, both, { method, run }) {
  const modes = both.map((curvature) => mode(method, curvature, state.stepSize, state.momentum));
  const factor = Math.max(...modes.map((one) => one.factor));
  const predicted = updatesFor(factor, 1e-6 / Math.max(1e-300, run.values[0] - (landscape.optimalValue ?? 0)));
  const optimum = best(method, both[0], both[1]);
  return row(FORECAST, [
    methodOf(method).label,
    modes.map((one) => `λ = ${setting(one.curvature)}: ${one.regime}, ${setting(one.factor)}`).join("; "),
    factor >= 1 ? "never" : predicted === null ? "–" : `about ${predicted}`,
    taken(landscape, run),
    setting(threshold(method, both[1], state.momentum)),
    `η = ${setting(optimum.stepSize)}${optimum.momentum ? `, β = ${setting(optimum.momentum)}` : ""}`,
  ]);
}

/** @param {any} landscape @param {Run} run */
function taken(landscape, run) {
  const settled = landscape.optimalValue === null ? null : settlesAt(run, landscape.optimalValue);
  if (settled !== null) return String(settled);
  return run.ending === "diverged" ? "diverged" : "not settled";
}

/** @param {any} landscape @param {State} state @param {Runs[number]} one */
function here(landscape, { k: upTo, stepSize }, { method, run }) {
  const k = Math.min(upTo, run.updates);
  const point = /** @type {[number, number]} */ ([run.points[2 * k], run.points[2 * k + 1]]);
  const both = curvatures(landscape, point);
  const angle = angleHome(landscape, point);
  const known = both.every(Number.isFinite);
  return row(HERE, [
    methodOf(method).label,
    known ? `${setting(both[0])} and ${setting(both[1])}` : "–",
    known && hasTheory(method) ? setting(stepSize * both[1]) : "–",
    angle === null ? "–" : `${angle.toFixed(1)}°`,
    String(reversals(run, k)),
  ]);
}
