import { h } from "../dom.js";

/** @type {import("./index.js").Panel} */
export const output = {
  id: "output",
  title: "Output",
  applies: ({ output }) => output.records.length > 0,
  render(el, { output }) {
    el.replaceChildren(
      output.more === 0 ? "" : h("p", { class: "note" }, `${output.more} older records are not shown`),
      h(
        "table",
        { "aria-label": "Output of the handler, oldest first" },
        h("thead", {}, h("tr", {}, ...["At", "Stream", "Text"].map((title) => h("th", { scope: "col" }, title)))),
        h(
          "tbody",
          {},
          ...output.records.map(({ at, kind, text }) =>
            h("tr", {}, h("td", {}, at), h("td", {}, kind), h("td", {}, h("pre", {}, text))),
          ),
        ),
      ),
    );
  },
};
