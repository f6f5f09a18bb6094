import { h } from "../dom.js";
import { duration, size } from "../format.js";
import { Grid } from "../grid.js";
import { oldCodeSign } from "./old_code.js";
import { composer } from "./composer.js";
import { messageFilter } from "./message_filter.js";
import { payload } from "./parts.js";

/**
 * @typedef {object} WsMessage
 * @property {number} n
 * @property {"receive" | "send"} direction The app's: receive is client to app.
 * @property {boolean} text
 * @property {number} size
 * @property {number} ms Since the exchange started.
 * @property {string} preview
 * @property {boolean} injected It came from the notebook.
 */

/** Rows a page holds of one socket; older ones leave at the old end. */
const MAX_MESSAGES = 5000;

/** @type {readonly import("../grid.js").Column<WsMessage>[]} */
const COLUMNS = [
  { id: "direction", title: "Direction", width: "minmax(4ch, 11ch)", cell: ({ direction, injected }) => `${direction === "receive" ? "↑ receive" : "↓ send"}${injected ? " +" : ""}` },
  { id: "preview", title: "Message", width: "minmax(8ch, 1fr)", cell: ({ preview }) => preview },
  { id: "opcode", title: "Type", width: "7ch", wide: true, cell: ({ text }) => (text ? "text" : "binary") },
  { id: "size", title: "Size", width: "7ch", end: true, cell: (message) => size(message.size) },
  { id: "time", title: "At", width: "8ch", end: true, wide: true, cell: ({ ms }) => duration(ms) },
];

/** @type {import("./index.js").Panel} */
export const messages = {
  id: "messages",
  title: "Messages",
  applies: ({ websocket }) => websocket !== null,
  render(el, exchange, context) {
    const { ask, signal } = context;
    /** @type {WsMessage[]} */
    let held = [];
    let next = 1;
    let asking = false;
    let current = exchange;
    let chosen = new AbortController();
    signal.addEventListener("abort", () => chosen.abort());

    const state = h("p", { class: "note", role: "status" });
    const oldCode = oldCodeSign(context);
    const filter = messageFilter(() => grid.update(filter.shown(held)), signal);
    const speak = composer(context);
    const view = h("div", { class: "message-view" });
    view.hidden = true;
    /** @type {Grid<WsMessage>} */
    const grid = new Grid(
      {
        label: "WebSocket messages, oldest first",
        empty: "No messages yet.",
        columns: COLUMNS,
        keyOf: ({ n }) => n,
        toneOf: ({ direction, injected }) => (injected ? `${direction} injected` : direction),
        onSelect: show,
        onOpen: () => {},
      },
      signal,
    );

    /** @param {WsMessage} message */
    function show({ n }) {
      chosen.abort();
      chosen = new AbortController();
      view.hidden = false;
      view.replaceChildren(payload((start) => ask("message", { n, start }), chosen.signal).element);
    }

    async function fetch() {
      if (asking) return;
      asking = true;
      try {
        while (!signal.aborted && current.websocket !== null && next <= current.websocket.last) {
          const { value } = await ask("messages", { start: next });
          if (signal.aborted) return;
          held = held.concat(value).slice(-MAX_MESSAGES);
          // All that is left may have been dropped: then there is nothing more to ask for.
          next = (held.at(-1)?.n ?? current.websocket.last) + 1;
          if (value.length === 0) next = current.websocket.last + 1;
          grid.update(filter.shown(held));
          say();
        }
      } catch (error) {
        state.textContent = String(/** @type {Error} */ (error).message);
      } finally {
        asking = false;
      }
    }

    function say() {
      const { websocket } = current;
      if (websocket === null) return;
      oldCode.update(current.row);
      speak.update(current);
      const gone = Math.max(websocket.dropped, (held[0]?.n ?? 1) - 1);
      const parts = [websocket.closed === "" ? "open" : websocket.closed];
      if (gone > 0) parts.push(`${gone} older messages were dropped`);
      state.textContent = parts.join(" · ");
    }

    el.replaceChildren(state, oldCode.element, filter.element, grid.element, view, speak.element);
    say();
    void fetch();
    return (latest) => {
      current = latest;
      say();
      void fetch();
    };
  },
};
