/** What anywidget loads. One file, because it comes from a blob URL; styles.css rides in it, for the shadow root. */
import { channelOf } from "./channel.js";
import { renderInspector } from "./view.js";

/** @typedef {import("./channel.js").Model} Model */

export default {
  /** @param {{ model: Model }} context */
  initialize({ model }) {
    const channel = channelOf(model);
    return () => channel.close();
  },

  /** @param {{ model: Model, el: HTMLElement }} context */
  render({ model, el }) {
    const life = new AbortController();
    const host = document.createElement("div");
    el.replaceChildren(host);
    renderInspector(host, channelOf(model), life.signal);
    return () => life.abort();
  },
};
