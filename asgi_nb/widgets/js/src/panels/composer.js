/** Speak into an open WebSocket, to either end, and close it from either side. */
import { watched } from "../actions/waiting.js";
import { h, uniqueId } from "../dom.js";

/** @typedef {"text" | "json" | "hex"} Form */

/** What the ends are called in Python. @type {Record<string, { send: string, close: string, code: number }>} */
const ENDS = {
  client: { send: "send_to_client", close: "close_client", code: 1000 },
  app: { send: "send_to_app", close: "close_app", code: 1005 },
};

/** What a code may be: RFC 6455 section 7.4; a few that are often wanted. */
const CODES = [1000, 1001, 1003, 1008, 1011, 1012, 1013, 4000];

/**
 * @param {import("./index.js").Context} context
 * @returns {{ element: HTMLElement, update: (exchange: import("./index.js").Exchange) => void }}
 */
export function composer({ ask, client, signal }) {
  const to = choice("To", [["client", "to client"], ["app", "to app"]]);
  const form = choice("Type", [["text", "text"], ["json", "json"], ["hex", "hex"]]);
  const text = h("textarea", { class: "text", rows: 1, "aria-label": "Message", placeholder: "Message", spellcheck: "false", autocomplete: "off" });
  const send = h("button", { type: "submit" }, "Send");
  const status = h("p", { class: "note", role: "status" });
  const problem = h("p", { class: "problem", role: "alert" });
  const writing = h("form", { class: "composer-line" }, to, form, text, send);

  const known = uniqueId("codes");
  const codes = h("input", { type: "number", class: "text", "aria-label": "Close code", min: 1000, max: 4999, list: known });
  const list = h("datalist", { id: known }, ...CODES.map((value) => h("option", { value })));
  const reason = h("input", { type: "text", class: "text", "aria-label": "Close reason", placeholder: "reason", maxlength: 123, autocomplete: "off" });
  const close = h("button", { type: "submit" }, "Close");
  const closing = h("form", { class: "composer-line" }, codes, list, reason, close);
  const more = h("details", { class: "closing" }, h("summary", {}, "Close the socket"), closing);
  const element = h("section", { class: "composer", "aria-label": "Send into this socket", hidden: true }, writing, more, status, problem);
  let name = "exchange";

  function draw() {
    const end = ENDS[to.value];
    send.title = `${name}.websocket.${end.send}(${form.value === "hex" ? 'bytes.fromhex("…")' : '"…"'})`;
    close.title = `${name}.websocket.${end.close}(${codes.value})`;
    close.textContent = to.value === "client" ? "Close as the app" : "Close as the client";
  }

  /** @param {HTMLButtonElement} button @param {string} what @param {object} args */
  async function run(button, what, args) {
    button.disabled = true;
    status.textContent = problem.textContent = "";
    try {
      await watched(client, ask(what, { to: to.value, ...args }), (/** @type {string} */ word) => (status.textContent = word));
      return true;
    } catch (error) {
      problem.textContent = String(/** @type {Error} */ (error).message);
      return false;
    } finally {
      button.disabled = false;
    }
  }

  to.addEventListener("change", () => {
    codes.value = String(ENDS[to.value].code);
    draw();
  }, { signal });
  form.addEventListener("change", draw, { signal });
  codes.addEventListener("input", draw, { signal });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    writing.requestSubmit();
  }, { signal });
  writing.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = form.value === "json" ? jsonProblem(text.value) : "";
    if (wrong !== "") {
      problem.textContent = wrong;
      return;
    }
    if (await run(send, "ws_send", { data: text.value, binary: form.value === "hex" })) {
      text.value = "";
      text.focus();
    }
  }, { signal });
  closing.addEventListener("submit", (event) => {
    event.preventDefault();
    void run(close, "ws_close", { code: Number(codes.value), reason: reason.value });
  }, { signal });
  codes.value = String(ENDS.client.code);
  draw();

  return {
    element,
    update({ row, websocket }) {
      name = `asgi_nb.traffic["${row.id}"]`;
      element.hidden = websocket === null || websocket.closed !== "" || row.state !== "streaming";
      draw();
    },
  };
}

/**
 * @param {string} label
 * @param {readonly [value: string, title: string][]} options
 */
function choice(label, options) {
  return h("select", { "aria-label": label }, ...options.map(([value, title]) => h("option", { value }, title)));
}

/** Why a text is no JSON, "" when it is. @param {string} text */
export function jsonProblem(text) {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return `Not JSON: ${/** @type {Error} */ (error).message}`;
  }
}
