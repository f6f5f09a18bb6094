/** The keys of the list that are no moves: one table for what they do and for what "?" shows. */
import { h } from "./dom.js";

/**
 * @typedef {object} Key
 * @property {readonly string[]} keys As KeyboardEvent.key has them.
 * @property {string} shown
 * @property {string} text
 * @property {string} [action] What `Actions` calls it; without, the grid, or the details, do it.
 * @property {boolean} [anywhere] Also in the details.
 * @property {boolean} [inHead] Also in the head of the details.
 */

/** @type {readonly Key[]} */
export const KEYS = [
  { keys: [], shown: "↑ ↓ j k", text: "one row up or down; with Shift, select them all" },
  { keys: [], shown: "Home End PgUp PgDn", text: "far moves; End follows what comes" },
  { keys: [], shown: "Enter", text: "open the details" },
  { keys: [], shown: "Esc", text: "back to the list, then close the details" },
  { keys: ["/"], shown: "/", text: "filter", action: "filter", anywhere: true },
  { keys: ["p"], shown: "p", text: "pin or unpin what is selected", action: "pin" },
  { keys: ["r"], shown: "r", text: "replay", action: "replay", inHead: true },
  { keys: ["e"], shown: "e", text: "edit and send", action: "edit", inHead: true },
  { keys: ["c"], shown: "c", text: "copy as curl, Python, …", action: "copy", inHead: true },
  { keys: ["+"], shown: "+", text: "write a new request", action: "compose", anywhere: true },
  { keys: ["m"], shown: "m", text: "mark with a colour and tags", action: "mark" },
  { keys: ["n"], shown: "n", text: "write a note", action: "note" },
  { keys: ["Delete", "Backspace"], shown: "Delete", text: "delete what is selected", action: "remove" },
  { keys: [], shown: "Ctrl+A", text: "select every row" },
  { keys: ["h"], shown: "h", text: "go to what is held", action: "held" },
  { keys: ["s"], shown: "s", text: "stop the list, or let it go on", action: "pause" },
  { keys: ["?"], shown: "?", text: "these keys", action: "help", anywhere: true },
];

/** @returns {HTMLElement} */
export function keyTable() {
  return h("table", { class: "keys" }, h("tbody", {}, ...KEYS.map(({ shown, text }) => h("tr", {}, h("th", { scope: "row" }, shown), h("td", {}, text)))));
}

/**
 * Call the action of a key that is pressed in `root`, but for where somebody writes.
 *
 * @param {HTMLElement} root
 * @param {Record<string, () => void>} actions
 * @param {AbortSignal} signal
 */
export function listenForKeys(root, actions, signal) {
  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
    if (target.matches("input, select, textarea, [contenteditable]")) return;
    const key = KEYS.find(({ keys }) => keys.includes(event.key));
    if (key?.action === undefined || !(key.action in actions)) return;
    // In the details, letters may belong to a viewer; there and beside what is held, a slip must not delete a row.
    const inHead = target.closest(".detail-head, .tabs") !== null;
    if (target.closest(".detail, .held") !== null && !(key.anywhere || (inHead && key.inHead))) return;
    event.preventDefault();
    actions[key.action]();
  }, { signal });
}
