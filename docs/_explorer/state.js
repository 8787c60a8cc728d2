// What the reader has set, as one plain object, and the same written into a link.
//
// A link keeps its meaning for ever: a new key may join, and none changes what it says. `k` left out means
// the whole run.

/** @typedef {{
 *   map: string, formula: string, x: number, y: number, stepSize: number,
 *   methods: string[], momentum: number, k: number, shows: string,
 * }} State */

/** What a state may be: the keys of landscapes and methods, and each landscape's defaults.
 * @typedef {{
 *   landscapes: Record<string, {start: [number, number], stepSize: number, largestStepSize: number,
 *     momentum: number, maxUpdates: number, view: [[number, number], [number, number]]}>,
 *   methods: string[], first: string,
 * }} Options */

export const OWN = "own"; // the landscape made from the reader's formula
export const PICTURES = ["landscape", "basins"]; // what the picture can show
/** @type {[number, number]} */
export const STEP_SIZES = [1e-9, 1e6];
const LONGEST_FORMULA = 200;
const LONGEST_QUERY = 2000;

/** Return the state that a landscape begins with.
 * @param {Options} options @param {string} map @returns {State} */
export function defaults(options, map) {
  const known = options.landscapes[map] ?? options.landscapes[options.first];
  return {
    map,
    formula: "",
    x: known.start[0],
    y: known.start[1],
    stepSize: known.stepSize,
    methods: [options.methods[0]],
    momentum: known.momentum,
    k: Infinity,
    shows: PICTURES[0],
  };
}

/** Read a state from a query string. Whatever is missing, malformed or out of range keeps its default.
 * @param {Options} options @param {string} query @returns {State} */
export function fromQuery(options, query) {
  /** @type {URLSearchParams} */
  const given = new URLSearchParams(query.slice(0, LONGEST_QUERY));
  const asked = given.get("map") ?? "";
  const isKnown = Object.hasOwn(options.landscapes, asked) || asked === OWN;
  const state = defaults(options, isKnown ? asked : options.first);
  const { view, maxUpdates } = options.landscapes[isKnown && asked !== OWN ? asked : options.first];
  if (state.map === OWN) state.formula = (given.get("f") ?? "").slice(0, LONGEST_FORMULA);
  state.x = within(given.get("x"), view[0], state.x);
  state.y = within(given.get("y"), view[1], state.y);
  state.stepSize = within(given.get("eta"), STEP_SIZES, state.stepSize);
  state.momentum = within(given.get("beta"), [0, 0.999], state.momentum);
  state.k = Math.round(within(given.get("k"), [0, maxUpdates], Infinity));
  state.shows = PICTURES.find((one) => one === given.get("shows")) ?? state.shows;
  const methods = (given.get("methods") ?? "").split(",").filter((m) => options.methods.includes(m));
  if (methods.length > 0) state.methods = [...new Set(methods)];
  return state;
}

/** Write a state as a query string, without what is at its default.
 * @param {Options} options @param {State} state @returns {string} */
export function toQuery(options, state) {
  const usual = defaults(options, state.map);
  const query = new URLSearchParams({ map: state.map });
  if (state.map === OWN) query.set("f", state.formula);
  /** @type {[string, number, number][]} */
  const numbers = [
    ["x", state.x, usual.x],
    ["y", state.y, usual.y],
    ["eta", state.stepSize, usual.stepSize],
    ["beta", state.momentum, usual.momentum],
    ["k", state.k, usual.k],
  ];
  for (const [name, value, standard] of numbers) {
    if (value !== standard) query.set(name, String(value)); // the shortest text that reads back the same
  }
  if (state.shows !== usual.shows) query.set("shows", state.shows);
  if (state.methods.join() !== usual.methods.join()) query.set("methods", state.methods.join());
  return query.toString();
}

/** @param {string | null} text @param {[number, number]} range @param {number} otherwise @returns {number} */
function within(text, [least, most], otherwise) {
  const number = text === null ? null : readNumber(text);
  return number !== null && number >= least && number <= most ? number : otherwise;
}

/** Say whether a comma in a number may mean a point or a thousand.
 * @param {string} text @returns {boolean} */
export function isAmbiguous(text) {
  return /^[^\d,]*[1-9]\d{0,2}(,\d{3})+(\.\d+)?\s*$/.test(text);
}

/** Read what a person types as a number: 0.04, 0,04, 1e-3, 2/21, =0.5. Null if it is none.
 * @param {string} text @returns {number | null} */
export function readNumber(text) {
  if (isAmbiguous(text)) return null;
  const plain = text.trim().replace(/^=\s*/, "").replaceAll("−", "-").replace(/(\d),(?=\d)|^,(?=\d)/g, "$1.");
  const parts = plain.split("/");
  if (parts.length > 2 || parts.some((part) => !/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(part))) {
    return null;
  }
  const [above, below = 1] = parts.map(Number);
  const number = above / below;
  return Number.isFinite(number) ? number : null;
}
