import { h } from "../dom.js";
import { size as bytes } from "../format.js";

/** @type {import("./index.js").ExchangeColumn} */
export const size = {
  id: "size",
  title: "Size",
  width: "8ch",
  wide: true,
  off: true,
  end: true,
  cell: (row) => h("span", { title: `${row.request_size} bytes up, ${row.response_size} down` }, bytes(row.response_size)),
  value: (row) => row.response_size,
};
