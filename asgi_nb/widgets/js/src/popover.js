/** A button that opens a small panel below it. Esc and a press elsewhere close it. Source: ARIA Authoring Practices, disclosure. */
import { h, uniqueId } from "./dom.js";

/**
 * @param {object} options
 * @param {string} options.label What the button is called; the face may be a sign.
 * @param {string} options.face
 * @param {string} [options.title]
 * @param {() => void} [options.onOpen] Fills the panel.
 * @param {AbortSignal} signal
 */
export function popover({ label, face, title, onOpen }, signal) {
  const id = uniqueId("popover");
  const button = h("button", { type: "button", "aria-label": label, "aria-expanded": "false", "aria-controls": id, title: title ?? label }, face);
  const panel = h("div", { class: "popover", id, role: "group", "aria-label": label, tabindex: -1, hidden: true });
  const element = h("div", { class: "popover-place" }, button, panel);

  /** @param {boolean} open */
  function set(open) {
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  }

  /** Who gets the keyboard back. @type {HTMLElement} */
  let from = button;

  /** @param {HTMLElement} [back] Who gets the keyboard back, when it was not the button that was pressed. */
  function open(back = button) {
    from = back;
    onOpen?.();
    set(true);
    /** @type {HTMLElement} */ (panel.querySelector("button, input, select") ?? panel).focus();
  }

  /** Close, and leave the keyboard where it was. */
  function close() {
    if (panel.hidden) return;
    const inside = element.contains(/** @type {ShadowRoot} */ (element.getRootNode()).activeElement);
    set(false);
    if (inside) from.focus({ preventScroll: true });
  }

  button.addEventListener("click", () => (panel.hidden ? open() : set(false)), { signal });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    event.stopPropagation();
    close();
  }, { signal });
  // In the shadow root, `composedPath` still tells what was pressed.
  document.addEventListener("pointerdown", (event) => {
    if (!event.composedPath().includes(element)) set(false);
  }, { signal });
  return { element, button, panel, open, close };
}
