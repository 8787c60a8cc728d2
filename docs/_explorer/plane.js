// The map of settings: how long the heavy ball takes from this start, for every step size and momentum.

import { LOST, MOST_MOMENTUM, NEVER, planeMomentum, planeStepSize } from "./maps.js";
import { rgb } from "./picture.js";
import { setting } from "./words.js";

const SLOWEST = 500; // updates; a run that takes longer is not settled

/** Paint a map of settings, and the reader's own in it.
 * @param {HTMLCanvasElement} canvas
 * @param {{classes: ArrayLike<number>, columns: number, rows: number}} map
 * @param {{largest: number, stepSize: number, momentum: number, curvature: number | null}} settings the largest
 *   curvature where the limit is a line, as on a quadratic */
export function paintPlane(canvas, { classes, columns, rows }, { largest, stepSize, momentum, curvature }) {
  const style = getComputedStyle(document.body);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const [fast, slow, unsettled, lost] = ["--look-0", "--explorer-wall", "--explorer-unsettled", "--explorer-diverged"].map((name) => rgb(colour(name)));
  const small = document.createElement("canvas");
  [small.width, small.height] = [columns, rows];
  const paper = /** @type {CanvasRenderingContext2D} */ (small.getContext("2d"));
  const pixels = paper.createImageData(columns, rows);
  for (let n = 0; n < columns * rows; n += 1) {
    const [i, j] = [n % columns, Math.floor(n / columns)];
    const share = Math.min(1, Math.log(Math.max(1, classes[n]) / 10) / Math.log(SLOWEST / 10));
    const between = fast.map((part, c) => part + Math.max(0, share) * (slow[c] - part));
    const crossed = (i + j) % 4 < 2 ? lost : unsettled;
    const colours = classes[n] === LOST ? crossed : classes[n] === NEVER ? unsettled : between;
    pixels.data.set([...colours, 255], 4 * ((rows - 1 - j) * columns + i));
  }
  paper.putImageData(pixels, 0, 0);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  const toX = (/** @type {number} */ eta) => (eta / largest) * canvas.width;
  const toY = (/** @type {number} */ beta) => canvas.height * (1 - beta / MOST_MOMENTUM);
  context.strokeStyle = colour("--explorer-ink");
  context.lineWidth = 2;
  if (curvature !== null) {
    context.setLineDash([8, 5]);
    context.beginPath();
    context.moveTo(toX(2 / curvature), toY(0));
    context.lineTo(toX(4 / curvature), toY(1));
    context.stroke();
    context.setLineDash([]);
  }
  context.lineWidth = 3;
  context.beginPath();
  context.arc(toX(stepSize), toY(momentum), 9, 0, 2 * Math.PI);
  context.stroke();
}

/** Say what the map shows, and its fewest updates.
 * @param {{classes: ArrayLike<number>, columns: number, rows: number} | null} map @param {number} largest
 * @param {boolean} hasLine whether the limit of theory is drawn @returns {string} */
export function planeInWords(map, largest, hasLine) {
  const what = `Across: η from 0 to ${setting(largest)}. Up: β from 0 to ${MOST_MOMENTUM}. The darker blue, the sooner the heavy ball converges from your start; plain grey is not settled after ${SLOWEST} updates, hatched is diverged.${hasLine ? " Dashes: the limit of theory." : ""} The ring is your pair. Pick another with the pointer, or with the two dials.`;
  if (map === null) return what;
  let least = -1;
  for (let n = 0; n < map.classes.length; n += 1) {
    if (map.classes[n] >= 0 && (least === -1 || map.classes[n] < map.classes[least])) least = n;
  }
  if (least === -1) return `${what} No pair converges.`;
  const eta = planeStepSize(least % map.columns, map.columns, largest);
  const beta = planeMomentum(Math.floor(least / map.columns), map.rows);
  return `${what} The fewest: converged after ${map.classes[least]} updates, near η = ${setting(eta)} and β = ${setting(beta)}.`;
}
