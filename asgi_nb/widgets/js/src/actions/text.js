import { h } from "../dom.js";

/**
 * Show a text in the sheet, selected.
 *
 * @param {import("./index.js").Context} context
 * @param {string} title
 * @param {string} text
 * @param {string} word
 */
export function showText({ sheet, button, row }, title, text, word) {
  const area = h("textarea", { class: "text copied", readonly: true, "aria-label": title, spellcheck: "false" });
  area.value = text;
  sheet.open(title, button, [area], row.seq);
  sheet.say(word);
  area.select();
}
