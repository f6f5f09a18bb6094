/** @type {import("./index.js").ExchangeColumn} */
export const route = {
  id: "route",
  title: "Route",
  width: "minmax(8ch, 20ch)",
  wide: true,
  off: true,
  cell: (row) => row.route ?? "",
  value: (row) => row.route,
};
