/** What several panels are made of. */
import { h } from "../dom.js";
import { size } from "../format.js";
import { viewerFor } from "../viewers/index.js";

/**
 * A titled table of names and values.
 *
 * @param {string} title
 * @param {readonly import("./index.js").Pair[]} rows
 */
export function pairs(title, rows) {
  return h(
    "section",
    { class: "pairs" },
    h("h3", {}, title),
    rows.length === 0
      ? h("p", { class: "note" }, "none")
      : h(
          "table",
          { "aria-label": title },
          h("tbody", {}, ...rows.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)))),
        ),
  );
}

/**
 * The body of one side, asked for slice by slice.
 *
 * @param {"request" | "response"} side
 * @param {import("./index.js").Body} body
 * @param {import("./index.js").Context} context
 */
export function bodyView(side, body, context) {
  const element = h("section", { class: "body" }, h("h3", {}, "Body", bodyNote(body)));
  if (body.kept > 0) element.append(payload((start) => context.ask("body", { side, start }), context.signal));
  return element;
}

/** @param {import("./index.js").Body} body */
function bodyNote(body) {
  const parts = body.size === 0 ? ["empty"] : [size(body.size)];
  if (body.media_type !== "") parts.push(body.media_type);
  if (body.kept < body.size) parts.push(`first ${size(body.kept)} kept`);
  return h("span", { class: "note" }, ` ${parts.join(" · ")}`);
}

/**
 * @typedef {object} Slice
 * @property {number} total Bytes of the whole, as it is shown.
 * @property {string} media_type `application/octet-stream` for whatever is not text; all text is masked, in UTF-8.
 * @property {string} note What the reader should know, or "".
 */

/**
 * Bytes that arrive in slices, in the viewer that knows them, with a button for the next slice.
 *
 * @param {(start: number) => Promise<{ value: any, buffer: DataView | undefined }>} ask Answers a Slice and its bytes.
 * @param {AbortSignal} signal
 */
export function payload(ask, signal) {
  const view = h("div", { class: "payload" }, h("p", { class: "note" }, "Asking the kernel…"));
  const more = h("button", { type: "button", class: "more", hidden: true });
  const element = h("div", {}, view, more);
  let bytes = new Uint8Array(0);

  async function fetch() {
    more.disabled = true;
    try {
      const { value, buffer } = await ask(bytes.length);
      if (signal.aborted) return;
      if (buffer !== undefined) bytes = joined(bytes, buffer);
      const note = value.note === "" ? "" : h("p", { class: "note" }, value.note);
      view.replaceChildren(note, viewerFor(value.media_type).render(bytes));
      more.textContent = `Show more (${size(bytes.length)} of ${size(value.total)})`;
      more.hidden = bytes.length >= value.total;
    } catch (error) {
      view.replaceChildren(h("p", { class: "note" }, String(/** @type {Error} */ (error).message)));
    }
    more.disabled = false;
  }

  more.addEventListener("click", () => void fetch(), { signal });
  void fetch();
  return element;
}

/**
 * @param {Uint8Array} head
 * @param {DataView} tail
 */
function joined(head, tail) {
  const whole = new Uint8Array(head.length + tail.byteLength);
  whole.set(head);
  whole.set(new Uint8Array(tail.buffer, tail.byteOffset, tail.byteLength), head.length);
  return whole;
}
