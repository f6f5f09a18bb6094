import { h, uniqueId } from "../dom.js";

/** The methods that a field proposes; any other may be written. */
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/** @type {import("./index.js").Action} */
export const edit = {
  id: "edit",
  sign: "✎",
  word: "Edit",
  label: "Edit and send",
  code: (name) => `${name}.edit(path=…, json=…).send()`,
  key: "e",
  async run(context) {
    const { row, sheet, button } = context;
    const { value } = await context.command("draft");
    const fields = fieldsOf(value);
    const send = h("button", { type: "submit", class: "primary" }, "Send");
    const code = h("code", { class: "code" });
    const [line, rest] = [fields.filter(({ input }) => input instanceof HTMLInputElement), fields.filter(({ input }) => input instanceof HTMLTextAreaElement)];
    const elements = (/** @type {typeof fields} */ some) => some.flatMap(({ element }) => element);
    const form = h("form", { class: "edit-form" }, h("div", { class: "request-line", "data-fields": line.length }, ...elements(line)), ...elements(rest), h("div", { class: "form-end" }, send, code));
    const signal = sheet.open(`Edit #${row.seq}`, button, [form], row.seq);
    sheet.say(value.note);

    const changed = () => fields.filter(({ input, was }) => input.value !== was);
    const draw = () => {
      const words = changed().map(({ name }) => `${name === "target" ? "path" : name}=…`);
      code.textContent = words.length === 0 ? `${context.name}.replay()` : `${context.name}.edit(${words.join(", ")}).send()`;
    };
    form.addEventListener("input", draw, { signal });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    }, { signal });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      send.disabled = true;
      try {
        const edits = Object.fromEntries(changed().map(({ name, input }) => [name, input.value]));
        const answer = await context.command("send", { edits }, (word) => sheet.say(word === "" ? value.note : word));
        if (!signal.aborted) sheet.close();
        context.select(answer.value);
      } catch (error) {
        if (!signal.aborted) sheet.fail(String(/** @type {Error} */ (error).message));
      }
      send.disabled = false;
    }, { signal });
    draw();
  },
};

/**
 * @param {{ method: string | null, target: string, headers: string, body: string | null, messages: string | null, note: string }} draft
 */
function fieldsOf({ method, target, headers, body, messages }) {
  const fields = [];
  if (method !== null) fields.push(methodField(method));
  fields.push(field("target", "Path and query", h("input", { type: "text", class: "text" }), target));
  fields.push(field("headers", "Headers, one a line", h("textarea", { class: "text", rows: 3 }), headers));
  if (method === null) fields.push(field("messages", "Messages of the client, one a line", h("textarea", { class: "text", rows: 6 }), messages ?? ""));
  else fields.push(field("body", "Body", h("textarea", { class: "text", rows: 3 }), body ?? ""));
  return fields;
}

/** @param {string} method */
function methodField(method) {
  const list = uniqueId("methods");
  const found = field("method", "Method", h("input", { type: "text", class: "text", list }), method);
  found.element.push(h("datalist", { id: list }, ...METHODS.map((value) => h("option", { value }))));
  return found;
}

/**
 * @param {string} name
 * @param {string} title
 * @param {HTMLInputElement | HTMLTextAreaElement} input
 * @param {string} value
 */
function field(name, title, input, value) {
  const id = uniqueId(name);
  for (const [key, set] of Object.entries({ id, name, spellcheck: "false", autocomplete: "off", autocapitalize: "off" })) input.setAttribute(key, set);
  input.value = value;
  // What the field makes of the text, as of its line ends, is no change.
  return { name, input, was: input.value, element: /** @type {HTMLElement[]} */ ([h("label", { for: id }, title), input]) };
}
