import { h } from "../dom.js";

/** @type {import("./index.js").ExchangeColumn} */
export const number = {
  id: "number",
  title: "#",
  width: "7ch",
  wide: true,
  end: true,
  fixed: true,
  cell(row) {
    if (!row.pinned) return String(row.seq);
    return h("span", { title: row.note || "pinned" }, h("span", { role: "img", "aria-label": "pinned" }, "◆"), ` ${row.seq}`);
  },
  value: (row) => row.seq,
};
