// The map of starts, computed in a worker while the reader goes on.

import { LANDSCAPES } from "./generated.js";
import { basinRow } from "./maps.js";
import { ownLandscape } from "./own.js";
import { OWN } from "./state.js";

/** @typedef {{number: number, map: string, formula?: string, stepSize: number, momentum: number}} Job */
/** @typedef {{number: number, columns: number, rows: number, classes: Uint8Array, complete: boolean}} BasinMap */

const SIZES = [[40, 28], [160, 110]]; // coarse first
const MAX_UPDATES = 500;
const ROWS_AT_ONCE = 10; // after these a newer job may take over

/** Answer jobs with maps; a new job ends the one before.
 * @param {{onmessage: ((message: {data: Job}) => void) | null, postMessage: (map: BasinMap) => void}} scope
 * @param {(next: () => void) => void} [later] */
export function serve(scope, later = setTimeout) {
  let newest = 0;
  scope.onmessage = ({ data: job }) => {
    newest = job.number;
    const landscape = job.map === OWN ? ownLandscape(job.formula ?? "") : LANDSCAPES.find(({ key }) => key === job.map);
    draw(landscape, job, 0);
  };

  /** @param {any} landscape @param {Job} job @param {number} size */
  function draw(landscape, job, size) {
    const [columns, rows] = SIZES[size];
    const classes = new Uint8Array(columns * rows);
    let j = 0;
    const go = () => {
      if (job.number !== newest) return;
      for (const until = Math.min(rows, j + ROWS_AT_ONCE); j < until; j += 1) {
        const row = basinRow(landscape, landscape.view, columns, rows, j, job.stepSize, job.momentum, MAX_UPDATES);
        classes.set(row, j * columns);
      }
      if (j < rows) {
        later(go);
        return;
      }
      const complete = size + 1 === SIZES.length;
      scope.postMessage({ number: job.number, columns, rows, classes, complete });
      if (!complete) draw(landscape, job, size + 1);
    };
    go();
  }
}
