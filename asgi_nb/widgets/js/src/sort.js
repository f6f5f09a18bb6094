/** Sorting rows by a column. Pure. */

/** @typedef {import("./wire.js").Row} Row */
/** @typedef {import("./grid.js").Order} Order */

/**
 * Sorted rows: numbers before text, what has no value last in both directions, equals by number.
 *
 * @param {readonly Row[]} rows Sorted by number.
 * @param {(row: Row) => number | string | null | undefined} value
 * @param {boolean} down
 * @returns {Row[]}
 */
export function sorted(rows, value, down) {
  const sign = down ? -1 : 1;
  return rows
    .map((row) => ({ row, key: value(row) ?? null }))
    .sort((a, b) => {
      if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null) || a.row.seq - b.row.seq;
      return sign * compare(a.key, b.key) || a.row.seq - b.row.seq;
    })
    .map(({ row }) => row);
}

/**
 * @param {number | string} a
 * @param {number | string} b
 */
function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === typeof b) return a < b ? -1 : Number(a > b);
  return typeof a === "number" ? -1 : 1;
}

/**
 * The order after a click on a column's head: up, down, and back to the rows' own order.
 *
 * @param {Order | null} order
 * @param {string} id
 * @returns {Order | null}
 */
export function nextOrder(order, id) {
  if (order?.id !== id) return { id, down: false };
  return order.down ? null : { id, down: true };
}
