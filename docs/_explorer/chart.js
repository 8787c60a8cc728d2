// The chart under the picture: L - L* on a logarithmic scale against the number of updates.

import { svg } from "./picture.js";
import { TOLERANCE } from "./engine.js";

/** @typedef {import("./engine.js").Run} Run */

const WIDTH = 640;
const HEIGHT = 170;
const LEFT = 54;
const BOTTOM = 24;
const FLOOR = -16; // exact zeros are drawn here, not dropped
const MOST_POINTS = 600;

/** Make a chart and put it into its place.
 * @param {HTMLElement} place @param {(k: number) => void} onPick */
export function createChart(place, onPick) {
  const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "chart" });
  place.append(chart);
  let updates = 1;
  const toX = (/** @type {number} */ k) => LEFT + (k / Math.max(1, updates)) * (WIDTH - LEFT - 8);

  /** Draw the gaps of some runs up to a common last update, and where the reader is.
   * @param {{run: Run, look: number}[]} runs @param {number | null} optimalValue @param {number} k */
  function show(runs, optimalValue, k) {
    updates = Math.max(...runs.map(({ run }) => run.updates), 1);
    const base = optimalValue ?? Math.min(...runs.map(({ run }) => run.values.reduce((a, b) => Math.min(a, b))));
    const gaps = runs.map(({ run, look }) => ({ look, points: gapPoints(run, base) }));
    const all = gaps.flatMap(({ points }) => points.map(([, gap]) => gap));
    const most = Math.ceil(Math.max(...all, 0));
    const least = Math.max(FLOOR, Math.floor(Math.min(...all, -1)));
    const toY = (/** @type {number} */ gap) =>
      8 + ((most - Math.max(gap, least)) / Math.max(1, most - least)) * (HEIGHT - BOTTOM - 8);
    const lines = gaps.map(({ look, points }) =>
      svg("polyline", {
        class: `path look-${look}`,
        points: points.map(([n, gap]) => `${toX(n).toFixed(1)} ${toY(gap).toFixed(1)}`).join(" "),
      }),
    );
    chart.replaceChildren(
      ...labels(least, most, toY),
      svg("line", { class: "target", x1: LEFT, x2: WIDTH, y1: toY(Math.log10(TOLERANCE)), y2: toY(Math.log10(TOLERANCE)) }),
      svg("line", { class: "now", x1: toX(k), x2: toX(k), y1: 8, y2: HEIGHT - BOTTOM }),
      ...lines,
    );
    chart.setAttribute("aria-label", description(runs, base));
  }

  /** @param {number} least @param {number} most @param {(gap: number) => number} toY */
  function labels(least, most, toY) {
    const step = Math.max(1, Math.ceil((most - least) / 5));
    const elements = [];
    for (let power = most; power >= least; power -= step) {
      const text = svg("text", { x: LEFT - 6, y: toY(power) + 4, "text-anchor": "end" });
      text.textContent = `1e${power}`.replace("-", "−");
      elements.push(text, svg("line", { class: "grid", x1: LEFT, x2: WIDTH, y1: toY(power), y2: toY(power) }));
    }
    for (const k of [0, Math.round(updates / 2), updates]) {
      const text = svg("text", { x: toX(k), y: HEIGHT - 6, "text-anchor": k === 0 ? "start" : k === updates ? "end" : "middle" });
      text.textContent = k === updates ? `${k} updates` : String(k);
      elements.push(text);
    }
    return elements;
  }

  chart.addEventListener("click", (event) => {
    const box = chart.getBoundingClientRect();
    const x = ((/** @type {MouseEvent} */ (event).clientX - box.left) / box.width) * WIDTH;
    onPick(Math.round(Math.min(1, Math.max(0, (x - LEFT) / (WIDTH - LEFT - 8))) * updates));
  });
  return { show };
}

/** @param {Run} run @param {number} base @returns {[number, number][]} k and the gap's decimal logarithm */
function gapPoints({ values, updates }, base) {
  const every = Math.max(1, Math.ceil(updates / MOST_POINTS));
  /** @type {[number, number][]} */
  const points = [];
  for (let k = 0; k <= updates; k += every) {
    const gap = values[k] - base;
    points.push([k, gap > 0 ? Math.max(FLOOR, Math.log10(gap)) : FLOOR]);
  }
  return points;
}

/** @param {{run: Run, look: number}[]} runs @param {number} base @returns {string} */
function description(runs, base) {
  const ends = runs.map(({ run }) => {
    const gap = run.values[run.updates] - base;
    return `from ${(run.values[0] - base).toExponential(1)} to ${gap.toExponential(1)} in ${run.updates} updates`;
  });
  return `L minus its least value on a logarithmic scale: ${ends.join("; ")}.`;
}
