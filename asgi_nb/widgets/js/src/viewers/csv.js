import { h } from "../dom.js";
import { count } from "../format.js";
import { isTable } from "./kinds.js";

/** Cells that a page draws without a pause; the text has the rest. */
const MAX_ROWS = 500;
const MAX_COLUMNS = 50;

/**
 * Read comma-separated values. Source: RFC 4180, with the separators that spreadsheets use.
 *
 * @param {string} source
 * @param {number} limit Rows to read.
 * @returns {string[][]}
 */
export function parseTable(source, limit) {
  const head = source.slice(0, source.search(/[\r\n]|$/));
  const separator = [",", ";", "\t"].reduce((best, one) => (head.split(one).length > head.split(best).length ? one : best));
  /** @type {string[][]} */
  const rows = [];
  /** @type {string[]} */
  let row = [];
  let at = 0;
  while (at < source.length && rows.length < limit) {
    let cell = "";
    if (source[at] === '"') {
      let end = source.indexOf('"', at + 1);
      while (end >= 0 && source[end + 1] === '"') end = source.indexOf('"', end + 2);
      const stop = end < 0 ? source.length : end;
      cell = source.slice(at + 1, stop).replaceAll('""', '"');
      at = stop + 1;
    }
    const start = at;
    while (at < source.length && source[at] !== separator && source[at] !== "\n") at += 1;
    row.push(cell + source.slice(start, at).replace(/\r$/, ""));
    if (source[at] !== separator) {
      rows.push(row);
      row = [];
    } else if (at + 1 === source.length) {
      row.push("");
      rows.push(row);
      row = [];
    }
    at += 1;
  }
  return rows;
}

/** @type {import("./index.js").Viewer} */
export const csv = {
  id: "csv",
  title: "Table",
  applies: ({ mediaType }) => isTable(mediaType),
  render({ bytes }) {
    const all = parseTable(new TextDecoder().decode(bytes), MAX_ROWS + 2);
    const [head = [], ...rest] = all;
    const shown = rest.slice(0, MAX_ROWS);
    const width = Math.max(0, ...all.map((row) => row.length));
    const notes = [`${count(shown.length)} rows${rest.length > MAX_ROWS ? ", and more" : ""}, ${width} columns`];
    if (width > MAX_COLUMNS) notes.push(`the first ${MAX_COLUMNS} columns are shown`);
    return h(
      "div",
      {},
      h("p", { class: "note" }, notes.join("; ")),
      h(
        "div",
        { class: "scrolling", tabindex: 0, role: "region", "aria-label": "Body, table" },
        h(
          "table",
          { class: "records" },
          h("thead", {}, h("tr", {}, ...head.slice(0, MAX_COLUMNS).map((cell) => h(cell === "" ? "td" : "th", cell === "" ? {} : { scope: "col" }, cell)))),
          h("tbody", {}, ...shown.map((row) => h("tr", {}, ...row.slice(0, MAX_COLUMNS).map((cell) => h("td", {}, cell))))),
        ),
      ),
    );
  },
};
