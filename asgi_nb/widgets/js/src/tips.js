/**
 * Words that are explained in place: a button, and a tooltip that shows when it is pointed at, focused or pressed.
 *
 * Source: ARIA Authoring Practices, tooltip pattern; WCAG 2.2, 1.4.13: it can be dismissed, pointed at, and stays.
 */
import { h, uniqueId } from "./dom.js";

/** A pointer on its way from the word to the tooltip takes about this long. */
const GRACE_MS = 200;
/** Pixels between the tooltip and what it explains, and the window's edge. */
const GAP = 4;

/**
 * A word with its explanation.
 *
 * @param {string} label
 * @param {string} about Without one, the word is plain text.
 * @returns {Node | string}
 */
export function explained(label, about) {
  if (about === "") return label;
  const id = uniqueId("about");
  return h(
    "span",
    { class: "about" },
    h("button", { type: "button", class: "explained", "aria-describedby": id }, label),
    h("span", { id, hidden: true }, about),
  );
}

/**
 * Show the tooltips of all explained words in `root`.
 *
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 */
export function showTips(root, signal) {
  const tip = h("div", { class: "tip", role: "tooltip", popover: "manual" });
  root.append(tip);
  /** @type {HTMLElement | null} */
  let shown = null;
  let timer = 0;

  /** @param {EventTarget | null} target */
  const wordOf = (target) => /** @type {HTMLElement | null} */ (target instanceof Element ? target.closest(".explained") : null);

  /** @param {HTMLElement} word */
  function show(word) {
    window.clearTimeout(timer);
    if (shown === word) return;
    hide();
    tip.textContent = word.nextElementSibling?.textContent ?? "";
    shown = word;
    tip.showPopover();
    const place = word.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = tip;
    const below = place.bottom + GAP + offsetHeight <= window.innerHeight;
    tip.style.insetInlineStart = `${Math.max(GAP, Math.min(place.left, window.innerWidth - offsetWidth - GAP))}px`;
    tip.style.insetBlockStart = `${Math.max(GAP, below ? place.bottom + GAP : place.top - GAP - offsetHeight)}px`;
  }

  function hide() {
    window.clearTimeout(timer);
    if (shown === null) return;
    shown = null;
    tip.hidePopover();
  }

  function hideSoon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(hide, GRACE_MS);
  }

  root.addEventListener("pointerover", (event) => {
    const word = wordOf(event.target);
    if (word !== null) show(word);
    else if (event.target === tip) window.clearTimeout(timer);
    else if (shown !== null) hideSoon();
  }, { signal });
  root.addEventListener("pointerleave", hideSoon, { signal });
  root.addEventListener("focusin", (event) => {
    const word = wordOf(event.target);
    if (word !== null && word.matches(":focus-visible")) show(word);
  }, { signal });
  root.addEventListener("focusout", hide, { signal });
  // A finger neither hovers nor focuses.
  root.addEventListener("click", (event) => {
    const word = wordOf(event.target);
    if (word !== null) show(word);
  }, { signal });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || shown === null) return;
    event.stopPropagation();
    hide();
  }, { signal });
  root.addEventListener("scroll", hide, { signal, capture: true, passive: true });
  signal.addEventListener("abort", hide);
  return { hide };
}
