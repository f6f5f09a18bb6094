/** Where the bars of a waterfall lie. Pure: seconds in, parts of the width out. */
import { LIVE } from "./wire.js";

/** @typedef {import("./wire.js").Row} Row */
/** @typedef {{ from: number, to: number }} Scale Seconds since the Unix epoch. */

/** A window is at least a millisecond wide, so that a single quick row has a bar and not a hairline. */
const LEAST = 0.001;

/**
 * When a row ended, or how far it has come.
 *
 * @param {Row} row
 * @param {number} now
 */
function endOf(row, now) {
  if (row.duration_ms !== null) return row.started_at + row.duration_ms / 1000;
  return LIVE.has(row.state) ? Math.max(now, row.started_at) : row.started_at;
}

/**
 * The time that these rows cover.
 *
 * @param {readonly Row[]} rows
 * @param {number} now Seconds, by the kernel's clock.
 * @returns {Scale}
 */
export function timeWindow(rows, now) {
  let from = Infinity;
  let to = -Infinity;
  for (const row of rows) {
    from = Math.min(from, row.started_at);
    to = Math.max(to, endOf(row, now));
  }
  return { from, to: Math.max(to, from + LEAST) };
}

/**
 * The place of a row's bar: start and length as parts of the window.
 *
 * @param {Row} row
 * @param {Scale} scale
 * @param {number} now
 */
export function span(row, scale, now) {
  const width = scale.to - scale.from;
  const start = (row.started_at - scale.from) / width;
  return { start, length: Math.min(1 - start, (endOf(row, now) - row.started_at) / width) };
}

/**
 * Where, within a row's bar, its code ran; between, it waited.
 *
 * @param {Row} row
 * @param {number} seconds How long the bar is.
 */
export function runSpans(row, seconds) {
  const whole = Math.max(seconds * 1000, Number.MIN_VALUE);
  return (row.runs ?? []).map(([from, to]) => {
    const start = Math.min(1, from / whole);
    return { start, length: Math.max(0, Math.min(1, (to ?? whole) / whole) - start) };
  });
}
