import { duration, soFar } from "../format.js";
import { LIVE } from "../wire.js";

/** @type {import("./index.js").ExchangeColumn} */
export const time = {
  id: "time",
  title: "Time",
  width: "8ch",
  end: true,
  cell: (row) => took(row, row.started_at),
  value: (row) => row.duration_ms,
  tick: countTimes,
};

/**
 * How long it took; so far, while it goes on.
 *
 * @param {import("../wire.js").Row} row
 * @param {number} now Seconds, by the kernel's clock.
 */
export function took(row, now) {
  return row.duration_ms === null && LIVE.has(row.state) ? soFar((now - row.started_at) * 1000) : duration(row.duration_ms);
}

/**
 * Write how long those take that go on.
 *
 * @param {Iterable<{ element: HTMLElement, row: import("../wire.js").Row }>} drawn
 * @param {readonly import("../wire.js").Row[]} _inView
 * @param {number} now Seconds, by the kernel's clock.
 */
function countTimes(drawn, _inView, now) {
  for (const { element, row } of drawn) {
    if (row.duration_ms !== null) continue;
    const cell = element.querySelector(".cell.time");
    const text = took(row, now);
    if (cell !== null && cell.textContent !== text) cell.textContent = text;
  }
}
