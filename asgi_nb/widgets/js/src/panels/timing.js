/** Where the time went: stages, the onion of layers, when the code ran and when it waited, who held the loop. */
import { h } from "../dom.js";
import { count, duration, size } from "../format.js";
import { withInsight } from "./insight.js";

/** @typedef {import("./insight.js").Insight} Insight */
/** @typedef {import("./insight.js").Span} Span */

/** Slices in a bar; a panel has no pixels for more. */
const MAX_SLICES = 250;

/** @type {import("./index.js").Panel} */
export const timing = {
  id: "timing",
  title: "Timing",
  applies: () => true,
  render: (el, _exchange, context) => withInsight(el, context, (insight) => draw(el, insight)),
};

/**
 * @param {HTMLElement} el
 * @param {Insight} insight
 */
function draw(el, insight) {
  const end = lastMoment(insight);
  const parts = [
    ...insight.blocked.map(blockedNote),
    layers(insight, end),
    slices(insight, end),
    chunks(insight, end),
    background(insight, end),
    stages(insight),
  ];
  el.replaceChildren(...parts.filter((part) => part !== null));
}

/** @param {Insight} insight */
function lastMoment({ stages, spans, slices, background }) {
  const ends = [
    ...stages.map(({ ms }) => ms),
    ...spans.map(({ start_ms, end_ms }) => end_ms ?? start_ms),
    ...slices.rows.map(([start, stop]) => stop ?? start),
    ...background.map(({ start_ms, end_ms }) => end_ms ?? start_ms),
  ];
  // No spread of a long list into Math.max; and a bar needs some length.
  return ends.reduce((last, one) => Math.max(last, one), 0.001);
}

/** @param {Insight["blocked"][number]} blocked */
function blockedNote({ title, loop, ms, cell, line, text, remedy }) {
  const where = cell === null ? "" : ` at ${cell}, line ${line}`;
  return h(
    "div",
    { class: "guilty" },
    h("p", { class: "fault" }, h("strong", {}, "Blocked "), `${title} held the ${loop}’s loop for ${duration(ms)}${where}. Nothing else ran there meanwhile.`),
    text === "" ? "" : h("pre", { class: "text", tabindex: 0, role: "region", "aria-label": "The line that held the loop" }, text),
    remedy === "" ? "" : h("p", { class: "hint" }, remedy),
  );
}

/**
 * One bar on the axis from the start of the exchange to its end.
 *
 * @param {string} look
 * @param {number} from
 * @param {number} to
 * @param {number} end
 */
function bar(look, from, to, end) {
  const element = h("span", { class: look });
  element.style.insetInlineStart = `${(100 * from) / end}%`;
  element.style.inlineSize = `${(100 * Math.max(0, to - from)) / end}%`;
  return element;
}

/**
 * @param {string} label
 * @param {...Node} bars
 */
function lane(label, ...bars) {
  return h("div", { class: "lane", role: "img", "aria-label": label }, ...bars);
}

/**
 * @param {Insight} insight
 * @param {number} end
 */
function layers({ spans }, end) {
  if (spans.length === 0) return null;
  return h(
    "section",
    { class: "layers" },
    h("h3", {}, "Layers, from the outside in"),
    h("ol", {}, ...spans.map((span) => layer(span, end))),
  );
}

/**
 * @param {Span} span
 * @param {number} end
 */
function layer(span, end) {
  const stop = span.end_ms ?? end;
  const own = span.self_ms === null ? "still running" : `${duration(span.self_ms)} of its own`;
  const item = h(
    "li",
    { class: "layer", "data-kind": span.kind },
    h("div", { class: "layer-head" }, h("span", { class: "layer-title" }, span.title), h("span", { class: "note" }, own)),
    lane(`from ${duration(span.start_ms)} to ${span.end_ms === null ? "now" : duration(stop)}`, bar("span", span.start_ms, stop, end)),
    changes(span),
  );
  item.style.setProperty("--depth", String(Math.min(span.depth, 8)));
  return item;
}

