import { h } from "../dom.js";
import { count } from "../format.js";
import { originBadge } from "./origin.js";

/** @type {import("./index.js").Panel} */
export const error = {
  id: "error",
  title: "Error",
  applies: ({ error }) => error !== null,
  render(el, { error, origin }) {
    if (error === null) return;
    const { frames } = error;
    el.replaceChildren(
      h("p", { class: "fault" }, h("strong", {}, error.type), error.message === "" ? "" : `: ${error.message}`),
      h("p", { class: "note" }, error.where),
      origin === null ? "" : originBadge(origin),
      frames.length === 0 ? "" : h("h3", {}, "Where, the last call below"),
      h(
        "ol",
        { class: "frames" },
        ...frames.map(({ place, line, function: name, source, cell }) =>
          h(
            "li",
            { class: "frame", "data-cell": cell },
            h("div", {}, h("strong", {}, place), `, line ${line}, in ${name}`),
            source === "" ? "" : h("pre", { class: "code", tabindex: 0, role: "region", "aria-label": `${place}, line ${line}` }, source),
          ),
        ),
      ),
      error.skipped > 0 ? h("p", { class: "note" }, `${count(error.skipped)} frames are left out`) : "",
      h(
        "details",
        {},
        h("summary", {}, "The whole traceback"),
        h("pre", { class: "traceback", tabindex: 0, role: "region", "aria-label": "Traceback" }, error.traceback),
      ),
    );
  },
};
