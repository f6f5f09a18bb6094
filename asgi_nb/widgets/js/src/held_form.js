/** Forms for what is held: change it and let it go on, or answer in the app's place. Only what was edited is sent. */
import { h } from "./dom.js";

/**
 * What is held, as text. Source: asgi_nb/widgets/held_edit.py.
 *
 * @typedef {object} Contents
 * @property {string} method
 * @property {string} target
 * @property {number | null} status
 * @property {string} headers One a line.
 * @property {string | null} body Null when it cannot be edited here; `note` says why.
 * @property {string} note
 * @property {boolean} hidden Whether something of it is masked.
 */

/**
 * @typedef {object} Context
 * @property {(what: string, args?: object) => Promise<any>} ask Ask the kernel about what is held.
 * @property {() => void} close
 */

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */

/**
 * @param {import("./held.js").Held} held
 * @param {Context} context
 */
export function editForm(held, { ask, close }) {
  const problem = h("p", { class: "problem", role: "alert" });
  const fields = h("div", { class: "held-fields" }, h("p", { class: "note" }, "Asking the kernel…"));
  const show = h("button", { type: "button", title: "Shows the secrets on this page; nothing exports them", hidden: true }, "Show");
  const go = h("button", { type: "submit", title: "held.go() (Ctrl+Enter)" }, "Go with this");
  const element = shell(`Edit ${held.stage === "request" ? "the request" : "the answer"}`, [fields, problem], [go, show], close, submit);
  /** @type {Record<string, Field>} */
  let inputs = {};
  let revealed = false;

  /** @param {boolean} reveal */
  async function load(reveal) {
    try {
      /** @type {Contents} */
      const contents = await ask("held", { reveal });
      revealed = reveal;
      fill(contents);
    } catch (error) {
      problem.textContent = String(/** @type {Error} */ (error).message);
    }
  }

  /** @param {Contents} contents */
  function fill(contents) {
    const { status } = contents;
    const first = status === null ? [field("method", "Method", contents.method), field("target", "Path and query", contents.target)] : [field("status", "Status", String(status), { inputmode: "numeric" })];
    const body = contents.body === null ? null : area("body", "Body", contents.body, 4);
    const all = [...first, area("headers", "Headers, one a line", contents.headers, 4), ...(body === null ? [] : [body])];
    inputs = Object.fromEntries(all.map(({ input }) => [input.name, input]));
    fields.replaceChildren(
      h("div", { class: "held-first" }, ...first.map(({ label }) => label)),
      h("div", { class: "held-texts" }, ...all.slice(first.length).map(({ label }) => label)),
      contents.note === "" ? "" : h("p", { class: "note" }, contents.note),
    );
    show.hidden = !contents.hidden;
    Object.values(inputs)[0].focus();
  }

  async function submit() {
    /** @type {Record<string, string | number>} */
    const edits = {};
    for (const [name, input] of Object.entries(inputs)) {
      if (input.value !== input.defaultValue) edits[name] = name === "status" ? Number(input.value) : input.value;
    }
    try {
      await ask("held_go", { edits, reveal: revealed });
      close();
    } catch (error) {
      problem.textContent = String(/** @type {Error} */ (error).message);
    }
  }

  show.addEventListener("click", () => void load(true));
  void load(false);
  return element;
}

/**
 * @param {import("./held.js").Held} held
 * @param {Context} context
 */
export function answerForm(held, { ask, close }) {
  const problem = h("p", { class: "problem", role: "alert" });
  const status = field("status", "Status", String(held.status ?? 200), { inputmode: "numeric" });
  const body = area("body", "Body: JSON, or text", "", 4);
  const fields = h("div", { class: "held-fields" }, h("div", { class: "held-first" }, status.label), body.label);
  const send = h("button", { type: "submit", title: "held.answer((…, status)) (Ctrl+Enter)" }, "Answer with this");

  async function submit() {
    try {
      await ask("held_answer", { status: Number(status.input.value), body: body.input.value });
      close();
    } catch (error) {
      problem.textContent = String(/** @type {Error} */ (error).message);
    }
  }

  const element = shell("Answer in the app's place", [fields, problem], [send], close, submit);
  window.requestAnimationFrame(() => status.input.focus());
  return element;
}

/**
 * @param {string} label
 * @param {HTMLElement[]} content
 * @param {HTMLElement[]} buttons
 * @param {() => void} close
 * @param {() => void} submit
 */
function shell(label, content, buttons, close, submit) {
  const leave = h("button", { type: "button", title: "It stays held (Esc)" }, "Close");
  const element = h("form", { class: "held-editor", "aria-label": label }, ...content, h("div", { class: "held-buttons" }, ...buttons, leave));
  leave.addEventListener("click", close);
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit();
  });
  return element;
}

/**
 * @param {string} name
 * @param {string} title
 * @param {string} value
 * @param {Record<string, string>} [more]
 */
function field(name, title, value, more = {}) {
  const input = h("input", { type: "text", class: "text", name, autocomplete: "off", spellcheck: "false", ...more });
  return { label: labelled(title, name, input, value), input };
}

/**
 * @param {string} name
 * @param {string} title
 * @param {string} value
 * @param {number} rows
 */
function area(name, title, value, rows) {
  const input = h("textarea", { class: "text", name, rows, spellcheck: "false" });
  return { label: labelled(title, name, input, value), input };
}

/**
 * @param {string} title
 * @param {string} name
 * @param {Field} input
 * @param {string} value
 */
function labelled(title, name, input, value) {
  // The default first: what differs from it was edited. A text area makes line feeds of its line ends.
  input.defaultValue = value.replaceAll("\r\n", "\n");
  input.value = input.defaultValue;
  return h("label", { class: `held-field held-${name}` }, h("span", {}, title), input);
}