/** What a layer did, in words. @param {Span} span */
function changes({ request, response, answered, calls, error }) {
  const said = [
    ...request.map((words) => ["→ request: ", words]),
    ...response.map((words) => ["← response: ", words]),
    ...(answered ? [["", "answered by itself: what lies inside never saw the request"]] : []),
    ...(calls > 1 ? [["", `called what lies inside ${calls} times`]] : []),
    ...(error === null ? [] : [["! ", `raised ${error}`]]),
  ];
  if (said.length === 0) return null;
  return h("ul", { class: "changes" }, ...said.map(([way, words]) => h("li", {}, way, words)));
}

/**
 * @param {Insight} insight
 * @param {number} end
 */
function slices({ slices: { rows, running_ms, waiting_ms, merged } }, end) {
  if (rows.length === 0) return null;
  const shown = rows.slice(0, MAX_SLICES);
  const from = shown[0][0];
  const to = shown.reduce((last, [start, stop]) => Math.max(last, stop ?? end, start), from);
  const places = [...new Set(rows.map(([, , kind]) => PLACES[kind] ?? kind))].join(" and ");
  const words = `ran for ${duration(running_ms)} in ${count(rows.length)} ${rows.length === 1 ? "stretch" : "stretches"} ${places}, waited for ${duration(waiting_ms)}`;
  return h(
    "section",
    { class: "slices" },
    h("h3", {}, "The endpoint’s code"),
    lane(words, bar("waits", from, to, end), ...shown.map(([start, stop]) => bar("runs", start, stop ?? end, end))),
    h("p", { class: "legend" }, h("span", { class: "key-runs" }), "runs ", h("span", { class: "key-waits" }), "waits, others have their turn"),
    h("p", {}, `It ${words}.`),
    merged > 0 ? h("p", { class: "note" }, `${count(merged)} short stretches are joined to their neighbours`) : "",
  );
}

/** @type {Record<string, string>} */
const PLACES = { server: "on the server’s loop", kernel: "on the kernel’s loop", thread: "in a worker thread" };

/**
 * @param {Insight} insight
 * @param {number} end
 */
function chunks({ chunks: all, more_chunks }, end) {
  if (all.length === 0) return null;
  const total = all.length + more_chunks;
  const words = `${count(total)} pieces, the first of ${size(all[0][1])} after ${duration(all[0][0])}`;
  return h(
    "section",
    { class: "chunks" },
    h("h3", {}, "The body, piece by piece"),
    lane(words, ...all.map(([ms]) => bar("tick", ms, ms, end))),
    h("p", {}, `${words}.`),
  );
}

/**
 * @param {Insight} insight
 * @param {number} end
 */
function background({ background: tasks }, end) {
  if (tasks.length === 0) return null;
  return h(
    "section",
    { class: "layers" },
    h("h3", {}, "After the response"),
    h(
      "ol",
      {},
      ...tasks.map(({ name, start_ms, end_ms, error }) =>
        h(
          "li",
          { class: "layer" },
          h("div", { class: "layer-head" }, h("span", { class: "layer-title" }, name), h("span", { class: "note" }, end_ms === null ? "still running" : duration(end_ms - start_ms))),
          lane(`from ${duration(start_ms)}`, bar("span", start_ms, end_ms ?? end, end)),
          error === null ? "" : h("p", { class: "fault" }, `raised ${error}`),
        ),
      ),
    ),
  );
}

/** @param {Insight} insight */
function stages({ stages: all }) {
  const rows = all.map(({ words, ms }, index) =>
    h("tr", {}, h("th", { scope: "row" }, words), h("td", {}, duration(ms)), h("td", {}, index === 0 ? "" : `+${duration(ms - all[index - 1].ms)}`)),
  );
  return h(
    "section",
    { class: "stages" },
    h("h3", {}, "Stages"),
    h(
      "table",
      { class: "records" },
      h("thead", {}, h("tr", {}, ...["What happened", "At", "After"].map((title) => h("th", { scope: "col" }, title)))),
      h("tbody", {}, ...rows),
    ),
  );
}
