/**
 * A new request: a route of the app with a field for each thing that it takes, or any other path.
 *
 * Rule 1: what is wrong with a field is told there, and nothing is sent. With another path nothing is checked: how the
 *     app takes what it does not expect is worth a look, too.
 * Rule 2: what was written stays until the page is gone: the next request is often nearly the same.
 */
import { makeSheet } from "../actions/sheet.js";
import { watched } from "../actions/waiting.js";
import { h, uniqueId } from "../dom.js";
import { jsonProblem } from "../panels/composer.js";
import { fieldOf, inputField, valuesOf } from "./fields.js";
import { filledPath, pythonOf, queryOf, wrongInField, wrongInPath } from "./target.js";

/** @typedef {import("./fields.js").Field} Field */
/** @typedef {import("./target.js").Input} Input */
/** @typedef {{ n: string, method: string, path: string, place: string }} Route */

/**
 * What a route takes. Source: asgi_nb/widgets/actions_new.py.
 *
 * @typedef {object} Inputs
 * @property {readonly Input[]} path
 * @property {readonly Input[]} query
 * @property {readonly Input[]} headers
 * @property {"" | "json" | "form" | "text"} body
 * @property {string} skeleton
 */

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const WITH_BODY = new Set(["POST", "PUT", "PATCH", "QUERY"]);
/** @type {Record<string, string>} */
const TYPES = { json: "content-type: application/json", form: "content-type: application/x-www-form-urlencoded" };
/** The choice of a path that is written by hand. */
const OTHER = "other";

/**
 * @param {import("../client.js").Client} client
 * @param {object} handlers
 * @param {(seq: number) => void} handlers.select Opens an exchange, as soon as its row comes.
 * @param {() => void} handlers.onOpen
 * @param {() => void} handlers.onLeave It was closed, and nothing sent.
 * @param {AbortSignal} signal
 */
