import { h } from "../dom.js";

/** No script, no form, nothing from elsewhere; a link opens nowhere, and a relative address leads nowhere. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const HEAD = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><base href="about:blank" target="_blank">`;

/** @type {import("./index.js").Viewer} */
export const html = {
  id: "html",
  title: "Preview",
  applies: ({ mediaType }) => mediaType === "text/html" || mediaType === "application/xhtml+xml",
  render({ bytes }) {
    // The one place where a stranger's text becomes a document: one of its own, with the origin of nobody.
    const frame = h("iframe", { sandbox: true, referrerpolicy: "no-referrer", title: "Preview of the page, without scripts", class: "page-preview" });
    // Before the first byte is read: Chromium looks ahead for images, now and then before it has met the meta element.
    frame.setAttribute("csp", POLICY);
    frame.srcdoc = HEAD + new TextDecoder().decode(bytes);
    return h("div", {}, h("p", { class: "note" }, "Without scripts, and without what it would load from elsewhere."), frame);
  },
};
