/** The columns of the list, in order. A new column is a file beside this one and a line here. */
import { cell } from "./cell.js";
import { header } from "./header.js";
import { method } from "./method.js";
import { note } from "./note.js";
import { number } from "./number.js";
import { path } from "./path.js";
import { route } from "./route.js";
import { size } from "./size.js";
import { started } from "./started.js";
import { status } from "./status.js";
import { tags } from "./tags.js";
import { time } from "./time.js";
import { waterfall } from "./waterfall.js";

/** @typedef {import("../wire.js").Row} Row */

/**
 * @typedef {import("../grid.js").Column<Row> & { off?: boolean, fixed?: boolean, tick?: Tick }} ExchangeColumn
 *   `off`: shown only when chosen. `fixed`: cannot be taken away. `tick`: what changes with the clock, and with the rows in view.
 */

/** @typedef {(drawn: Iterable<{ element: HTMLElement, row: Row }>, inView: readonly Row[], now: number) => void} Tick */

/** @type {readonly ExchangeColumn[]} */
export const COLUMNS = [number, method, status, path, route, cell, size, started, time, waterfall, note, tags];

/**
 * The chosen columns, those of headers before the duration.
 *
 * @param {ReadonlySet<string>} chosen Ids.
 * @param {readonly string[]} headers Names.
 * @returns {readonly ExchangeColumn[]}
 */
export function chosenColumns(chosen, headers) {
  const shown = COLUMNS.filter(({ id, fixed }) => fixed || chosen.has(id));
  const at = shown.findIndex(({ id }) => [time, waterfall, note, tags].some((last) => last.id === id));
  const place = at < 0 ? shown.length : at;
  return [...shown.slice(0, place), ...headers.map(header), ...shown.slice(place)];
}
