import { h } from "../dom.js";
import { count } from "../format.js";
import { colourSign, tagList } from "../marks.js";
import { onOldCode } from "../panels/old_code.js";

/** @type {import("./index.js").ExchangeColumn} */
export const path = {
  id: "path",
  title: "Path",
  width: "minmax(10ch, 1fr)",
  fixed: true,
  cell(row) {
    const pin = row.pinned ? h("span", { class: "pin", role: "img", "aria-label": row.note ? `pinned, note: ${row.note}` : "pinned", title: row.note || "pinned" }, "◆ ") : null;
    const note = row.note && !row.pinned ? h("span", { class: "pin", role: "img", "aria-label": `note: ${row.note}`, title: row.note }, "✎ ") : null;
    const target = h("span", { class: "target", title: row.path }, colourSign(row), pin, note, row.path);
    const tags = tagList(row);
    if (row.kind !== "websocket") return tags === null ? target : h("span", { class: "with-traffic" }, target, tags);
    const traffic = `↑${count(row.received ?? 0)} ↓${count(row.sent ?? 0)}`;
    const old = onOldCode(row) ? h("span", { class: "old-sign", title: "Its cell was run again: this socket goes on with the code it began with" }, "⟲ old code") : null;
    return h("span", { class: "with-traffic" }, target, tags, old, h("span", { class: "traffic" }, traffic));
  },
  value: (row) => row.path,
};
