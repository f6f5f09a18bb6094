import { h } from "../dom.js";
import { runSpans, span, timeWindow } from "../waterfall.js";

/** A bar from when a row began to when it ended, within the time that the rows in view cover. */
/** @type {import("./index.js").ExchangeColumn} */
export const waterfall = {
  id: "waterfall",
  title: "Waterfall",
  // A part of what is left, so that the path has the most of it.
  width: "minmax(6ch, 0.35fr)",
  wide: true,
  // Its words are in the columns beside it.
  cell: ({ runs }) =>
    h("span", { class: "track", "aria-hidden": "true" }, h("span", { class: "bar" }, ...(runs ?? []).map(() => h("span", { class: "ran" })))),
  tick: drawBars,
};

/**
 * Lay the bars: the rows in view share one scale, the others are cut off at its ends.
 *
 * @param {Iterable<{ element: HTMLElement, row: import("../wire.js").Row }>} drawn
 * @param {readonly import("../wire.js").Row[]} inView
 * @param {number} now Seconds, by the kernel's clock.
 */
function drawBars(drawn, inView, now) {
  if (inView.length === 0) return;
  const scale = timeWindow(inView, now);
  for (const { element, row } of drawn) {
    const bar = /** @type {HTMLElement | null} */ (element.querySelector(".bar"));
    if (bar === null) continue;
    const { start, length } = span(row, scale, now);
    bar.style.setProperty("--from", `${(start * 100).toFixed(2)}%`);
    bar.style.setProperty("inline-size", `${(length * 100).toFixed(2)}%`);
    bar.toggleAttribute("data-runs", bar.childElementCount > 0);
    const shown = runSpans(row, length * (scale.to - scale.from));
    shown.forEach((run, index) => {
      const part = /** @type {HTMLElement | undefined} */ (bar.children[index]);
      part?.style.setProperty("inset-inline-start", `${(run.start * 100).toFixed(2)}%`);
      part?.style.setProperty("inline-size", `${(run.length * 100).toFixed(2)}%`);
    });
  }
}
