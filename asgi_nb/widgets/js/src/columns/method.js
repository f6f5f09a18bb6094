/** @type {import("./index.js").ExchangeColumn} */
export const method = {
  id: "method",
  title: "Method",
  width: "8ch",
  fixed: true,
  cell: (row) => row.method,
  value: (row) => row.method,
};
