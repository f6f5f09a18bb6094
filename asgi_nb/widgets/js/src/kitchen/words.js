/** What a person reads of a bar. Pure. */
import { duration } from "../format.js";

/** @typedef {import("./time.js").Bar} Bar */

/** Kind of stretch -> what it is called; the same words as in asgi_nb/record/segments.py. @type {Record<string, string>} */
export const KINDS = {
  running: "running on the loop",
  thread: "running in a thread",
  awaiting: "awaiting",
  sending: "sending the response",
  background: "background task",
  held: "held by a person",
  unknown: "not known",
  blocking: "held the loop",
};

/** @param {Bar} bar */
export function nameOf(bar) {
  return `${bar.method} ${bar.path} → ${bar.status ?? bar.state}`;
}

/**
 * One line that says all of a bar.
 *
 * @param {Bar} bar
 * @param {number} seconds How long it is.
 */
export function wordsOf(bar, seconds) {
  /** @type {Map<string, number>} */
  const sums = new Map();
  for (const [kind, from, to] of bar.stretches) sums.set(kind, (sums.get(kind) ?? 0) + to - from);
  const rest = bar.end_ms - [...sums.values()].reduce((sum, took) => sum + took, 0);
  if (rest > 0.01) sums.set("awaiting", rest);
  const parts = [nameOf(bar), `${duration(seconds * 1000)}${bar.open ? " so far" : ""}`];
  for (const [kind, took] of sums) if (kind !== "unknown") parts.push(`${KINDS[kind] ?? kind} ${duration(took)}`);
  if (bar.kind === "websocket") parts.push(`${bar.received} received, ${bar.sent} sent`);
  if (bar.cell !== null) parts.push(bar.cell);
  return `${bar.seq}  ${parts.join(", ")}`;
}
