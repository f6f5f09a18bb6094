/** What anywidget loads of a widget that a pump feeds: one channel for its model, one drawing for each view. */
import { channelOf } from "./channel.js";
import { hideStill } from "./still.js";

/** @typedef {import("./channel.js").Model} Model */

/** @param {(host: HTMLElement, channel: import("./channel.js").Channel, signal: AbortSignal) => void} render */
export function streamed(render) {
  return {
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
      hideStill(host, model, life.signal);
      render(host, channelOf(model), life.signal);
      return () => life.abort();
    },
  };
}
