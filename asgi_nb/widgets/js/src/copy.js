/** Put text on the clipboard, and say so. */
import { h } from "./dom.js";

/** How long "Copied" stands. */
const SAID_MS = 1500;

/**
 * @param {string} text
 * @param {HTMLElement} near Where a helping element may stand for a moment.
 * @returns {Promise<boolean>} Whether it worked.
 */
export async function copyText(text, near) {
  // A page without TLS has no clipboard: many a JupyterHub.
  if (navigator.clipboard !== undefined) {
    return navigator.clipboard.writeText(text).then(() => true, () => false);
  }
  const { activeElement } = /** @type {ShadowRoot} */ (near.getRootNode());
  const area = h("textarea", { class: "for-readers", "aria-hidden": "true", tabindex: -1 });
  area.value = text;
  near.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  /** @type {HTMLElement | null} */ (activeElement)?.focus();
  return done;
}

/**
 * @param {string} label
 * @param {() => string} text What to copy, asked when it is pressed.
 */
export function copyButton(label, text) {
  const button = h("button", { type: "button", class: "copy" }, label);
  const state = h("span", { class: "for-readers", role: "status" });
  let timer = 0;
  button.addEventListener("click", async () => {
    const done = await copyText(text(), button);
    button.textContent = done ? "Copied" : "Not allowed";
    state.textContent = done ? "Copied" : "The browser does not allow copying";
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      button.textContent = label;
      state.textContent = "";
    }, SAID_MS);
  });
  return h("span", { class: "copying" }, button, state);
}
