/** @type {import("./index.js").ExchangeColumn} */
export const method = {
  id: "method",
  title: "Method",
  width: "8ch",
  cell: (row) => row.method,
};
