/** What a reader marks rows with beside a pin and a note: a colour, which has a sign of its own, and tags. */
import { h, uniqueId } from "./dom.js";
import { popover } from "./popover.js";

/** @typedef {import("./wire.js").Row} Row */

/** Colour -> its sign: colour alone says nothing. Source: asgi_nb/record/mark.py. @type {Readonly<Record<string, string>>} */
export const SIGNS = { red: "●", orange: "▲", yellow: "■", green: "✚", blue: "★", purple: "❖" };

/** @param {Row} row @returns {HTMLElement | null} */
export function colourSign({ colour }) {
  if (!(colour in SIGNS)) return null;
  return h("span", { class: "colour", "data-colour": colour, role: "img", "aria-label": `marked ${colour}`, title: `marked ${colour}` }, `${SIGNS[colour]} `);
}

/** @param {Row} row @returns {HTMLElement | null} */
export function tagList({ tags }) {
  if (tags.length === 0) return null;
  return h("span", { class: "tags", title: `tags: ${tags.join(", ")}` }, ...tags.map((tag) => h("span", { class: "tag" }, tag)));
}

/**
 * The words of a text, by commas; each once.
 *
 * @param {string} text
 */
export function wordsOf(text) {
  return [...new Set(text.split(",").map((word) => word.trim().replace(/\s+/g, " ")))].filter((word) => word !== "");
}

/**
 * The tags that all of these rows have.
 *
 * @param {readonly Row[]} rows
 */
export function commonTags(rows) {
  return (rows[0]?.tags ?? []).filter((tag) => rows.every(({ tags }) => tags.includes(tag)));
}

/**
 * The button that marks what is selected.
 *
 * @param {object} source
 * @param {() => readonly Row[]} source.rows What is selected.
 * @param {() => readonly Row[]} source.all All that is here, for its tags.
 * @param {(what: string, args: object) => void} source.ask
 * @param {() => void} source.leave Gives the keyboard back to the list.
 * @param {AbortSignal} signal
 */
export function markMenu({ rows, all, ask, leave }, signal) {
  const menu = popover({ label: "Mark", face: "Mark", title: 'exchange.colour = "red", exchange.tags = ["slow"] (m)', onOpen: fill }, signal);
  menu.panel.classList.add("above", "marks");

  function done() {
    menu.close();
    leave();
  }

  function fill() {
    const chosen = rows();
    const colour = chosen.every((row) => row.colour === chosen[0].colour) ? (chosen[0]?.colour ?? "") : null;
    const buttons = ["", ...Object.keys(SIGNS)].map((name) => {
      const face = name === "" ? ["No colour"] : [h("span", { class: "colour", "data-colour": name, "aria-hidden": "true" }, `${SIGNS[name]} `), name];
      const button = h("button", { type: "button", "aria-pressed": String(name === colour) }, ...face);
      button.addEventListener("click", () => {
        ask("colour", { colour: name });
        done();
      });
      return button;
    });
    const before = commonTags(chosen);
    const known = [...new Set(all().flatMap(({ tags }) => tags))];
    const id = uniqueId("tags");
    const text = h("input", { type: "text", class: "text", "aria-label": "Tags, by commas", placeholder: "slow, login", list: id, maxlength: 300, spellcheck: "false", autocomplete: "off" });
    text.value = before.join(", ");
    const form = h("form", { class: "add-header" }, text, h("datalist", { id }, ...known.map((tag) => h("option", { value: tag }))), h("button", { type: "submit" }, "Keep"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const after = wordsOf(text.value);
      ask("tag", { add: after.filter((tag) => !before.includes(tag)), remove: before.filter((tag) => !after.includes(tag)) });
      done();
    });
    menu.panel.replaceChildren(
      h("p", { class: "menu-title" }, "Colour"),
      h("div", { class: "colours", role: "group", "aria-label": "Colour" }, ...buttons),
      h("p", { class: "menu-title" }, "Tags, by commas"),
      form,
    );
  }

  return menu;
}
