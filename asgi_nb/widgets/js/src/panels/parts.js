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
 * Headers and body of one side, kept in step with an exchange that may still run.
 *
 * @param {HTMLElement} el
 * @param {"request" | "response"} side
 * @param {import("./index.js").Context} context
 * @returns {(title: string, headers: readonly import("./index.js").Pair[], body: import("./index.js").Body | null, live: boolean) => void}
 */
export function sideView(el, side, context) {
  let drawn = "";
  /** @type {ReturnType<typeof bodyView> | null} */
  let view = null;
  return (title, headers, body, live) => {
    const head = JSON.stringify([title, headers, body === null]);
    if (head !== drawn) {
      drawn = head;
      view = body === null ? null : bodyView(side, context);
      el.replaceChildren(title === "" ? "" : h("p", { class: "status-line" }, title), ...(body === null && headers.length === 0 ? [] : [pairs("Headers", headers)]), view?.element ?? "");
    }
    if (body !== null) view?.update(body, live);
  };
}

/** Bytes. A body that grows is fetched anew up to here; beyond, its beginning is on the screen already. */
const LIVE_BYTES = 64 * 1024;

/**
 * @param {"request" | "response"} side
 * @param {import("./index.js").Context} context
 */
function bodyView(side, context) {
  const note = h("span", { class: "note" });
  const element = h("section", { class: "body" }, h("h3", {}, "Body", note));
  /** @type {ReturnType<typeof payload> | null} */
  let shown = null;
  let fetched = 0;
  return {
    element,
    /**
     * @param {import("./index.js").Body} body
     * @param {boolean} live
     */
    update(body, live) {
      note.textContent = ` ${bodyNote(body)}`;
      if (body.kept === fetched || (live && fetched >= LIVE_BYTES)) return;
      fetched = body.kept;
      if (shown === null) {
        shown = payload((start) => context.ask("body", { side, start }), context.signal);
        element.append(shown.element);
      } else {
        shown.refresh();
      }
    },
  };
}

/** @param {import("./index.js").Body} body */
function bodyNote(body) {
  const parts = body.size === 0 ? ["empty"] : [size(body.size)];
  if (body.media_type !== "") parts.push(body.media_type);
  if (body.kept < body.size) parts.push(`first ${size(body.kept)} kept`);
  return parts.join(" · ");
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
 * @returns {{ element: HTMLElement, refresh: () => void }} `refresh` begins again; what is shown stays until then.
 */
export function payload(ask, signal) {
  const view = h("div", { class: "payload" }, h("p", { class: "note" }, "Asking the kernel…"));
  const more = h("button", { type: "button", class: "more", hidden: true });
  let bytes = new Uint8Array(0);
  let latest = 0;

  /** @param {number} start */
  async function fetch(start) {
    latest += 1;
    const mine = latest;
    more.disabled = true;
    try {
      const { value, buffer } = await ask(start);
      if (signal.aborted || mine !== latest) return;
      bytes = joined(bytes.subarray(0, start), buffer);
      const note = value.note === "" ? "" : h("p", { class: "note" }, value.note);
      view.replaceChildren(note, viewerFor(value.media_type).render(bytes));
      more.textContent = `Show more (${size(bytes.length)} of ${size(value.total)})`;
      more.hidden = bytes.length >= value.total;
    } catch (error) {
      if (mine === latest) view.replaceChildren(h("p", { class: "note" }, String(/** @type {Error} */ (error).message)));
    }
    more.disabled = false;
  }

  more.addEventListener("click", () => void fetch(bytes.length), { signal });
  void fetch(0);
  return { element: h("div", {}, view, more), refresh: () => void fetch(0) };
}

/**
 * @param {Uint8Array} head
 * @param {DataView | undefined} tail
 */
function joined(head, tail) {
  const end = tail === undefined ? new Uint8Array(0) : new Uint8Array(tail.buffer, tail.byteOffset, tail.byteLength);
  const whole = new Uint8Array(head.length + end.length);
  whole.set(head);
  whole.set(end, head.length);
  return whole;
}
