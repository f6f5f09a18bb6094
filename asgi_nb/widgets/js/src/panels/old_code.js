/** The sign of a socket whose cell was run again: it goes on with the code that it began with, until it is closed. */
import { h } from "../dom.js";
import { LIVE } from "../wire.js";

/** @param {import("../wire.js").Row} row */
export function onOldCode({ replaced, state }) {
  return replaced && LIVE.has(state);
}

/**
 * @param {import("./index.js").Context} context
 * @returns {{ element: HTMLElement, update: (row: import("../wire.js").Row) => void }}
 */
export function oldCodeSign({ ask, signal }) {
  const problem = h("span", { class: "problem", role: "alert" });
  const one = h("button", { type: "button", title: "Closes with 1012, “service restart”: its client may connect again, to the current code" }, "Close");
  const all = h("button", { type: "button", title: "asgi_nb.app.close_replaced()" }, "Close all on old code");
  const element = h("div", { class: "old-code", role: "group", "aria-label": "Old code" },
    h("span", {}, h("strong", {}, "⟲ on old code "), "its cell was run again; this socket goes on with the code it began with"),
    one, all, problem);
  let seq = 0;

  /** @param {object} args */
  async function close(args) {
    try {
      await ask("close_replaced", args);
      problem.textContent = "";
    } catch (error) {
      problem.textContent = String(/** @type {Error} */ (error).message);
    }
  }

  one.addEventListener("click", () => void close({ seqs: [seq] }), { signal });
  all.addEventListener("click", () => void close({}), { signal });
  return {
    element,
    update(row) {
      seq = row.seq;
      element.hidden = !onOldCode(row);
    },
  };
}
