import { h } from "../dom.js";
import { count } from "../format.js";
import { isJsonLines } from "./kinds.js";
import { parseJson } from "./json_parse.js";

/** Lines that are drawn; the text has the rest. */
const MAX_LINES = 500;

/** @type {import("./index.js").Viewer} */
export const lines = {
  id: "lines",
  title: "Lines",
  applies: ({ mediaType }) => isJsonLines(mediaType),
  render({ bytes }) {
    const all = new TextDecoder().decode(bytes).split("\n").filter((line) => line.trim() !== "");
    const rows = all.slice(0, MAX_LINES).map((line, index) => {
      const { error } = parseJson(line);
      return h(
        "tr",
        {},
        h("th", { scope: "row" }, String(index + 1)),
        h("td", {}, line, error === null ? "" : h("span", { class: "fault" }, ` not JSON: ${error.text}`)),
      );
    });
    return h(
      "div",
      {},
      h("p", { class: "note" }, all.length > MAX_LINES ? `the first ${MAX_LINES} of ${count(all.length)} documents` : `${count(all.length)} documents`),
      h("div", { class: "scrolling", tabindex: 0, role: "region", "aria-label": "Body, lines" }, h("table", { class: "records" }, h("tbody", {}, ...rows))),
    );
  },
};
