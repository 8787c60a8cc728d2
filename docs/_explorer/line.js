// The explorer in one dimension: a curve, the tangent, and the steps; beside it the same run as a cobweb.

import { LINES } from "./generated.js";
import { svg } from "./picture.js";
import { readNumber } from "./state.js";
import { mode } from "./theory.js";
import { setting, shown } from "./words.js";

const SIZE = 320;
const FAR = 1e6;
const TOLERANCE = 1e-8;
const CAP = 500;

/** A curve: its formulas and what is known about it, generated from the library.
 * @typedef {{key: string, label: string, view: [number, number], start: number, stepSize: number,
 *   even: boolean, value: (x: number) => number, slope: (x: number) => number,
 *   curvature: (x: number) => number, minimizers: number[]}} Line */

/** Run gradient descent on a line until it is flat, far away, or has taken long enough.
 * @param {Line} line @param {number} eta @param {number} start
 * @returns {{points: number[], ending: "converged" | "cap" | "diverged"}} */
export function runOnLine(line, eta, start) {
  const points = [start];
  for (let k = 0; k < CAP; k += 1) {
    const x = points[k];
    const slope = line.slope(x);
    if (Math.abs(slope) <= TOLERANCE) return { points, ending: "converged" };
    const next = x - eta * slope;
    if (!(Math.abs(next) <= FAR)) return { points, ending: "diverged" };
    points.push(next);
  }
  return { points, ending: "cap" };
}

/** Return step sizes at which the behaviour changes: at the nearest minimizer, and for the start.
 * @param {Line} line @param {number} start @returns {{stepSize: number, text: string}[]} */
export function landmarks(line, start) {
  const nearest = line.minimizers.reduce((a, b) => (Math.abs(b - start) < Math.abs(a - start) ? b : a));
  const curvature = line.curvature(nearest);
  const marks = [
    { stepSize: 1 / curvature, text: "1/λ, one step near the minimizer" },
    { stepSize: 2 / curvature, text: "2/λ, limit near the minimizer" },
  ];
  // on an even curve a step that lands on the mirror image of the start goes back and forth for ever
  const mirror = (2 * start) / line.slope(start);
  if (line.even && mirror > 0 && mirror < 2 / curvature) {
    marks.push({ stepSize: mirror, text: "lands on −start, limit from here" });
  }
  return marks;
}

/** Say in a sentence what a run does.
 * @param {Line} line @param {number} eta @param {ReturnType<typeof runOnLine>} run @returns {string} */
export function said(line, eta, { points, ending }) {
  const updates = points.length - 1;
  const last = points[updates];
  if (ending === "diverged") return `Diverged: beyond a million after ${updates} updates.`;
  if (ending === "cap") return `Not settled after ${updates} updates, at x = ${shown(last, 3)}.`;
  const isMinimum = line.curvature(last) > 0;
  const near = mode("gradient_descent", line.curvature(last), eta, 0).regime;
  const what = isMinimum ? `a minimizer; close to it the steps are ${near}` : "a flat place that is no minimum";
  return `Flat after ${updates} updates at x = ${shown(last, 4)}, ${what}.`;
}

/** Put a one-dimensional explorer into a figure.
 * @param {HTMLElement} figure */
