/** The cell that answered, and whether it is still as it was then. */
import { h } from "../dom.js";

/**
 * @typedef {object} Origin
 * @property {string} cell "[12]", or a function's name outside of cells.
 * @property {string} function
 * @property {number} line
 * @property {string} state "current", "changed", "gone" or "unknown".
 */

/** @type {Record<string, string>} */
const STATES = {
  current: "✓ the cell is the same now",
  changed: "△ the cell has changed since",
  gone: "× the cell’s route is gone",
};

/** @param {Origin} origin */
export function originBadge({ cell, function: name, line, state }) {
  return h(
    "p",
    { class: "origin-badge" },
    cell === name ? `Answered by ${name}` : `Answered by ${name}, line ${line} of cell ${cell} as it was then`,
    state in STATES ? h("span", { class: "badge", "data-state": state }, STATES[state]) : "",
  );
}
