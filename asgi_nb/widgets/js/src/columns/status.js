/** @type {import("./index.js").ExchangeColumn} */
export const status = {
  id: "status",
  title: "Status",
  width: "7ch",
  fixed: true,
  cell: statusText,
  // What has none yet comes last, with "open" sockets beside it.
  value: (row) => (typeof row.status === "number" ? row.status : null),
};

/**
 * What became of an exchange, in a word: colour alone says nothing.
 *
 * @param {import("../wire.js").Row} row
 */
export function statusText(row) {
  if (row.state === "error") return `! ${row.status ?? "error"}`;
  if (row.state === "aborted") return row.status === null ? "aborted" : `${row.status} ✕`;
  if (row.state === "held") return "held";
  if (row.state === "queued") return "queued";
  return row.status === null ? "…" : String(row.status);
}

/**
 * The row's look.
 *
 * @param {import("../wire.js").Row} row
 */
export function toneOf(row) {
  if (row.state === "error") return "error";
  if (row.state === "aborted") return "warn";
  if (row.state !== "done") return "open";
  const { status } = row;
  if (status === null || status === "open" || status < 300) return "ok";
  if (status < 400) return "moved";
  if (status < 500) return "warn";
  // Close codes: 1000 normal, 1001 going away, 1005 none given. RFC 6455 section 7.4.1.
  return [1000, 1001, 1005].includes(status) ? "ok" : status < 1000 ? "error" : "warn";
}
