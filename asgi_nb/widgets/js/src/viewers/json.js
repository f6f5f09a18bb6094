import { h } from "../dom.js";
import { isJson } from "./kinds.js";

// White space, a string (the last one may be cut), a number, a word, or one mark.
const TOKEN = /\s+|"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|-?\d[\d.eE+-]*|-?[A-Za-z]+|[{}[\],:]/y;

/**
 * Lay JSON out by its tokens. Not by parsing it: that would round large numbers, lose the second of two equal keys,
 * and refuse a body that was cut.
 *
 * @param {string} source
 * @returns {[look: string, text: string][]} The whole source as one piece when it is not JSON.
 */
export function layOut(source) {
  /** @type {[string, string][]} */
  const parts = [];
  let depth = 0;
  const newline = () => parts.push(["", `\n${"  ".repeat(depth)}`]);
  const tokens = split(source);
  if (tokens === null) return [["", source]];
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    if (token === "{" || token === "[") {
      parts.push(["", token]);
      if (next === "}" || next === "]") return;
      depth += 1;
      newline();
    } else if (token === "}" || token === "]") {
      const before = tokens[index - 1];
      if (before !== "{" && before !== "[") {
        depth = Math.max(0, depth - 1);
        newline();
      }
      parts.push(["", token]);
    } else if (token === ",") {
      parts.push(["", token]);
      newline();
    } else if (token === ":") {
      parts.push(["", ": "]);
    } else {
      parts.push([token.startsWith('"') ? (next === ":" ? "key" : "string") : "literal", token]);
    }
  });
  return parts;
}

/** @param {string} source */
function split(source) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const token = TOKEN.exec(source)?.[0];
    if (token === undefined) return null;
    if (token.trim() !== "") tokens.push(token);
  }
  return tokens;
}

// Beyond this many tokens colour costs more than it tells: one text node instead of as many spans.
const MAX_COLOURED = 5000;

/** @type {import("./index.js").Viewer} */
export const json = {
  id: "json",
  title: "Laid out",
  applies: ({ mediaType }) => isJson(mediaType),
  render: ({ bytes }) => coloured(new TextDecoder().decode(bytes)),
};

/**
 * JSON as lines, in colours.
 *
 * @param {string} source
 */
function coloured(source) {
  const parts = layOut(source);
  const content =
    parts.length > MAX_COLOURED
      ? [parts.map(([, text]) => text).join("")]
      : parts.map(([look, text]) => (look === "" ? text : h("span", { class: look }, text)));
  return h("pre", { class: "text json", tabindex: 0, role: "region", "aria-label": "Body, JSON" }, ...content);
}
