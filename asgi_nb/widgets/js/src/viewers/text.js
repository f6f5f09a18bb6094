import { h } from "../dom.js";

/** @type {import("./index.js").Viewer} */
export const text = {
  id: "text",
  applies: () => true,
  render: (bytes) => h("pre", { class: "text", tabindex: 0, "aria-label": "Body" }, new TextDecoder().decode(bytes)),
};
