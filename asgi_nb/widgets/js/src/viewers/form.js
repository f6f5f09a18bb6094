import { h } from "../dom.js";
import { count, size } from "../format.js";
import { hiddenValue } from "../panels/fields.js";
import { isForm } from "./kinds.js";

/**
 * @typedef {object} FormField
 * @property {string} name
 * @property {string} value
 * @property {boolean} hidden
 * @property {string | null} filename
 * @property {string} content_type
 * @property {number} size
 */

/** @type {import("./index.js").Viewer} */
export const form = {
  id: "form",
  title: "Form",
  applies: ({ declared }, { ask }) => ask !== null && isForm(declared),
  render(_content, { ask, signal }) {
    const el = h("div", {}, h("p", { class: "note" }, "Asking the kernel…"));
    void draw(el, ask, signal);
    return el;
  },
};

/**
 * @param {HTMLElement} el
 * @param {import("./index.js").Tools["ask"]} ask
 * @param {AbortSignal} signal
 */
async function draw(el, ask, signal) {
  if (ask === null) return;
  try {
    const { value } = await ask("form");
    if (signal.aborted) return;
    const notes = [value.more > 0 ? `${count(value.more)} more fields are not shown` : "", value.cut ? "the body was cut" : ""].filter(Boolean);
    el.replaceChildren(
      ...notes.map((note) => h("p", { class: "note" }, note)),
      value.rows.length === 0
        ? h("p", { class: "note" }, "No field was found.")
        : h("div", { class: "pairs" }, h("table", { "aria-label": "Form" }, h("tbody", {}, ...value.rows.map(row)))),
    );
  } catch (error) {
    el.replaceChildren(h("p", { class: "note" }, String(/** @type {Error} */ (error).message)));
  }

  /**
   * @param {FormField} field
   * @param {number} index
   */
  function row(field, index) {
    const shown =
      field.filename === null
        ? hiddenValue(field, "form", index, /** @type {NonNullable<typeof ask>} */ (ask), signal)
        : [`file ${field.filename === "" ? "(without a name)" : field.filename}, ${size(field.size)}${field.content_type === "" ? "" : `, ${field.content_type}`}`];
    return h("tr", {}, h("th", { scope: "row" }, field.name), h("td", {}, ...shown));
  }
}
