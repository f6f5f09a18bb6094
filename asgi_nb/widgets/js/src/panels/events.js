/** The events of a text/event-stream. */
import { h } from "../dom.js";
import { count, duration } from "../format.js";
import { withInsight } from "./insight.js";

/** @typedef {import("./insight.js").SentEvent} SentEvent */

/** @param {import("./index.js").Exchange} exchange */
export const isEventStream = ({ response }) => response?.body.media_type === "text/event-stream";

/** @type {import("./index.js").Panel} */
export const events = {
  id: "events",
  title: "Events",
  applies: isEventStream,
  render(el, _exchange, context) {
    const body = h("tbody");
    const note = h("p", { class: "note", role: "status" });
    const box = h("input", { type: "search", class: "text", placeholder: "filter: part of id, event or data", "aria-label": "Filter events", autocomplete: "off", spellcheck: "false" });
    const head = ["#", "At", "Event", "Id", "Data"].map((title) => h("th", { scope: "col" }, title));
    const table = h("table", { class: "records events-table", "aria-label": "Server-sent events, oldest first" }, h("thead", {}, h("tr", {}, ...head)), body);
    const content = [h("div", { class: "events-tools" }, box), note, table];
    /** @type {{ events: SentEvent[], more_events: number }} */
    let held = { events: [], more_events: 0 };

    function draw() {
      const wanted = box.value.toLowerCase();
      const shown = held.events.filter(({ id, event, data }) => [id, event, data].some((text) => text.toLowerCase().includes(wanted)));
      const parts = [wanted === "" ? `${count(shown.length)} events` : `${count(shown.length)} of ${count(held.events.length)} events`];
      if (held.more_events > 0) parts.push(`${count(held.more_events)} older ones are not shown`);
      note.textContent = parts.join(" · ");
      body.replaceChildren(...shown.map(row));
    }

    box.addEventListener("input", draw, { signal: context.signal });
    return withInsight(el, context, (insight) => {
      held = insight;
      // What somebody is writing stays.
      if (!table.isConnected) el.replaceChildren(...content);
      draw();
    });
  },
};

/** @param {SentEvent} event */
function row({ n, ms, event, id, data, retry }) {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, String(n)),
    h("td", {}, ms === null ? "" : duration(ms)),
    h("td", {}, event),
    h("td", {}, id),
    h("td", {}, h("pre", {}, data), retry === null ? "" : h("span", { class: "note" }, `retry after ${duration(retry)}`)),
  );
}
