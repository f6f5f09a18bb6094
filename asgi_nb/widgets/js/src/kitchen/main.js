/** The kitchen: all requests on one time axis. Its own bundle: a page that shows no kitchen loads none. */
import { channelOf } from "../channel.js";
import { renderKitchen } from "./view.js";

/** @typedef {import("../channel.js").Model} Model */

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
    renderKitchen(host, channelOf(model), life.signal);
    return () => life.abort();
  },
};
