import { h } from "../dom.js";
import { size } from "../format.js";
import { IMAGES } from "./kinds.js";

/** @type {import("./index.js").Viewer} */
export const image = {
  id: "image",
  title: "Image",
  applies: ({ declared, bytes, total }) => IMAGES.has(declared) && (bytes.length > 0 || total > 0),
  render({ bytes, total, declared, cut }, { more, signal }) {
    const note = h("p", { class: "note", role: "status" }, "Loading…");
    if (bytes.length < total) {
      more();
      return h("div", {}, note);
    }
    // Only through <img>: a script inside an SVG does not run there, and nothing is loaded from elsewhere.
    const picture = h("img", { alt: "The image in the body" });
    const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: declared }));
    // Gone at once: opened as a page of its own, the address would be one of the notebook's, and an SVG's script run.
    const release = () => URL.revokeObjectURL(url);
    signal.addEventListener("abort", release);
    picture.addEventListener("load", () => {
      release();
      note.textContent = `${picture.naturalWidth} × ${picture.naturalHeight} pixels, ${size(total)}`;
    });
    picture.addEventListener("error", () => {
      release();
      picture.remove();
      note.textContent = cut ? "Only a part of the image is kept, too little to be drawn." : `The browser cannot draw this as ${declared}.`;
    });
    picture.src = url;
    return h("div", {}, note, h("div", { class: "checkerboard" }, picture));
  },
};
