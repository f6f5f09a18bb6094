import { h } from "../dom.js";
import { BINARY } from "./kinds.js";

/** @type {import("./index.js").Viewer} */
export const text = {
  id: "text",
  title: "Text",
  applies: ({ mediaType }) => mediaType !== BINARY,
  render: ({ bytes }) => h("pre", { class: "text", tabindex: 0, role: "region", "aria-label": "Body, text" }, new TextDecoder().decode(bytes)),
};
