// The picture: bands and lines on a canvas, paths and marks as SVG above, the start as a button on top.

import { gridOf, isoline, paintBands } from "./contours.js";

/** @typedef {[[number, number], [number, number]]} View */
/** @typedef {import("./engine.js").Run} Run */
/** A path to draw: a run, how far it is shown, and which of the methods it belongs to.
 * @typedef {{run: Run, upTo: number, look: number, ghost?: boolean}} Path */

const WIDTH = 640;
const HEIGHT = 440;
const COLUMNS = 127;
const ROWS = 101;
const LINE_STEPS = 2000; // points of a path that keep their dots

/** What was drawn, for tests and measurements: moving a dial must not draw the landscape anew.
 * @type {{landscapes: number, paths: number, milliseconds: number}} */
export const drawn = { landscapes: 0, paths: 0, milliseconds: 0 };

/** Make an element of the SVG.
 * @param {string} name @param {Record<string, string | number>} attributes @param {Element[]} children
 * @returns {SVGElement} */
export function svg(name, attributes = {}, children = []) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** Make a picture and put it into its place.
 * @param {HTMLElement} place @param {{
 *   onStart: (x: number, y: number, done: boolean) => void,
 * }} listeners */
export function createPicture(place, { onStart }) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH * 2;
  canvas.height = HEIGHT * 2;
  const overlay = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    "aria-label": "Contour picture", // until the first run is described, a moment later
    preserveAspectRatio: "none",
  });
  const marks = svg("g", { class: "marks" });
  const paths = svg("g", { class: "paths" });
  const ticks = svg("g", { class: "ticks" });
  overlay.append(ticks, marks, paths);
  const handle = document.createElement("button");
  handle.type = "button";
  handle.className = "handle";
  place.append(canvas, overlay, handle);

  /** @type {View} */
  let view = [
    [-1, 1],
    [-1, 1],
  ];
  const toX = (/** @type {number} */ x) => ((x - view[0][0]) / (view[0][1] - view[0][0])) * WIDTH;
  const toY = (/** @type {number} */ y) => ((view[1][1] - y) / (view[1][1] - view[1][0])) * HEIGHT;

  /** Draw bands, lines and marks of a landscape.
   * @param {(x: number, y: number) => number} value @param {number[]} levels @param {View} newView
   * @param {{point: [number, number], kind: string}[]} points */
  function showLandscape(value, levels, newView, points) {
    drawn.landscapes += 1;
    view = newView;
    const grid = gridOf(value, view, COLUMNS, ROWS);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    drawBands(context, grid, levels);
    drawLines(context, grid, levels);
    ticks.replaceChildren(...tickMarks());
    marks.replaceChildren(...points.map(({ point: [x, y], kind }) => mark(toX(x), toY(y), kind)));
  }

  /** @param {CanvasRenderingContext2D} context @param {import("./contours.js").Grid} grid
   * @param {number[]} levels */
  function drawBands(context, grid, levels) {
    const small = document.createElement("canvas");
    small.width = grid.columns;
    small.height = grid.rows;
    const paper = /** @type {CanvasRenderingContext2D} */ (small.getContext("2d"));
    const pixels = paper.createImageData(grid.columns, grid.rows);
    paintBands(grid, levels, bandColours(levels.length + 1), pixels.data);
    paper.putImageData(pixels, 0, 0);
    context.imageSmoothingEnabled = true;
    // grid points are cell centres of the small picture and corners of the large one
    const [stepX, stepY] = [canvas.width / (grid.columns - 1), canvas.height / (grid.rows - 1)];
    context.drawImage(small, -stepX / 2, -stepY / 2, canvas.width + stepX, canvas.height + stepY);
  }

  /** @param {CanvasRenderingContext2D} context @param {import("./contours.js").Grid} grid
   * @param {number[]} levels */
  function drawLines(context, grid, levels) {
    const [stepX, stepY] = [canvas.width / (grid.columns - 1), canvas.height / (grid.rows - 1)];
    context.strokeStyle = styleOf("--explorer-line");
    context.lineWidth = 1.5;
    context.beginPath();
    for (const level of levels) {
      const pieces = isoline(grid, level);
      for (let n = 0; n < pieces.length; n += 4) {
        context.moveTo(pieces[n] * stepX, canvas.height - pieces[n + 1] * stepY);
        context.lineTo(pieces[n + 2] * stepX, canvas.height - pieces[n + 3] * stepY);
      }
    }
    context.stroke();
  }

  /** Paint a map of classes, one colour a class, in place of the bands.
   * @param {Uint8Array} classes row by row from the bottom @param {number} columns @param {number} rows
   * @param {number[][]} colours */
  function showMap(classes, columns, rows, colours) {
    const small = document.createElement("canvas");
    small.width = columns;
    small.height = rows;
    const paper = /** @type {CanvasRenderingContext2D} */ (small.getContext("2d"));
    const pixels = paper.createImageData(columns, rows);
    for (let j = 0; j < rows; j += 1) {
      for (let i = 0; i < columns; i += 1) {
        const at = 4 * ((rows - 1 - j) * columns + i);
        pixels.data.set([...colours[classes[j * columns + i]], 255], at);
      }
    }
    paper.putImageData(pixels, 0, 0);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
  }

  function tickMarks() {
    const elements = [];
    const step = view[0][1] - view[0][0] > 10 ? 2 : 1;
    for (let x = Math.ceil(view[0][0]); x <= view[0][1]; x += 1) {
      const fits = toX(x) > 24 && toX(x) < WIDTH - 12; // at the edge half of it would be cut off
      if (x !== 0 && x % step === 0 && fits) elements.push(tick(toX(x), HEIGHT - 6, x, "middle"));
    }
    for (let y = Math.ceil(view[1][0]); y <= view[1][1]; y += 1) {
      if (y !== 0 && y % step === 0 && toY(y) > 12 && toY(y) < HEIGHT - 24) elements.push(tick(5, toY(y) + 4, y, "start"));
    }
    return elements;
  }

  /** @param {number} x @param {number} y @param {number} value @param {string} anchor */
  function tick(x, y, value, anchor) {
    const text = svg("text", { x, y, "text-anchor": anchor });
    text.textContent = String(value).replace("-", "−");
    return text;
  }

  /** Draw paths; the last point of each is larger.
   * @param {Path[]} list */
  function showPaths(list) {
    drawn.paths += 1;
    paths.replaceChildren(...list.flatMap(pathElements));
  }

  /** @param {Path} path @returns {SVGElement[]} */
  function pathElements({ run, upTo, look, ghost }) {
    const shownUpTo = Math.min(upTo, run.updates);
    const line = [];
    const dots = [];
    for (let k = 0; k <= Math.min(shownUpTo, leavesForGood(run, shownUpTo) + 1); k += 1) {
      const x = clamp(toX(run.points[2 * k]), -4 * WIDTH, 5 * WIDTH);
      const y = clamp(toY(run.points[2 * k + 1]), -4 * HEIGHT, 5 * HEIGHT);
      line.push(`${x.toFixed(1)} ${y.toFixed(1)}`);
      if (k > shownUpTo - LINE_STEPS) dots.push(`M${x.toFixed(1)} ${y.toFixed(1)}h0`);
    }
    const name = ghost ? "path ghost" : `path look-${look}`;
    const elements = [
      svg("polyline", { class: `${name} casing`, points: line.join(" ") }),
      svg("polyline", { class: name, points: line.join(" ") }),
    ];
    if (ghost) return elements;
    elements.push(svg("path", { class: `dots casing look-${look}`, d: dots.join("") }));
    elements.push(svg("path", { class: `dots look-${look}`, d: dots.join("") }));
    elements.push(currentPoint(run, shownUpTo, look));
    return elements;
  }

  /** The first k after which a run does not come back into the picture: what follows would only cover it.
   * @param {Run} run @param {number} upTo @returns {number} */
  function leavesForGood({ points }, upTo) {
    const [[left, right], [bottom, top]] = view;
    let k = upTo;
    while (k > 0 && !(points[2 * k] >= left && points[2 * k] <= right && points[2 * k + 1] >= bottom && points[2 * k + 1] <= top)) k -= 1;
    return k + 1;
  }

  /** @param {Run} run @param {number} k @param {number} look @returns {SVGElement} */
  function currentPoint(run, k, look) {
    const [x, y] = [toX(run.points[2 * k]), toY(run.points[2 * k + 1])];
    if (x >= 0 && x <= WIDTH && y >= 0 && y <= HEIGHT) {
      return svg("circle", { class: `current look-${look}`, cx: x, cy: y, r: 7 });
    }
    // outside: an arrow on the frame says where
    const [insideX, insideY] = [clamp(x, 12, WIDTH - 12), clamp(y, 12, HEIGHT - 12)];
    const angle = (Math.atan2(y - insideY, x - insideX) * 180) / Math.PI;
    return svg("path", {
      class: `outside look-${look}`,
      d: "M10 0L-8 8L-8 -8Z",
      transform: `translate(${insideX} ${insideY}) rotate(${angle})`,
    });
  }

  /** Put the handle at the start.
   * @param {number} x @param {number} y @param {string} label */
  function showStart(x, y, label) {
    handle.style.left = `${(100 * toX(x)) / WIDTH}%`;
    handle.style.top = `${(100 * toY(y)) / HEIGHT}%`;
    handle.setAttribute("aria-label", label);
  }

  /** @param {PointerEvent} event @returns {[number, number]} */
  function pointAt(event) {
    const box = overlay.getBoundingClientRect();
    const [[left, right], [bottom, top]] = view;
    const x = left + ((event.clientX - box.left) / box.width) * (right - left);
    const y = top - ((event.clientY - box.top) / box.height) * (top - bottom);
    // what a pointer can mean: a thousandth of the view
    const digits = Math.max(0, Math.ceil(-Math.log10((right - left) / 1000)));
    return [Number(clamp(x, left, right).toFixed(digits)), Number(clamp(y, bottom, top).toFixed(digits))];
  }

  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    event.preventDefault();
    handle.focus();
  });
  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) onStart(...pointAt(event), false);
  });
  handle.addEventListener("pointerup", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) onStart(...pointAt(event), true);
  });
  overlay.addEventListener("click", (event) => onStart(...pointAt(/** @type {PointerEvent} */ (event)), true));

  /** Tell readers who do not see the picture what is in it.
   * @param {string} label */
  const describe = (label) => overlay.setAttribute("aria-label", label);

  /** Where a point is, in the units of the overlay.
   * @param {number} x @param {number} y */
  const locate = (x, y) => ({ x: toX(x), y: toY(y) });

  return { showLandscape, showMap, showPaths, showStart, describe, locate, handle, canvas, overlay };
}

