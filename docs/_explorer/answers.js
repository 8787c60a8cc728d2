// What an answer is worth. Knows no page.

import { isAmbiguous, readNumber } from "./state.js";

/** @typedef {{kind: "right"} | {kind: "wrong", because: number | null, says?: string} | {kind: "unread", says: string}} Verdict */

/** Judge a typed number.
 * @param {string} text @param {{answer: number, tolerance: number, wrong: string[]}} key
 * @returns {Verdict} */
export function judgeNumber(text, { answer, tolerance, wrong }) {
  const number = readNumber(text.replace(/^[^\d=+\-−.]*=/, "="));
  if (number === null) {
    const says = isAmbiguous(text)
      ? "Is the comma a decimal point? Write it as a point, and thousands without a comma."
      : "This cannot be read as a number. Try 0.25, 1/4 or 2.5e-1.";
    return { kind: "unread", says };
  }
  const near = (/** @type {number} */ value) => Math.abs(number - value) <= tolerance + 1e-12 * Math.abs(value);
  if (near(answer)) return { kind: "right" };
  const because = wrong.findIndex((common) => near(readNumber(common) ?? Number.NaN));
  return { kind: "wrong", because: because === -1 ? null : because };
}

/** Judge chosen boxes: exactly the right ones.
 * @param {number[]} chosen @param {{right: boolean[]}} key @returns {Verdict} */
export function judgeChoice(chosen, { right }) {
  if (chosen.length === 0) return { kind: "unread", says: "Choose an answer first." };
  const good = right.every((isRight, n) => isRight === chosen.includes(n));
  return good ? { kind: "right" } : { kind: "wrong", because: null };
}

/** Judge an order of items.
 * @param {number[]} order @param {{right: number[]}} key @returns {Verdict} */
export function judgeOrder(order, { right }) {
  return order.every((item, n) => item === right[n]) ? { kind: "right" } : { kind: "wrong", because: null };
}
