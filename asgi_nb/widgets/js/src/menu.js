/**
 * A button that opens a menu. Source: ARIA Authoring Practices, menu button pattern.
 *
 * What is in the menu may have to be asked for first; until it comes, the button's panel says so.
 */
import { h, uniqueId } from "./dom.js";

/**
 * @typedef {object} Item
 * @property {string} title
 * @property {string} [code] The Python for the same.
 * @property {() => void} run
 */

/**
 * @param {object} options
 * @param {string} options.label What the button is called.
 * @param {readonly (Node | string)[]} options.face
 * @param {string} [options.title]
 * @param {string} [options.head] A line above the items.
 * @param {() => Promise<readonly Item[]> | readonly Item[]} options.items Asked each time it opens.
 * @param {AbortSignal} signal
 */
export function menuButton({ label, face, title, head, items }, signal) {
  const id = uniqueId("menu");
  const button = h("button", { type: "button", "aria-label": label, "aria-haspopup": "menu", "aria-expanded": "false", title: title ?? label }, ...face);
  const panel = h("div", { class: "popover menu", hidden: true });
  const element = h("div", { class: "popover-place" }, button, panel);
  let opened = 0;

  /** @returns {HTMLElement[]} */
  const entries = () => [...panel.querySelectorAll("[role=menuitem]")].map((entry) => /** @type {HTMLElement} */ (entry));

  /** @param {boolean} last Whether the keyboard goes to the last item. */
  async function open(last = false) {
    opened += 1;
    const mine = opened;
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    panel.replaceChildren(h("p", { class: "note", role: "status" }, "Asking the kernel…"));
    /** @type {readonly Item[]} */
    let found;
    try {
      found = await items();
    } catch (error) {
      if (mine === opened) panel.replaceChildren(h("p", { class: "problem", role: "alert" }, String(/** @type {Error} */ (error).message)));
      return;
    }
    // Closed meanwhile, or opened anew.
    if (mine !== opened || panel.hidden) return;
    const menu = h("div", { role: "menu", id, "aria-label": label });
    for (const item of found) {
      const entry = h("div", { role: "menuitem", tabindex: -1, class: "menu-item", title: item.code }, item.title);
      entry.addEventListener("click", () => {
        close();
        item.run();
      });
      menu.append(entry);
    }
    panel.replaceChildren(head === undefined ? "" : h("p", { class: "menu-title" }, head), menu);
    entries().at(last ? -1 : 0)?.focus();
  }

  function close() {
    if (panel.hidden) return;
    const inside = element.contains(/** @type {ShadowRoot} */ (element.getRootNode()).activeElement);
    hide();
    if (inside) button.focus();
  }

  function hide() {
    opened += 1;
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
  }

  /** @param {KeyboardEvent} event */
  function onMenuKey(event) {
    const all = entries();
    const here = all.indexOf(/** @type {HTMLElement} */ (event.composedPath()[0]));
    if (here < 0) return;
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: (here + 1) % all.length, ArrowUp: (here - 1 + all.length) % all.length, Home: 0, End: all.length - 1 };
    if (event.key in moves) all[moves[event.key]].focus();
    else if (event.key === "Enter" || event.key === " ") all[here].click();
    else if (event.key === "Tab") return hide();
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const letter = event.key.toLowerCase();
      [...all.slice(here + 1), ...all.slice(0, here + 1)].find(({ textContent }) => textContent?.toLowerCase().startsWith(letter))?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  button.addEventListener("click", () => (panel.hidden ? void open() : hide()), { signal });
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    void open(event.key === "ArrowUp");
  }, { signal });
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) {
      event.stopPropagation();
      close();
    } else onMenuKey(event);
  }, { signal });
  // In the shadow root, `composedPath` still tells what was pressed.
  document.addEventListener("pointerdown", (event) => {
    if (!panel.hidden && !event.composedPath().includes(element)) hide();
  }, { signal });
  return { element, button, panel, open: () => void open(), close };
}
