/** Which messages of a socket are shown: those of one direction, and whose beginning matches a regular expression. */
import { h } from "../dom.js";

/** @typedef {import("./messages.js").WsMessage} WsMessage */

/** @type {readonly [value: string, title: string][]} */
const DIRECTIONS = [["all", "All"], ["receive", "↑ in"], ["send", "↓ out"], ["injected", "+ injected"]];

/**
 * @param {() => void} changed
 * @param {AbortSignal} signal
 */
export function messageFilter(changed, signal) {
  const direction = h("select", { "aria-label": "Direction" }, ...DIRECTIONS.map(([value, title]) => h("option", { value }, title)));
  const box = h("input", { type: "text", class: "text", "aria-label": "Messages that match", placeholder: "regular expression", title: "Looked for in the first 200 characters of each message", spellcheck: "false", autocomplete: "off" });
  const note = h("span", { class: "note", role: "status" });
  const element = h("div", { class: "message-filter" }, direction, box, note);
  /** @type {RegExp | null} */
  let pattern = null;

  function read() {
    try {
      pattern = box.value === "" ? null : new RegExp(box.value, "iu");
      box.removeAttribute("aria-invalid");
      note.textContent = "";
    } catch (error) {
      // What matched before stays.
      box.setAttribute("aria-invalid", "true");
      note.textContent = String(/** @type {Error} */ (error).message);
    }
    changed();
  }

  box.addEventListener("input", read, { signal });
  direction.addEventListener("change", changed, { signal });

  return {
    element,
    /** @param {readonly WsMessage[]} messages @returns {readonly WsMessage[]} */
    shown(messages) {
      const found = filtered(messages, direction.value, pattern);
      if (!box.hasAttribute("aria-invalid")) note.textContent = found.length === messages.length ? "" : `${found.length} of ${messages.length}`;
      return found;
    },
  };
}

/**
 * @param {readonly WsMessage[]} messages
 * @param {string} direction
 * @param {RegExp | null} pattern
 * @returns {readonly WsMessage[]}
 */
export function filtered(messages, direction, pattern) {
  if (direction === "all" && pattern === null) return messages;
  return messages.filter(
    (message) =>
      (direction === "all" || message.direction === direction || (direction === "injected" && message.injected)) &&
      (pattern === null || pattern.test(message.preview)),
  );
}
