/** The columns of the list, in order. A new column is a file beside this one and a line here. */
import { cell } from "./cell.js";
import { method } from "./method.js";
import { number } from "./number.js";
import { path } from "./path.js";
import { status } from "./status.js";
import { time } from "./time.js";

/** @typedef {import("../grid.js").Column<import("../wire.js").Row>} ExchangeColumn */

/** @type {readonly ExchangeColumn[]} */
export const COLUMNS = [number, method, status, path, cell, time];