export function newRequest(client, { select, onOpen, onLeave }, signal) {
  const sheet = makeSheet(signal, () => {
    if (!moving) onLeave();
  });
  sheet.element.classList.add("new-request");
  const button = h("button", { type: "button", class: "new", "aria-label": "New request", title: "New request (+): asgi_nb.request(\"GET /…\")" }, h("span", { "aria-hidden": "true" }, "+"), h("span", { class: "word" }, " New"));
  const chooseId = uniqueId("route");
  const choose = h("select", { id: chooseId }, h("option", { value: OTHER }, "Another path…"));
  const place = h("span", { class: "note" });
  const fields = h("div", { class: "fields" });
  const send = h("button", { type: "submit", class: "primary" }, "Send");
  const code = h("code", { class: "code" });
  const form = h(
    "form",
    { class: "edit-form", novalidate: true },
    h("div", { class: "chosen-route" }, h("label", { for: chooseId }, "Route"), choose, place),
    fields,
    h("div", { class: "form-end" }, send, code),
  );
  /** @type {readonly Route[]} */
  let routes = [];
  /** @type {Route | null} */
  let route = null;
  let parts = drawn(null);
  parts.line[0].control.value = "GET";
  parts.line[1].control.value = "/";
  /** Whether something else is about to be shown in its place. */
  let moving = false;
  /** Whether the list of routes has come once. */
  let asked = false;

  /** @param {Inputs | null} inputs Null for a path that is written by hand. */
  function drawn(inputs) {
    const path = (inputs?.path ?? []).map((input) => inputField(input, wrongInPath));
    const query = (inputs?.query ?? []).map((input) => inputField(input, wrongInField));
    const headers = (inputs?.headers ?? []).map((input) => inputField(input, wrongInField));
    const method = h("input", { type: "text", class: "text", list: uniqueId("methods") });
    const list = h("datalist", { id: method.getAttribute("list") }, ...METHODS.map((value) => h("option", { value })));
    const line = inputs === null ? [fieldOf("method", ["Method"], method), fieldOf("target", ["Path and query"], h("input", { type: "text", class: "text" }))] : [];
    const more = inputs === null ? [] : [fieldOf("more-query", ["More of the query"], h("input", { type: "text", class: "text", placeholder: "a=1&b=2" }))];
    const others = fieldOf("headers", [inputs?.headers.length ? "More headers, one a line" : "Headers, one a line"], h("textarea", { class: "text", rows: 2 }));
    const isJson = inputs?.body === "json";
    const body = fieldOf("body", [isJson ? "Body, JSON" : "Body"], h("textarea", { class: "text", rows: 4 }), (value) => (isJson ? jsonProblem(value) : ""));
    const wantsBody = inputs === null || inputs.body !== "" || WITH_BODY.has(route?.method ?? "");
    others.control.value = TYPES[inputs?.body ?? ""] ?? "";
    body.control.value = inputs?.skeleton ?? "";
    fields.replaceChildren(
      ...group("Path", path),
      ...group("Query", [...query, ...more]),
      ...group("Headers", headers),
      line.length > 0 ? h("div", { class: "new-line" }, list, ...line.map(({ element }) => element)) : "",
      others.element,
      wantsBody ? body.element : "",
    );
    return { inputs, path, query, headers, line, more, others, body, wantsBody };
  }

  /** @returns {{ method: string, target: string, headers: string, body: string }} */
  function written() {
    const { inputs, path, query, headers, line, more, others, body, wantsBody } = parts;
    const given = Object.entries(valuesOf(headers)).filter(([, value]) => value !== "").map(([name, value]) => `${name}: ${value}`);
    const rest = { headers: [...given, others.control.value].filter((text) => text.trim() !== "").join("\n"), body: wantsBody ? body.control.value : "" };
    if (inputs === null || route === null) {
      const [method, target] = line.map(({ control }) => control.value.trim());
      return { method: (method ?? "").toUpperCase(), target: target ?? "", ...rest };
    }
    const target = filledPath(route.path, valuesOf(path), inputs.path) + queryOf(valuesOf(query), more[0].control.value);
    return { method: route.method, target, ...rest };
  }

  /** The fields that are no parameters. */
  const rest = () => [...parts.line, ...parts.more, parts.others, ...(parts.wantsBody ? [parts.body] : [])];
  const all = () => [...parts.path, ...parts.query, ...parts.headers, ...rest()];

  function drawCode() {
    const { method, target, headers, body } = written();
    code.textContent = pythonOf(method, target, headers, body);
  }

  /**
   * Draw the fields of the chosen route, with what was written into fields of the same name.
   *
   * @param {boolean} keep Whether also what was proposed stays: the route is the same, and was defined anew.
   */
  async function show(keep) {
    const chosen = routes.find((one) => keyOf(one) === choose.value) ?? null;
    const before = written();
    const old = { path: valuesOf(parts.path), query: valuesOf(parts.query), headers: valuesOf(parts.headers), rest: valuesOf(rest()) };
    const was = route;
    /** @type {Inputs | null} */
    let inputs = null;
    if (chosen !== null) inputs = (await client.ask("inputs", { n: chosen.n })).value;
    // Another one was chosen meanwhile.
    if (choose.value !== (chosen === null ? OTHER : keyOf(chosen))) return;
    route = chosen;
    place.textContent = chosen === null ? "" : chosen.place;
    parts = drawn(inputs);
    refill(parts.path, old.path);
    refill(parts.query, old.query);
    refill(parts.headers, old.headers);
    if (keep) refill(rest(), old.rest);
    if (chosen === null && !keep) {
      parts.line[0].control.value = was === null ? "GET" : before.method;
      parts.line[1].control.value = was === null ? "/" : before.target;
      parts.others.control.value = before.headers;
      parts.body.control.value = before.body;
    }
    drawCode();
  }

  async function open() {
    moving = false;
    onOpen();
    sheet.open("New request", button, [form]);
    try {
      routes = (await client.ask("routes")).value;
      const before = asked ? choose.value : "";
      choose.replaceChildren(
        ...routes.map((one) => h("option", { value: keyOf(one) }, `${one.method} ${one.path}`)),
        h("option", { value: OTHER }, "Another path…"),
      );
      asked = true;
      const same = [...choose.options].some(({ value }) => value === before);
      if (same) choose.value = before;
      await show(same);
      sheet.say(routes.length === 0 ? "There is no route to choose: a cell that begins with %%asgi_route GET / makes one." : "");
    } catch (error) {
      sheet.fail(String(/** @type {Error} */ (error).message));
    }
  }

  async function submit() {
    // Each says what is wrong with it, not only the first.
    const wrong = all().filter((field) => !field.check());
    if (wrong.length > 0) {
      sheet.fail(`Nothing was sent: ${wrong.length === 1 ? "a field needs" : `${wrong.length} fields need`} another value. Choose “Another path” to send it all the same.`);
      wrong[0].control.focus();
      return;
    }
    send.disabled = true;
    try {
      const { value } = await watched(client, client.ask("request", written()), sheet.say);
      leave();
      select(value);
    } catch (error) {
      sheet.fail(String(/** @type {Error} */ (error).message));
    }
    send.disabled = false;
  }

  function leave() {
    moving = true;
    sheet.close();
  }

  button.addEventListener("click", () => void open(), { signal });
  choose.addEventListener("change", () => {
    sheet.say("");
    show(false).catch((/** @type {Error} */ error) => sheet.fail(String(error.message)));
  }, { signal });
  form.addEventListener("input", drawCode, { signal });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  }, { signal });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!send.disabled) void submit();
  }, { signal });
  return {
    button,
    sheet: sheet.element,
    open: () => void open(),
    /** Make room for the details of an exchange. */
    leave,
  };
}

/** @param {Route} route */
function keyOf({ method, path }) {
  return `${method} ${path}`;
}

/**
 * Write into fields what stood in those of the same names.
 *
 * @param {readonly Field[]} fields
 * @param {Record<string, string>} values
 */
function refill(fields, values) {
  for (const { name, control } of fields) control.value = values[name] ?? control.value;
}

/**
 * @param {string} title
 * @param {readonly Field[]} fields
 */
function group(title, fields) {
  if (fields.length === 0) return [];
  return [h("fieldset", {}, h("legend", {}, title), ...fields.map(({ element }) => element))];
}
