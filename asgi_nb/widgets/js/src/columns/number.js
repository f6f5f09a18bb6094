/** @type {import("./index.js").ExchangeColumn} */
export const number = {
  id: "number",
  title: "#",
  width: "6ch",
  wide: "last",
  end: true,
  fixed: true,
  cell: (row) => String(row.seq),
  value: (row) => row.seq,
};
