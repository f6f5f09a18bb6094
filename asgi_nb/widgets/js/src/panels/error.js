import { h } from "../dom.js";

/** @type {import("./index.js").Panel} */
export const error = {
  id: "error",
  title: "Error",
  applies: ({ error }) => error !== null,
  render(el, { error }) {
    if (error === null) return;
    el.replaceChildren(
      h("p", { class: "fault" }, h("strong", {}, error.type), error.message === "" ? "" : `: ${error.message}`),
      h("p", { class: "note" }, error.where),
      h("pre", { class: "traceback", tabindex: 0, "aria-label": "Traceback" }, error.traceback),
    );
  },
};
