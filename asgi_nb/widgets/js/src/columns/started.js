import { clock } from "../format.js";

/** @type {import("./index.js").ExchangeColumn} */
export const started = {
  id: "started",
  title: "Started",
  width: "12ch",
  wide: true,
  off: true,
  end: true,
  cell: (row) => clock(row.started_at),
  value: (row) => row.started_at,
};
