import { h } from "../dom.js";
import { inertMarkup } from "./inert.js";

/** No script, no form, nothing from elsewhere; a link opens nowhere, and a relative address leads nowhere. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const HEAD = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><base href="about:blank" target="_blank">`;

/** @type {import("./index.js").Viewer} */
export const html = {
  id: "html",
  title: "Preview",
  applies: ({ mediaType }) => mediaType === "text/html" || mediaType === "application/xhtml+xml",
  render({ bytes }) {
    // The one place where a stranger's text becomes a document: first one that is read only, and then, of what is
    // harmless in it, one of its own with the origin of nobody. Its policy alone would come too late for a browser that looks ahead.
    const read = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "text/html");
    const frame = h("iframe", { sandbox: true, referrerpolicy: "no-referrer", title: "Preview of the page, without scripts", class: "page-preview" });
    frame.setAttribute("csp", POLICY);
    frame.srcdoc = HEAD + inertMarkup(read.documentElement);
    return h("div", {}, h("p", { class: "note" }, "Without scripts, and without what it would load from elsewhere."), frame);
  },
};
