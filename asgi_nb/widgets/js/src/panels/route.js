/** Which route answered, why each of the others did not, and the code as it was then. */
import { h } from "../dom.js";
import { count } from "../format.js";
import { withInsight } from "./insight.js";
import { originBadge } from "./origin.js";
import { pairs } from "./parts.js";

/** @typedef {import("./insight.js").Insight} Insight */
/** @typedef {import("./insight.js").Candidate} Candidate */

/** @type {import("./index.js").Panel} */
export const route = {
  id: "route",
  title: "Route",
  applies: () => true,
  render(el, exchange, context) {
    let current = exchange;
    const fetch = withInsight(el, context, (insight) => draw(el, current, insight));
    return (latest) => {
      current = latest;
      fetch();
    };
  },
};

/**
 * @param {HTMLElement} el
 * @param {import("./index.js").Exchange} exchange
 * @param {Insight} insight
 */
function draw(el, { facts, origin }, { routing, origin: code }) {
  const matched = facts.find(([title]) => title === "Route")?.[1] ?? [];
  el.replaceChildren(
    origin === null ? "" : originBadge(origin),
    ...routing.hints.map((hint) => h("p", { class: "hint" }, hint)),
    matched.length > 0 ? pairs("Matched", matched) : "",
    routing.candidates.length === 0 ? h("p", { class: "note" }, "Nothing is known of other routes: they are noted for the notebook’s own app.") : candidates(routing),
    code === null || code.source === "" ? "" : source(code),
  );
}

/** @param {Insight["routing"]} routing */
function candidates({ candidates: all, more }) {
  return h(
    "section",
    { class: "routes" },
    h("h3", {}, "Every route, the nearest first"),
    h(
      "table",
      { class: "records" },
      h("thead", {}, h("tr", {}, ...["", "Route", "Why", "Cell"].map((title) => (title === "" ? h("td", {}) : h("th", { scope: "col" }, title))))),
      h("tbody", {}, ...all.map(candidate)),
    ),
    more > 0 ? h("p", { class: "note" }, `and ${count(more)} more`) : "",
  );
}

/** @param {Candidate} candidate */
function candidate({ route, verdict, reason, chosen, cell }) {
  const look = chosen ? "chosen" : verdict;
  const words = { chosen: "✓ answered", full: "○ would fit", partial: "◐ partly", none: "× no" }[look];
  return h(
    "tr",
    { "data-verdict": look },
    h("td", { class: "verdict" }, words ?? ""),
    h("th", { scope: "row" }, route),
    h("td", { class: "why" }, reason),
    h("td", { class: "origin" }, cell),
  );
}

/** @param {NonNullable<Insight["origin"]>} origin */
function source({ cell, line, source: text }) {
  const lines = text.split("\n").map((one, index) =>
    h("span", { class: "source-line", "data-here": index + 1 === line }, h("span", { class: "line-number" }, String(index + 1).padStart(3)), one, "\n"),
  );
  return h(
    "details",
    { class: "source", open: true },
    h("summary", {}, `Cell ${cell} as it was then`),
    h("pre", { class: "code", tabindex: 0, role: "region", "aria-label": `Source of cell ${cell}` }, ...lines),
  );
}