export function mountLine(figure) {
  const given = JSON.parse(figure.dataset.line ?? "{}");
  /** @type {Line} */
  const line = LINES.find(({ key }) => key === given.preset) ?? LINES[0];
  const state = { x: given.x ?? line.start, eta: given.eta ?? line.stepSize, k: 0 };
  const largest = 2.5 * Math.max(...landmarks(line, line.start).map(({ stepSize }) => stepSize));
  const made = (/** @type {string} */ tag, /** @type {Record<string, string>} */ attributes, /** @type {(Node | string)[]} */ children = []) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return /** @type {any} */ (element);
  };
  const curve = svg("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img", class: "line-picture" });
  const web = svg("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img", class: "line-picture" });
  const start = made("input", { type: "range", name: "x", min: String(line.view[0]), max: String(line.view[1]), step: "0.01" });
  const slider = made("input", { type: "range", name: "eta", min: "0", max: "1000" });
  const typed = made("input", { type: "text", name: "eta-typed", inputmode: "decimal", autocomplete: "off" });
  const track = made("div", { class: "track", "aria-hidden": "true" });
  const scrub = made("input", { type: "range", name: "k", min: "0", step: "1" });
  const marks = made("div", { class: "choices" });
  const outcome = made("p", { class: "outcome", "aria-live": "polite" });
  const readout = made("p", { class: "line-readout" });
  const field = (/** @type {string} */ text, /** @type {Node[]} */ controls) => made("label", { class: "field" }, [made("span", {}, [text]), ...controls]);
  figure.classList.add("explorer", "live");
  figure.replaceChildren(
    made("div", { class: "line-pictures" }, [
      made("div", {}, [made("p", {}, ["f, its tangent, and the steps"]), curve]),
      made("div", {}, [made("p", {}, ["the next x against this x"]), web]),
    ]),
    readout, outcome,
    field("Start", [start]),
    made("div", { class: "step-size" }, [field("Step size η", [slider]), track, marks, field("exactly", [typed])]),
    field("Update shown", [scrub]),
  );

  let run = runOnLine(line, state.eta, state.x);
  function change() {
    run = runOnLine(line, state.eta, state.x);
    state.k = run.points.length - 1;
    draw();
  }
  function draw() {
    start.value = String(state.x);
    start.setAttribute("aria-valuetext", `x = ${setting(state.x)}`);
    slider.value = String(Math.round((1000 * state.eta) / largest));
    slider.setAttribute("aria-valuetext", setting(state.eta));
    if (document.activeElement !== typed) {
      typed.value = String(state.eta);
      typed.removeAttribute("aria-invalid");
    }
    scrub.setAttribute("aria-valuetext", `update ${state.k}`);
    scrub.max = String(run.points.length - 1);
    scrub.value = String(state.k);
    drawCurve();
    drawWeb();
    const x = run.points[state.k];
    readout.textContent = `update ${state.k}: x = ${shown(x, 4)}, f = ${shown(line.value(x), 4)}, f′ = ${shown(line.slope(x), 4)}`;
    outcome.textContent = said(line, state.eta, run);
    drawTrack();
    marks.replaceChildren(...landmarks(line, state.x).map(({ stepSize, text }) => {
      const button = made("button", { type: "button", title: text }, [`${text}: ${setting(stepSize)}`]);
      button.addEventListener("click", () => {
        state.eta = stepSize;
        change();
      });
      return button;
    }));
  }

  /** Mark the regimes near the minimizer along the slider, and where the start has a limit of its own. */
  function drawTrack() {
    const [one, limit, ...own] = landmarks(line, state.x).map(({ stepSize }) => 100 * Math.min(1, stepSize / largest));
    const zone = (/** @type {string} */ name, /** @type {number} */ from, /** @type {number} */ to) =>
      made("span", { class: name, title: name, style: `left: ${from}%; width: ${to - from}%` });
    track.replaceChildren(
      zone("monotone", 0, one), zone("alternating", one, limit), zone("divergent", limit, 100),
      ...[one, limit, ...own].map((at) => made("i", { style: `left: ${at}%` })),
    );
  }

  const [left, right] = line.view;
  const samples = Array.from({ length: 161 }, (_, n) => left + ((right - left) * n) / 160);
  const heights = samples.map(line.value);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const toX = (/** @type {number} */ x) => ((x - left) / (right - left)) * SIZE;
  const toY = (/** @type {number} */ y) => SIZE - 14 - ((y - low) / (high - low)) * (SIZE - 28);
  const within = (/** @type {number} */ pixel) => Math.max(-SIZE, Math.min(2 * SIZE, pixel)).toFixed(1);
  const joined = (/** @type {[number, number][]} */ list) => list.map(([x, y]) => `${within(x)} ${within(y)}`).join(" ");

  function drawCurve() {
    const shownPoints = run.points.slice(0, state.k + 1);
    const x = run.points[state.k];
    const tangent = [left, right].map((at) => [toX(at), toY(line.value(x) + line.slope(x) * (at - x))]);
    curve.replaceChildren(
      svg("polyline", { class: "path look-0", points: joined(samples.map((at, n) => [toX(at), toY(heights[n])])) }),
      svg("polyline", { class: "tangent", points: joined(/** @type {[number, number][]} */ (tangent)) }),
      svg("polyline", { class: "path look-1", points: joined(shownPoints.map((at) => [toX(at), toY(line.value(at))])) }),
      ...shownPoints.slice(-60).map((at) => svg("circle", { class: "step-dot look-1", cx: within(toX(at)), cy: within(toY(line.value(at))), r: 3 })),
      svg("circle", { class: "current look-1", cx: within(toX(x)), cy: within(toY(line.value(x))), r: 6 }),
    );
    curve.setAttribute("aria-label", `The ${line.label} with the first ${state.k} steps from ${setting(state.x)}. ${said(line, state.eta, run)}`);
  }

  function drawWeb() {
    const toV = (/** @type {number} */ y) => SIZE - toX(y);
    const web2 = [[toX(run.points[0]), toV(run.points[0])]];
    for (let k = 0; k < state.k; k += 1) {
      const [x, next] = [run.points[k], run.points[k + 1]];
      web2.push([toX(x), toV(next)], [toX(next), toV(next)]);
    }
    web.replaceChildren(
      svg("line", { class: "diagonal", x1: 0, y1: SIZE, x2: SIZE, y2: 0 }),
      svg("polyline", { class: "path look-0", points: joined(samples.map((at) => [toX(at), toV(at - state.eta * line.slope(at))])) }),
      svg("polyline", { class: "path look-1", points: joined(/** @type {[number, number][]} */ (web2)) }),
    );
    web.setAttribute("aria-label", "Cobweb: from each x up to the curve of the next x, across to the diagonal, and again.");
  }

  start.addEventListener("input", () => {
    state.x = start.valueAsNumber;
    change();
  });
  slider.addEventListener("input", () => {
    state.eta = Number(((largest * slider.valueAsNumber) / 1000).toPrecision(3)) || state.eta;
    change();
  });
  typed.addEventListener("input", () => {
    const value = readNumber(typed.value);
    typed.setAttribute("aria-invalid", String(!(value !== null && value > 0)));
    if (value !== null && value > 0) {
      state.eta = value;
      change();
    }
  });
  scrub.addEventListener("input", () => {
    state.k = scrub.valueAsNumber;
    draw();
  });
  change();
}
