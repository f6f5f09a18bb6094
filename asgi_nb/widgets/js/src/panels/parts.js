/** What several panels are made of. */
import { h } from "../dom.js";
import { size } from "../format.js";
import { explained } from "../tips.js";
import { isForm } from "../viewers/kinds.js";
import { viewersFor } from "../viewers/index.js";
import { fieldTable } from "./fields.js";

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

/** @typedef {{ title: string, place: string, rows: readonly import("./fields.js").Field[] }} Table */

/**
 * Headers and body of one side, kept in step with an exchange that may still run.
 *
 * @param {HTMLElement} el
 * @param {"request" | "response"} side
 * @param {import("./index.js").Context} context
 * @returns {(head: { status: string, about: string }, tables: readonly Table[], body: import("./index.js").Body | null, live: boolean) => void}
 */
export function sideView(el, side, context) {
  let drawn = "";
  /** @type {ReturnType<typeof bodyView> | null} */
  let view = null;
  return ({ status, about }, tables, body, live) => {
    // A body is what one came for: the headers of a response leave it the room.
    const roomy = side === "request" || body === null || body.size === 0;
    const head = JSON.stringify([status, tables, body === null, roomy]);
    if (head !== drawn) {
      drawn = head;
      // The body stays: it has a state of its own.
      view = body === null ? null : (view ?? bodyView(side, context));
      el.replaceChildren(
        status === "" ? "" : h("p", { class: "status-line" }, explained(status, about)),
        ...tables.map(({ title, rows, place }) => fieldTable(title, rows, place, context, roomy)),
        view?.element ?? "",
      );
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
        const fields = side === "request" && isForm(body.media_type) ? context.ask : null;
        shown = payload((start) => context.ask("body", { side, start }), context.signal, { ask: fields, cut: body.kept < body.size });
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
 * @property {string} declared The media type that was declared.
 * @property {string} note What the reader should know, or "".
 */

/**
 * Bytes that arrive in slices, in the viewer that knows them or in another one, with a button for the next slice.
 *
 * @param {(start: number) => Promise<{ value: any, buffer: DataView | undefined }>} ask Answers a Slice and its bytes.
 * @param {AbortSignal} signal
 * @param {{ ask: import("../viewers/index.js").Tools["ask"], cut: boolean }} [about]
 * @returns {{ element: HTMLElement, refresh: () => void }} `refresh` begins again; what is shown stays until then.
 */
export function payload(ask, signal, about = { ask: null, cut: false }) {
  const note = h("p", { class: "note", hidden: true });
  const choice = h("select", { "aria-label": "Show the body as", hidden: true });
  const view = h("div", { class: "payload" }, h("p", { class: "note" }, "Asking the kernel…"));
  const more = h("button", { type: "button", class: "more", hidden: true });
  /** @type {Record<string, Record<string, any>>} */
  const memories = {};
  /** @type {Slice} */
  let slice = { total: 0, media_type: "", declared: "", note: "" };
  let bytes = new Uint8Array(0);
  let latest = 0;
  let wanted = "";
  let viewing = new AbortController();
  signal.addEventListener("abort", () => viewing.abort());

  /** @param {number} start */
  async function fetch(start) {
    latest += 1;
    const mine = latest;
    more.disabled = true;
    try {
      const { value, buffer } = await ask(start);
      if (signal.aborted || mine !== latest) return;
      slice = value;
      bytes = joined(bytes.subarray(0, start), buffer);
      note.textContent = slice.note;
      note.hidden = slice.note === "";
      more.textContent = `Show more (${size(bytes.length)} of ${size(slice.total)})`;
      more.hidden = bytes.length >= slice.total;
      draw();
    } catch (error) {
      if (mine === latest) view.replaceChildren(h("p", { class: "note" }, String(/** @type {Error} */ (error).message)));
    }
    more.disabled = false;
  }

  function draw() {
    viewing.abort();
    viewing = new AbortController();
    const content = { bytes, total: slice.total, mediaType: slice.media_type, declared: slice.declared, cut: about.cut };
    const tools = { signal: viewing.signal, more: () => void fetch(bytes.length), memory: {}, ask: about.ask };
    const viewers = slice.total === 0 ? [] : viewersFor(content, tools);
    const viewer = viewers.find(({ id }) => id === wanted) ?? viewers[0];
    choice.hidden = viewers.length < 2;
    if ([...choice.options].map(({ value }) => value).join() !== viewers.map(({ id }) => id).join()) {
      choice.replaceChildren(...viewers.map(({ id, title }) => h("option", { value: id }, title)));
    }
    if (viewer === undefined) {
      view.replaceChildren();
      return;
    }
    choice.value = viewer.id;
    memories[viewer.id] ??= {};
    view.replaceChildren(viewer.render(content, { ...tools, memory: memories[viewer.id] }));
  }

  choice.addEventListener("change", () => {
    wanted = choice.value;
    draw();
  }, { signal });
  more.addEventListener("click", () => void fetch(bytes.length), { signal });
  void fetch(0);
  return { element: h("div", { class: "payload-view" }, choice, note, view, more), refresh: () => void fetch(0) };
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
