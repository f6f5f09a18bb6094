/**
 * A drawing inside of a stranger's page, as markup that nothing comes of. Pure: a parsed tree in, text out.
 *
 * Rule 1: shapes, text and gradients, in lists. What is not in them is left out with all that is in it.
 * Rule 2: nothing that leads anywhere: no link, no `use`, no page within, nothing that moves.
 * Rule 3: nothing that draws something else that draws something else (`pattern`, `mask`, `clipPath`, `marker`, `filter`):
 *     a few lines of these keep a browser busy for hours.
 */
import { inertCss } from "./inert_css.js";
import { escaped, textOf } from "./inert_text.js";

/** @typedef {import("./inert.js").Tree} Tree */

/** @param {string} names */
const set = (names) => new Set(names.split(" "));
const ELEMENT = 1;
const TEXT = 3;
const NAMESPACE = /^http:[/]{2}www\.w3\.org[/]2000[/]svg$/;

const KEPT = set("svg g defs path rect circle ellipse line polyline polygon text tspan linearGradient radialGradient stop");
/** What a reader is told of a drawing: a text, whatever stands in it. */
const WORDS = set("title desc");
/** A link is what it holds. */
const PLAIN = new Map([["a", "g"], ["switch", "g"]]);

const ATTRIBUTES = set(
  "x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy width height d points pathLength viewBox preserveAspectRatio transform rotate " +
  "offset gradientUnits gradientTransform spreadMethod stop-color stop-opacity " +
  "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset " +
  "opacity color display visibility overflow paint-order vector-effect shape-rendering text-rendering " +
  "font-family font-size font-weight font-style font-variant text-anchor text-decoration letter-spacing word-spacing dominant-baseline alignment-baseline baseline-shift textLength lengthAdjust writing-mode",
);
/** These say nothing that a style sheet could read as an address. */
const NAMES = set("id class lang role");

/**
 * Write what is harmless of a drawing.
 *
 * @param {Tree} node
 * @returns {string}
 */
export function inertSvg(node) {
  if (node.nodeType === TEXT) return escaped(node.nodeValue ?? "");
  if (node.nodeType !== ELEMENT || (node.namespaceURI && !NAMESPACE.test(node.namespaceURI))) return "";
  const name = PLAIN.get(node.localName ?? "") ?? node.localName ?? "";
  if (WORDS.has(name)) return `<${name}>${escaped(textOf(node))}</${name}>`;
  if (!KEPT.has(name)) return "";
  const attributes = [...(node.attributes ?? [])].map((one) => inertAttribute(one.name, one.value)).join("");
  return `<${name}${attributes}>${[...node.childNodes].map(inertSvg).join("")}</${name}>`;
}

/**
 * @param {string} name
 * @param {string} value
 */
function inertAttribute(name, value) {
  if (NAMES.has(name) || /^aria-[a-z]+$/.test(name)) return ` ${name}="${escaped(value)}"`;
  // Most of them are read as a style sheet's values are, with its escapes.
  return ATTRIBUTES.has(name) || name === "style" ? ` ${name}="${escaped(inertCss(value, true))}"` : "";
}
