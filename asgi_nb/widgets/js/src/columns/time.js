import { duration } from "../format.js";

/** @type {import("./index.js").ExchangeColumn} */
export const time = {
  id: "time",
  title: "Time",
  width: "8ch",
  end: true,
  cell: (row) => duration(row.duration_ms),
  value: (row) => row.duration_ms,
};
