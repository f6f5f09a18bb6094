/** What anywidget loads. One file, because it comes from a blob URL; styles.css rides in it, for the shadow root. */
import { clientOf } from "./client.js";
import { renderInspector } from "./view.js";

/** @typedef {import("./client.js").Model} Model */

export default {
  /** @param {{ model: Model }} context */
  initialize({ model }) {
    const client = clientOf(model);
    return () => client.close();
  },

  /** @param {{ model: Model, el: HTMLElement }} context */
  render({ model, el }) {
    const life = new AbortController();
    const host = document.createElement("div");
    el.replaceChildren(host);
    renderInspector(host, clientOf(model), life.signal);
    return () => life.abort();
  },
};
