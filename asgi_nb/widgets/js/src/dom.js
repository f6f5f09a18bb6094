/**
 * Make elements. Law: text goes in as text; nothing here or above it parses HTML, because everything
 * shown was sent by a stranger and this page may run code in the kernel.
 */

/** @typedef {Node | string | null | undefined} Child */

/** @type {Set<string>} Attributes that a stranger's text must never reach. */
const FORBIDDEN = new Set(["href", "src", "srcdoc", "style", "action", "formaction"]);

/**
 * Make one element.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes] `true` sets an empty attribute; `false` and null leave it out.
 * @param {...Child} children Strings become text nodes.
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on") || FORBIDDEN.has(name)) throw new TypeError(`h() sets no ${name} attribute`);
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== null && child !== undefined) element.append(child);
  return element;
}

let lastId = 0;

/**
 * A document-wide unique id, for aria references.
 *
 * @param {string} stem
 */
export function uniqueId(stem) {
  lastId += 1;
  return `${stem}-${lastId}`;
}

/**
 * A function that calls `draw` once per animation frame, however often it is called itself.
 *
 * @param {() => void} draw
 * @param {AbortSignal} signal Ends it.
 */
export function oncePerFrame(draw, signal) {
  let frame = 0;
  signal.addEventListener("abort", () => cancelAnimationFrame(frame));
  return () => {
    if (frame !== 0 || signal.aborted) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  };
}

/**
 * Keep the keys that are pressed inside a widget from the notebook, which listens for single letters: "b" would
 * insert a cell below, "m" make one Markdown and "dd" delete it.
 *
 * JupyterLab listens to what bubbles up, which is stopped. Notebook 7 listens before the widget does, and leaves
 * out what is marked so. Source: Lumino, CommandRegistry.processKeydownEvent.
 *
 * @param {HTMLElement} host What has the shadow root: all that the notebook sees of the target.
 * @param {HTMLElement} root What is in there.
 * @param {AbortSignal} signal
 */
export function keepKeys(host, root, signal) {
  host.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const type of ["keydown", "keyup", "keypress"]) {
    root.addEventListener(type, (event) => event.stopPropagation(), { signal });
  }
}
