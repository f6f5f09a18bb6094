import { h } from "../dom.js";

/** @type {import("./index.js").ExchangeColumn} */
export const note = {
  id: "note",
  title: "Note",
  width: "minmax(6ch, 18ch)",
  wide: true,
  off: true,
  cell: (row) => h("span", { title: row.note || null }, row.note),
  value: (row) => row.note || null,
};