/** @param {number} value @param {number} least @param {number} most @returns {number} */
function clamp(value, least, most) {
  return Math.min(most, Math.max(least, value));
}

/** @param {number} x @param {number} y @param {string} kind @returns {SVGElement} */
function mark(x, y, kind) {
  const shapes = {
    minimum: "M-6 -6L6 6M-6 6L6 -6",
    saddle: "M0 -7L7 0L0 7L-7 0Z",
    maximum: "M0 -7L7 6L-7 6Z",
  };
  const d = shapes[/** @type {"minimum"} */ (kind)];
  return svg("path", { class: kind, d, transform: `translate(${x} ${y})` });
}

/** Return a colour of the site's style.
 * @param {string} name @returns {string} */
function styleOf(name) {
  return getComputedStyle(document.body).getPropertyValue(name).trim();
}

/** Return so many colours between the floor's and the walls', as numbers.
 * @param {number} count @returns {number[][]} */
function bandColours(count) {
  const [low, high] = [rgb(styleOf("--explorer-floor")), rgb(styleOf("--explorer-wall"))];
  return Array.from({ length: count }, (_, n) => {
    const share = count === 1 ? 0 : n / (count - 1);
    return low.map((part, c) => part + share * (high[c] - part));
  });
}

/** @param {string} colour such as #1a2b3c @returns {number[]} */
export function rgb(colour) {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}
