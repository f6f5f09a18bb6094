import { h } from "../dom.js";

/**
 * What differs between two exchanges, masked. Source: asgi_nb/widgets/actions.py.
 *
 * @typedef {object} Diff
 * @property {{ seq: number, title: string }} old
 * @property {{ seq: number, title: string }} new
 * @property {string} code
 * @property {string} summary
 * @property {string} timing
 * @property {readonly Difference[]} differences
 * @property {number} more
 */

/** @typedef {{ kind: string, sign: string, place: string, old: string, new: string, lines: readonly string[] }} Difference */

/** @type {import("./index.js").Action} */
export const diff = {
  id: "diff",
  sign: "±",
  word: "Diff",
  label: "Diff with the one before",
  code: (name) => `older.diff(${name}): with the one that it repeats, else the last one of the same route`,
  async run(context) {
    const { value } = await context.command("diff", { seqs: [context.row.seq] });
    context.sheet.open("Compared", context.button, [drawnDiff(value)], context.row.seq);
  },
};

/** A sign, a word and the values: nothing is told by colour alone. @param {Diff} found */
export function drawnDiff(found) {
  const { differences } = found;
  const rows = differences.map(({ kind, sign, place, old, new: now, lines }) =>
    h(
      "tr",
      { "data-kind": kind },
      h("td", { class: "sign" }, `${sign} ${kind}`),
      h("th", { scope: "row" }, place),
      ...(lines.length > 0
        ? [h("td", { colspan: 2 }, h("pre", {}, ...lines.map(drawnLine)))]
        : [h("td", {}, kind === "added" ? "" : old), h("td", {}, kind === "removed" ? "" : now)]),
    ),
  );
  return h(
    "div",
    { class: "diff" },
    h("p", { class: "story" }, `${found.old.title} → ${found.new.title}: ${found.summary}`),
    rows.length === 0 ? null : h(
      "div",
      { class: "scrolling", tabindex: 0, role: "group", "aria-label": "Differences" },
      h(
        "table",
        { class: "records" },
        h("thead", {}, h("tr", {}, ...["what", "where", `before (#${found.old.seq})`, `after (#${found.new.seq})`].map((title) => h("th", { scope: "col" }, title)))),
        h("tbody", {}, ...rows),
      ),
    ),
    found.more > 0 ? h("p", { class: "note" }, `${found.more} more: see ${found.code}`) : null,
    found.timing === "" ? null : h("p", { class: "note" }, found.timing),
    h("code", { class: "code" }, found.code),
  );
}

/** @param {string} line As in a unified diff. */
function drawnLine(line) {
  const kind = line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "same";
  return h("span", { class: "diff-line", "data-kind": kind }, `${line}\n`);
}
