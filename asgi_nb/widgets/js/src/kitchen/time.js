/** Which stretch of time is in view, and in which lane each bar lies. Pure: seconds in, seconds and numbers out. */

/**
 * One exchange, as asgi_nb/widgets/kitchen_feed.py describes it; times in ms from its start.
 *
 * @typedef {object} Extra
 * @property {number} end_ms
 * @property {boolean} open Whether it goes on.
 * @property {boolean} failed
 * @property {[kind: string, from: number, to: number, loop: string][]} stretches What is in none of them is waiting.
 * @property {[at: number, direction: "receive" | "send"][]} ticks WebSocket messages.
 * @property {Block[]} blocks When it held a loop too long.
 *
 * @typedef {import("../wire.js").Row & Extra} Bar
 *
 * @typedef {object} Block
 * @property {number} start_ms
 * @property {number} end_ms
 * @property {string} loop
 * @property {string} title What ran.
 * @property {string} place The cell and the line; empty when nobody saw it.
 * @property {string} text The line's source.
 * @property {string} remedy
 */

/** @typedef {{ to: number, span: number }} View The right edge, and how much is in view; in seconds. */

/** Seconds. A bar of ten minutes in a window of 20 ms is as wide as a browser can draw. */
export const MIN_SPAN = 0.02;
export const MAX_SPAN = 600;
/** Lanes that are drawn. */
export const LANES = 60;
/** Bars that are drawn, the newest. */
export const BARS = 300;

/**
 * When a bar ends, or how far it has come.
 *
 * @param {Bar} bar
 * @param {number} now
 */
export function endOf(bar, now) {
  const end = bar.started_at + bar.end_ms / 1000;
  return bar.open ? Math.max(now, end) : end;
}

/**
 * Look closer, or from further away.
 *
 * @param {View} view
 * @param {number} factor Below 1 is closer.
 * @param {number} at The part of the width that stays where it is, 0 to 1.
 * @returns {View}
 */
export function zoomed(view, factor, at) {
  const span = Math.min(MAX_SPAN, Math.max(MIN_SPAN, view.span * factor));
  const fixed = view.to - view.span * (1 - at);
  return { span, to: fixed + span * (1 - at) };
}

/**
 * The view in which all bars lie, with a little room beside them.
 *
 * @param {readonly Bar[]} bars
 * @param {number} now
 * @returns {View | null} Null when there are none.
 */
export function fitting(bars, now) {
  if (bars.length === 0) return null;
  let from = Infinity;
  let to = -Infinity;
  for (const bar of bars) {
    from = Math.min(from, bar.started_at);
    to = Math.max(to, endOf(bar, now));
  }
  const span = Math.min(MAX_SPAN, Math.max(MIN_SPAN, (to - from) * 1.04));
  return { span, to: to + (to - from) * 0.02 };
}

/**
 * Bars of which something is in view: the newest BARS of them, oldest first, and how many more there are.
 *
 * @param {readonly Bar[]} bars
 * @param {View} view
 * @param {number} now
 */
export function inView(bars, view, now) {
  const from = view.to - view.span;
  const found = bars.filter((bar) => bar.started_at <= view.to && endOf(bar, now) >= from);
  return { bars: found.slice(-BARS), more: Math.max(0, found.length - BARS) };
}

/** Lanes in which a bar stays as long as it is in view: one that jumps about cannot be followed. */
export class Lanes {
  constructor() {
    /** @type {Map<number, number>} */
    this.of = new Map();
  }

  /**
   * @param {readonly Bar[]} bars Those in view.
   * @param {number} now
   * @returns {number} How many found no lane.
   */
  place(bars, now) {
    /** @type {[from: number, to: number][][]} */
    const taken = [];
    /** @type {Map<number, number>} */
    const kept = new Map();
    /** @type {Bar[]} */
    const fresh = [];
    const put = (/** @type {Bar} */ bar, /** @type {number} */ lane) => {
      while (taken.length <= lane) taken.push([]);
      taken[lane].push([bar.started_at, endOf(bar, now)]);
      kept.set(bar.seq, lane);
    };
    const isFree = (/** @type {Bar} */ bar, /** @type {number} */ lane) =>
      (taken[lane] ?? []).every(([from, to]) => to <= bar.started_at || from >= endOf(bar, now));
    for (const bar of bars) {
      const lane = this.of.get(bar.seq);
      if (lane === undefined) fresh.push(bar);
      else put(bar, lane);
    }
    let crowded = 0;
    for (const bar of fresh.sort((a, b) => a.started_at - b.started_at || a.seq - b.seq)) {
      let lane = 0;
      while (lane < LANES && !isFree(bar, lane)) lane += 1;
      if (lane < LANES) put(bar, lane);
      else crowded += 1;
    }
    this.of = kept;
    return crowded;
  }
}

/**
 * Round times for an axis: at most `most` of them lie in view, at steps of 1, 2 or 5 by a power of ten.
 *
 * @param {View} view
 * @param {number} most
 */
export function axisTicks(view, most) {
  const least = view.span / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least) ?? 10 * power;
  const first = Math.ceil((view.to - view.span) / step);
  const times = [];
  for (let index = first; index * step <= view.to; index += 1) times.push(index * step);
  return { step, times };
}

/**
 * A round time as a person reads it: seconds of the minute, as exact as the step.
 *
 * @param {number} at Seconds since the Unix epoch.
 * @param {number} step
 */
export function axisText(at, step) {
  const digits = Math.max(0, Math.min(3, -Math.floor(Math.log10(step) + 1e-9)));
  const date = new Date(Math.round(at * 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const seconds = (date.getSeconds() + date.getMilliseconds() / 1000).toFixed(digits).padStart(digits === 0 ? 2 : digits + 3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`;
}
