/** Tables of headers, query and cookies: each name explained where it is known, each secret shown when asked for. */
import { h } from "../dom.js";
import { count } from "../format.js";
import { explained } from "../tips.js";

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} value Masked.
 * @property {boolean} hidden Whether something in it is masked.
 * @property {string} about What the name means, or "".
 */

/** Tables that the reader has opened or folded away: they stay so from one exchange to the next. @type {Map<string, boolean>} */
const opened = new Map();

/** @typedef {(what: string, args?: object) => Promise<{ value: any, buffer: DataView | undefined }>} Ask */

/**
 * @param {string} title
 * @param {readonly Field[]} rows
 * @param {string} place Where they stand, as the kernel calls it. Source: PLACES in asgi_nb/widgets/wire_fields.py.
 * @param {{ ask: Ask, signal: AbortSignal }} context
 * @param {boolean} open Whether it is open while nobody has said otherwise.
 */
export function fieldTable(title, rows, place, { ask, signal }, open) {
  const body = rows.map((field, index) =>
    h("tr", {}, h("th", { scope: "row" }, explained(field.name, field.about)), h("td", {}, ...hiddenValue(field, place, index, ask, signal))),
  );
  if (rows.length === 0) return h("p", { class: "note" }, `${title}: none`);
  const fold = h(
    "details",
    { class: "pairs fold", open: opened.get(place) ?? open },
    h("summary", {}, title, h("span", { class: "note" }, ` ${count(rows.length)}`)),
    h("table", { "aria-label": title }, h("tbody", {}, ...body)),
  );
  // A press, not the toggle event: that one also tells of how it began.
  fold.firstElementChild?.addEventListener("click", () => opened.set(place, !fold.open), { signal });
  return fold;
}

/**
 * A value, and beside a masked one the button that shows it.
 *
 * @param {{ name: string, value: string, hidden: boolean }} field
 * @param {string} place
 * @param {number} index
 * @param {Ask} ask
 * @param {AbortSignal} signal
 * @returns {(Node | string)[]}
 */
export function hiddenValue({ name, value, hidden }, place, index, ask, signal) {
  if (!hidden) return [value];
  const text = h("span", { class: "value" }, value);
  const button = h("button", { type: "button", class: "reveal", "aria-pressed": "false", "aria-label": `Show the secret in ${name || "this field"}`, title: "For you only: it is kept nowhere" }, "Show");
  button.addEventListener("click", async () => {
    const open = button.getAttribute("aria-pressed") === "true";
    try {
      text.textContent = open ? value : String((await ask("reveal", { place, index })).value);
      button.setAttribute("aria-pressed", String(!open));
      button.textContent = open ? "Show" : "Hide";
    } catch (error) {
      text.textContent = String(/** @type {Error} */ (error).message);
    }
  }, { signal });
  return [text, " ", button];
}
