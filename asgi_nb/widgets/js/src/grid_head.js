/** The head of a grid's columns: titles, and which one the rows are sorted by. */
import { h } from "./dom.js";

/**
 * @template R
 * @typedef {import("./grid.js").Column<R>} Column
 */

/**
 * @template R
 * @param {Column<R>} column
 * @param {import("./grid.js").Order | null} order
 * @param {boolean} sortable Whether a click sorts.
 */
export function headCell(column, order, sortable) {
  const sorts = column.value !== undefined && sortable;
  const by = order?.id === column.id;
  const text = by ? `${column.title} ${order.down ? "▼" : "▲"}` : column.title;
  const attributes = { class: cellClass(column), role: "columnheader", title: sorts ? `Sort by ${column.title}` : undefined };
  if (!sorts) return h("span", attributes, text);
  const direction = by ? (order.down ? "descending" : "ascending") : "none";
  return h("span", { ...attributes, "data-column": column.id, "aria-sort": direction }, text);
}

/**
 * @template R
 * @param {Column<R>} column
 */
export function cellClass(column) {
  return `cell ${column.id}${column.end ? " end" : ""}${column.wide === "last" ? " wide-last" : column.wide ? " wide" : ""}`;
}
