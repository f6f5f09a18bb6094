/** Fields that say what is wrong with them, each below itself. Source: ARIA, `aria-invalid` and `aria-describedby`. */
import { h, uniqueId } from "../dom.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Control */

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {Control} control
 * @property {HTMLElement} element
 * @property {() => boolean} check Say what is wrong; true when nothing is.
 */

/**
 * @param {string} name
 * @param {readonly (Node | string)[]} title
 * @param {Control} control
 * @param {(value: string) => string} wrong What is wrong with a value; "" for nothing.
 * @returns {Field}
 */
export function fieldOf(name, title, control, wrong = () => "") {
  const id = uniqueId("field");
  const problem = h("p", { class: "problem", id: `${id}-problem` });
  for (const [key, value] of Object.entries({ id, name, spellcheck: "false", autocomplete: "off", autocapitalize: "off", "aria-describedby": problem.id })) control.setAttribute(key, value);
  const element = h("div", { class: "field" }, h("label", { for: id }, ...title), control, problem);

  function check() {
    // A number field has no value while what stands in it is no number.
    const text = control.validity.badInput ? "Expected a number." : wrong(control.value);
    problem.textContent = text;
    if (text === "") control.removeAttribute("aria-invalid");
    else control.setAttribute("aria-invalid", "true");
    return text === "";
  }

  // Not while somebody writes for the first time; but as soon as it is right, that is said.
  control.addEventListener("change", check);
  control.addEventListener("input", () => {
    if (control.hasAttribute("aria-invalid")) check();
  });
  return { name, control, element, check };
}

/**
 * The field of one parameter.
 *
 * @param {import("./target.js").Input} input
 * @param {(input: import("./target.js").Input, value: string) => string} wrong
 */
export function inputField(input, wrong) {
  const isNumber = input.kind === "int" || input.kind === "float";
  const control = h("input", {
    type: isNumber ? "number" : "text", class: "text", step: isNumber ? (input.kind === "int" ? "1" : "any") : null,
    "aria-required": input.required ? "true" : null, placeholder: input.default === "" ? null : `${input.default} without it`,
  });
  const hint = h("span", { class: "kind" }, ` ${input.kind}${input.required ? ", needed" : ""}`);
  return fieldOf(input.name, [input.name, hint], control, (value) => wrong(input, value));
}

/** @param {readonly Field[]} fields @returns {Record<string, string>} */
export function valuesOf(fields) {
  return Object.fromEntries(fields.map(({ name, control }) => [name, control.value]));
}
