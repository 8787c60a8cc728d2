// The maps, computed in a worker while the reader goes on.

import { LANDSCAPES } from "./generated.js";
import { basinRow, planeRow } from "./maps.js";
import { ownLandscape } from "./own.js";
import { OWN } from "./state.js";

/** What is asked for: "starts" or "settings"; each kind has one newest job.
 * @typedef {import("./maps.js").Settings & {kind: "starts" | "settings", number: number, map: string,
 *   formula?: string}} Job */
/** @typedef {{kind: string, number: number, columns: number, rows: number, complete: boolean,
 *   classes: Uint8Array | Int16Array, ends: [number, number][]}} Answer */

const SIZES = { starts: [[40, 28], [160, 110]], settings: [[25, 16], [100, 64]] }; // coarse first
const ROWS_AT_ONCE = 4; // after these a newer job may take over

/** Answer jobs with maps; a new job ends the one of its kind before.
 * @param {{onmessage: ((message: {data: Job}) => void) | null, postMessage: (map: Answer) => void}} scope
 * @param {(next: () => void) => void} [later] */
export function serve(scope, later = setTimeout) {
  const newest = { starts: 0, settings: 0 };
  scope.onmessage = ({ data: job }) => {
    newest[job.kind] = job.number;
    const landscape = job.map === OWN ? ownLandscape(job.formula ?? "") : LANDSCAPES.find(({ key }) => key === job.map);
    draw(landscape, job, 0);
  };

  /** @param {any} landscape @param {Job} job @param {number} size */
  function draw(landscape, job, size) {
    const [columns, rows] = SIZES[job.kind][size];
    const isStarts = job.kind === "starts";
    const classes = isStarts ? new Uint8Array(columns * rows) : new Int16Array(columns * rows);
    const ends = [...landscape.minimizers];
    let j = 0;
    const go = () => {
      if (job.number !== newest[job.kind]) return;
      for (const until = Math.min(rows, j + ROWS_AT_ONCE); j < until; j += 1) {
        const row = isStarts
          ? basinRow(landscape, landscape.view, job, ends, columns, rows, j)
          : planeRow(landscape, job, landscape.largestStepSize, columns, rows, j);
        classes.set(row, j * columns);
      }
      if (j < rows) {
        later(go);
        return;
      }
      const complete = size + 1 === SIZES[job.kind].length;
      scope.postMessage({ kind: job.kind, number: job.number, columns, rows, classes, ends, complete });
      if (!complete) draw(landscape, job, size + 1);
    };
    go();
  }
}
