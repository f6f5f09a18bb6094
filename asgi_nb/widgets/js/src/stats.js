/** Numbers over the rows that are shown. Pure. */

/** @typedef {import("./wire.js").Row} Row */

/** Seconds over which the rate is taken. */
const RATE_SPAN = 10;

/**
 * The value below which a part of the durations lies: the nearest rank.
 *
 * @param {readonly number[]} ascending
 * @param {number} part From 0 to 1.
 */
export function percentile(ascending, part) {
  return ascending[Math.max(0, Math.ceil(part * ascending.length) - 1)];
}

/**
 * @param {readonly Row[]} rows
 * @param {ReadonlySet<number>} held Numbers of those that a person held: their time says nothing of the app.
 * @returns {{ p50: number, p95: number } | null} Milliseconds of the finished HTTP exchanges; null without any.
 */
export function latency(rows, held = new Set()) {
  const durations = [];
  // A socket lasts as long as somebody likes it to.
  for (const row of rows) if (row.kind === "http" && row.duration_ms !== null && !held.has(row.seq)) durations.push(row.duration_ms);
  if (durations.length === 0) return null;
  durations.sort((a, b) => a - b);
  return { p50: percentile(durations, 0.5), p95: percentile(durations, 0.95) };
}

/** How fast a number grows, over the last seconds. */
export class Rate {
  constructor() {
    /** @type {{ at: number, value: number }[]} */
    this.samples = [];
  }

  /**
   * @param {number} at Seconds.
   * @param {number} value
   */
  add(at, value) {
    const { samples } = this;
    // It went back: another kernel counts anew.
    if (value < (samples.at(-1)?.value ?? 0)) samples.length = 0;
    samples.push({ at, value });
    while (samples.length > 2 && samples[1].at < at - RATE_SPAN) samples.shift();
  }

  /** Per second; 0 while too little is known. */
  get perSecond() {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < 0.5) return 0;
    return (last.value - first.value) / (last.at - first.at);
  }
}
