/** Texts on their way into markup. Pure. */

const TEXT = 3;

/** @param {string} text */
export const escaped = (text) => text.replace(/[&<>"\u00a0]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/**
 * All the text in a tree.
 *
 * @param {import("./inert.js").Tree} node
 * @returns {string}
 */
export function textOf(node) {
  return [...node.childNodes].map((child) => (child.nodeType === TEXT ? (child.nodeValue ?? "") : textOf(child))).join("");
}

