/** How bytes are shown; the first that applies wins. A new viewer is a file beside this one and a line here. */
import { hex } from "./hex.js";
import { json } from "./json.js";
import { text } from "./text.js";

/**
 * @typedef {object} Viewer
 * @property {string} id
 * @property {(mediaType: string) => boolean} applies `application/octet-stream` for whatever is not text.
 * @property {(bytes: Uint8Array) => HTMLElement} render
 */

/** @type {readonly Viewer[]} */
export const VIEWERS = [hex, json, text];

/** @param {string} mediaType */
export function viewerFor(mediaType) {
  return VIEWERS.find((viewer) => viewer.applies(mediaType)) ?? text;
}
