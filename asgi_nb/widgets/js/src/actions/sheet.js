/** A sheet over the details, for what an action shows or asks. Esc closes it. Source: ARIA Authoring Practices, dialog, not modal. */
import { h, uniqueId } from "../dom.js";

/**
 * @param {AbortSignal} signal
 * @param {() => void} [onClose]
 */
export function makeSheet(signal, onClose) {
  const id = uniqueId("sheet");
  const title = h("h3", { id });
  const shut = h("button", { type: "button", class: "icon", "aria-label": "Close", title: "Close (Esc)" }, "✕");
  const status = h("p", { class: "note", role: "status" });
  const problem = h("p", { class: "problem", role: "alert" });
  const body = h("div", { class: "sheet-body" });
  const element = h("section", { class: "sheet", role: "dialog", "aria-labelledby": id, tabindex: -1, hidden: true }, h("div", { class: "sheet-head" }, title, shut), status, problem, body);
  /** @type {HTMLElement | null} */
  let opener = null;
  /** What it is about; null while there is nothing in it. @type {number | null} */
  let about = null;
  let life = new AbortController();
  signal.addEventListener("abort", () => life.abort());

  function close() {
    if (element.hidden && about === null) return;
    about = null;
    const inside = element.contains(/** @type {ShadowRoot} */ (element.getRootNode()).activeElement);
    life.abort();
    element.hidden = true;
    body.replaceChildren();
    if (inside) opener?.focus();
    onClose?.();
  }

  shut.addEventListener("click", close, { signal });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  }, { signal });

  return {
    element,
    close,
    /**
     * Step aside while something else is looked at, with all that was written; come back with it.
     *
     * @param {number} seq What is looked at.
     */
    follow(seq) {
      if (about !== null) element.hidden = about !== seq;
    },
    /** @param {string} text */
    say(text) {
      status.textContent = text;
      problem.textContent = "";
    },
    /** @param {string} text */
    fail(text) {
      status.textContent = "";
      problem.textContent = text;
    },
    /**
     * Show something, and give the keyboard to it.
     *
     * @param {string} name
     * @param {HTMLElement} from Where the keyboard goes back to.
     * @param {readonly Node[]} content
     * @param {number | null} [seq] What it is about; else it stays, whatever is looked at.
     * @returns {AbortSignal} Aborts when it is closed, or shows something else.
     */
    open(name, from, content, seq = null) {
      about = seq;
      life.abort();
      life = new AbortController();
      opener = from;
      title.textContent = name;
      status.textContent = problem.textContent = "";
      body.replaceChildren(...content);
      element.hidden = false;
      const first = /** @type {HTMLElement | null} */ (body.querySelector("input, textarea, select"));
      (first ?? element).focus();
      return life.signal;
    },
  };
}

/** @typedef {ReturnType<typeof makeSheet>} Sheet */
