/** @type {import("./index.js").ExchangeColumn} */
export const number = {
  id: "number",
  title: "#",
  width: "5ch",
  wide: true,
  end: true,
  cell: (row) => String(row.seq),
};
