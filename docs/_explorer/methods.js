// The methods an explorer offers, and the settings a run of one takes.

import { BACKTRACKING } from "./engine.js";
import { ARMIJO, METHODS } from "./generated.js";

/** @typedef {import("./engine.js").Method} Method */

/** @type {Method[]} */
export const ALL_METHODS = [...METHODS, BACKTRACKING];

/** Return a method by its key; the first one if there is none of this name.
 * @param {string} key @returns {Method} */
export function methodOf(key) {
  return ALL_METHODS.find((method) => method.key === key) ?? ALL_METHODS[0];
}

/** Return all settings of a method: its own defaults, and what the reader sets.
 * @param {string} key @param {number} eta @param {number} beta @returns {Record<string, number>} */
export function settingsOf(key, eta, beta) {
  const usual = key === BACKTRACKING.key ? ARMIJO : /** @type {any} */ (methodOf(key)).defaults;
  return { ...usual, eta, beta };
}
