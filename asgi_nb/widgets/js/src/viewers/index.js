/** How bytes are shown: the first viewer that applies, or the one that is chosen. A new viewer is a file beside this one and a line here. */
import { csv } from "./csv.js";
import { form } from "./form.js";
import { hex } from "./hex.js";
import { html } from "./html.js";
import { image } from "./image.js";
import { json } from "./json.js";
import { lines } from "./lines.js";
import { text } from "./text.js";
import { tree } from "./tree.js";

/**
 * What there is to show.
 *
 * @typedef {object} Content
 * @property {Uint8Array} bytes The beginning of it, as far as it is loaded; text is masked, in UTF-8.
 * @property {number} total Bytes of the whole.
 * @property {string} mediaType `application/octet-stream` for whatever is not text.
 * @property {string} declared The media type that was declared, whatever the bytes are.
 * @property {boolean} cut Whether the store has a part of it only.
 */

/**
 * @typedef {object} Tools
 * @property {AbortSignal} signal Aborts when the viewer leaves the page.
 * @property {() => void} more Loads the next slice, and renders anew.
 * @property {Record<string, any>} memory What the viewer wants to know when it renders anew.
 * @property {((what: string, args?: object) => Promise<{ value: any, buffer: DataView | undefined }>) | null} ask
 *   Ask the kernel about the exchange whose request's body this is; null for any other bytes.
 */

/**
 * @typedef {object} Viewer
 * @property {string} id
 * @property {string} title
 * @property {(content: Content, tools: Tools) => boolean} applies
 * @property {(content: Content, tools: Tools) => HTMLElement} render
 */

/** @type {readonly Viewer[]} */
export const VIEWERS = [form, image, tree, json, lines, csv, text, html, hex];

/**
 * @param {Content} content
 * @param {Tools} tools
 */
export function viewersFor(content, tools) {
  return VIEWERS.filter((viewer) => viewer.applies(content, tools));
}
