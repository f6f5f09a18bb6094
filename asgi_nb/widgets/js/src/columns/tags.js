import { tagList } from "../marks.js";

/** @type {import("./index.js").ExchangeColumn} */
export const tags = {
  id: "tagged",
  title: "Tags",
  width: "minmax(6ch, 18ch)",
  wide: true,
  off: true,
  cell: (row) => tagList(row) ?? "",
  value: (row) => row.tags.join(", ") || null,
};
