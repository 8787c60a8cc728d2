// A landscape as picture data: a grid of values, the band each value is in, and the lines between bands.

/** A rectangle of the plane, and values at its grid points, row by row from the bottom.
 * @typedef {{columns: number, rows: number, values: Float64Array}} Grid */

/** Evaluate a function on a grid that covers a view, edges included.
 * @param {(x: number, y: number) => number} value
 * @param {[[number, number], [number, number]]} view @param {number} columns @param {number} rows
 * @returns {Grid} */
export function gridOf(value, [[left, right], [bottom, top]], columns, rows) {
  const values = new Float64Array(columns * rows);
  for (let j = 0; j < rows; j += 1) {
    const y = bottom + ((top - bottom) * j) / (rows - 1);
    for (let i = 0; i < columns; i += 1) {
      values[j * columns + i] = value(left + ((right - left) * i) / (columns - 1), y);
    }
  }
  return { columns, rows, values };
}

/** Choose levels for a landscape that brings none: evenly many grid points between each two.
 * @param {Grid} grid @param {number} count @returns {number[]} */
export function quantileLevels({ values }, count) {
  const finite = values.filter(Number.isFinite).sort();
  if (finite.length === 0) return [];
  const chosen = [];
  for (let n = 1; n <= count; n += 1) {
    // more lines near the floor than on the walls
    const share = (n / (count + 1)) ** 1.5;
    chosen.push(finite[Math.floor(share * (finite.length - 1))]);
  }
  return [...new Set(chosen)];
}

/** Return the number of levels below a value; all of them for what is not finite.
 * @param {number} value @param {number[]} levels @returns {number} */
export function bandOf(value, levels) {
  let band = 0;
  while (band < levels.length && !(value < levels[band])) band += 1;
  return band;
}

/** Paint each cell of a picture in the colour of its band; rows run from the top, as pixels do.
 * @param {Grid} grid @param {number[]} levels @param {number[][]} colours one [r, g, b] a band
 * @param {Uint8ClampedArray} pixels four bytes a grid point */
export function paintBands({ columns, rows, values }, levels, colours, pixels) {
  for (let j = 0; j < rows; j += 1) {
    for (let i = 0; i < columns; i += 1) {
      const [r, g, b] = colours[bandOf(values[j * columns + i], levels)];
      const at = 4 * ((rows - 1 - j) * columns + i);
      pixels[at] = r;
      pixels[at + 1] = g;
      pixels[at + 2] = b;
      pixels[at + 3] = 255;
    }
  }
}

/** Return the line pieces at which a grid passes a level: x0, y0, x1, y1 in grid units, from the bottom left.
 * Marching squares; a saddle cell is split by the mean of its corners.
 * @param {Grid} grid @param {number} level @returns {number[]} */
export function isoline({ columns, rows, values }, level) {
  /** @type {number[]} */
  const pieces = [];
  for (let j = 0; j < rows - 1; j += 1) {
    for (let i = 0; i < columns - 1; i += 1) {
      const at = j * columns + i;
      const corners = [values[at], values[at + 1], values[at + columns + 1], values[at + columns]];
      let code = 0;
      for (let c = 0; c < 4; c += 1) if (corners[c] >= level) code |= 1 << c;
      if (code === 0 || code === 15 || !corners.every(Number.isFinite)) continue;
      const edges = crossedEdges(code, corners, level);
      for (let n = 0; n < edges.length; n += 2) {
        pieces.push(...crossing(i, j, edges[n], corners, level), ...crossing(i, j, edges[n + 1], corners, level));
      }
    }
  }
  return pieces;
}

/** Edge c joins corner c and the next one; corners go round from the bottom left.
 * @param {number} code @param {number[]} corners @param {number} level @returns {number[]} */
function crossedEdges(code, corners, level) {
  if (code === 5 || code === 10) {
    const high = (corners[0] + corners[1] + corners[2] + corners[3]) / 4 >= level;
    return (code === 5) === high ? [0, 1, 2, 3] : [3, 0, 1, 2];
  }
  const edges = [];
  for (let c = 0; c < 4; c += 1) {
    if (((code >> c) & 1) !== ((code >> ((c + 1) % 4)) & 1)) edges.push(c);
  }
  return edges;
}

const CORNERS = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

/** @param {number} i @param {number} j @param {number} edge @param {number[]} corners @param {number} level
 * @returns {[number, number]} */
function crossing(i, j, edge, corners, level) {
  const next = (edge + 1) % 4;
  const share = (level - corners[edge]) / (corners[next] - corners[edge]);
  const [ax, ay] = CORNERS[edge];
  const [bx, by] = CORNERS[next];
  return [i + ax + share * (bx - ax), j + ay + share * (by - ay)];
}
