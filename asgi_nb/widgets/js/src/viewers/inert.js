/**
 * A stranger's page as markup that nothing comes of: no load, no script, no way out. Pure: a parsed tree in, text out.
 *
 * Rule 1: what is not known to be harmless is not written. Elements and attributes stand in lists.
 * Rule 2: every tag and every quote in the result is written here, so that however the result is read again, there is
 *     nothing else in it. It is made of texts, since a tree that is turned into text by the browser may come back as another.
 */
import { inertCss } from "./inert_css.js";
import { inertSvg } from "./inert_svg.js";
import { escaped, textOf } from "./inert_text.js";

/**
 * As much of a DOM node as is looked at.
 *
 * @typedef {object} Tree
 * @property {number} nodeType
 * @property {string | null} nodeValue
 * @property {string} [localName]
 * @property {string | null} [namespaceURI]
 * @property {Iterable<{ name: string, value: string }>} [attributes]
 * @property {Iterable<Tree>} childNodes
 */

const ELEMENT = 1;
const TEXT = 3;

/** @param {string} names */
const set = (names) => new Set(names.split(" "));
const VOID = set("br hr img input wbr col");
/** Written as they are. */
const KEPT = set(
  "html body address article aside footer header h1 h2 h3 h4 h5 h6 hgroup main nav section search blockquote dd div dl dt figcaption figure hr li menu ol p pre ul " +
  "a abbr b bdi bdo br cite code data dfn em i kbd mark q rp rt ruby s samp small span strong sub sup time u var wbr del ins " +
  "caption col colgroup table tbody td tfoot th thead tr img style details summary dialog " +
  "button datalist fieldset form input label legend meter optgroup option output progress select textarea center font tt big strike dir nobr",
);
/** Left out with all that is in them; below `math`, names are not what they seem. */
const DROPPED = set("script template link meta base title basefont bgsound math frameset frame noframes noembed param source track area");
/** Left out, too; a word says what would be there. */
const NAMED = set("iframe object embed applet video audio canvas fencedframe portal");
/** Their text is markup to a browser that runs scripts, and a text of their own to one that does not: written as a text. */
const VERBATIM = set("xmp listing plaintext");

const ATTRIBUTES = set(
  "class id lang dir title alt width height align valign bgcolor color face size border cellpadding cellspacing colspan rowspan headers scope span nowrap start reversed " +
  "type value placeholder checked selected disabled readonly multiple rows cols min max step low high optimum label name for open datetime role hidden",
);
/** What an input may not be: a picture, which would be loaded, or a file. */
const ODD_INPUTS = set("image file");
const PICTURE = /^\s*data:image\//i;

/**
 * Write what is harmless of a page.
 *
 * @param {Tree} node
 * @returns {string}
 */
export function inertMarkup(node) {
  if (node.nodeType === TEXT) return escaped(node.nodeValue ?? "");
  if (node.nodeType !== ELEMENT) return "";
  const name = node.localName ?? "";
  if (DROPPED.has(name)) return "";
  if (name === "svg") return inertSvg(node);
  if (NAMED.has(name)) return `<span>[${name}]</span>`;
  if (name === "style") return `<style${attributesOf(node, name)}>${inertCss(textOf(node))}</style>`;
  if (VERBATIM.has(name)) return `<pre>${escaped(textOf(node))}</pre>`;
  const inside = [...node.childNodes].map(inertMarkup).join("");
  // Names of custom elements are as harmless as `div`, and style sheets ask for them.
  if (!KEPT.has(name) && !/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(name)) return inside;
  const start = `<${name}${attributesOf(node, name)}>`;
  return VOID.has(name) ? start : `${start}${inside}</${name}>`;
}

/**
 * @param {Tree} node
 * @param {string} element
 */
function attributesOf(node, element) {
  return [...(node.attributes ?? [])].map(({ name, value }) => inertAttribute(element, name, value)).join("");
}

/**
 * @param {string} element
 * @param {string} name
 * @param {string} value
 */
function inertAttribute(element, name, value) {
  const write = (/** @type {string} */ as, /** @type {string} */ text) => ` ${as}="${escaped(text)}"`;
  if (name === "style") return write(name, inertCss(value));
  if (name === "src") return element === "img" && PICTURE.test(value) ? write(name, value) : "";
  // It looks like a link, says where it led, and leads nowhere.
  if (name === "href") return element === "a" ? write(name, "about:blank") + write("title", value) : "";
  if (name === "type" && element === "input" && ODD_INPUTS.has(value.trim().toLowerCase())) return "";
  if (name === "title" && element === "a") return "";
  if (name === "media" && element === "style") return write(name, value);
  return ATTRIBUTES.has(name) || /^aria-[a-z]+$/.test(name) ? write(name, value) : "";
}
