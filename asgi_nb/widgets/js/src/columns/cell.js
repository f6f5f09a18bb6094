/** @type {import("./index.js").ExchangeColumn} */
export const cell = {
  id: "origin",
  title: "Cell",
  width: "6ch",
  wide: true,
  cell: (row) => row.cell ?? "",
  value: (row) => row.cell,
};
