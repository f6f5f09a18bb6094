/**
 * Read JSON into nodes that know where they stand. Pure.
 *
 * Not by JSON.parse: that rounds large numbers, loses the second of two equal keys, and says little of what is wrong.
 * Without recursion: a stranger's document may be nested a hundred thousand deep.
 *
 * Source: RFC 8259.
 */

/**
 * @typedef {object} Node
 * @property {"object" | "array" | "string" | "number" | "literal"} kind
 * @property {string | null} key The key as it is written, with quotes; null in an array and at the top.
 * @property {Node[]} children
 * @property {number} start Offset in the source.
 * @property {number} end
 */

/** @typedef {{ root: Node | null, error: { at: number, text: string } | null }} Parsed */

/** More nodes than this cost a page more memory than a tree is worth. */
export const MAX_NODES = 200_000;

const SPACE = /[ \t\n\r]*/y;
// With the escapes that asgi_nb/record/masks.py writes for characters that JSON allows as they are.
const STRING = /"[^"\\\n\t]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}|x(?:7f|[89a-f][0-9a-f])|U000[0-9a-f]{5})[^"\\\n\t]*)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;
const LITERAL = /(?:true|false|null)(?!\w)/y;

/**
 * @param {string} source
 * @returns {Parsed} What was read before an error is not given.
 */
export function parseJson(source) {
  /** @type {Node[]} */
  const open = [];
  /** @type {Node | null} */
  let root = null;
  let nodes = 0;
  let at = 0;
  /** What may come: a value, or also the end of an empty container. */
  let first = false;
  /** @type {string | null} */
  let key = null;

  /** @param {RegExp} pattern */
  function match(pattern) {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  }
  const space = () => (at += match(SPACE)?.length ?? 0);
  /** @param {string} text */
  const fail = (text) => ({ root: null, error: { at, text: at >= source.length ? `${text}, but it ends here` : text } });

  for (;;) {
    space();
    const parent = open.at(-1);
    const mark = source[at];
    if (first && parent !== undefined && mark === (parent.kind === "object" ? "}" : "]")) {
      // An empty container: closed below.
    } else {
      if (parent?.kind === "object") {
        const name = match(STRING);
        if (name === undefined) return fail(first ? 'expected a key in double quotes or "}"' : "expected a key in double quotes");
        at += name.length;
        key = name;
        space();
        if (source[at] !== ":") return fail('expected ":" after the key');
        at += 1;
        space();
      }
      nodes += 1;
      if (nodes > MAX_NODES) return fail(`it has more than ${MAX_NODES} values, too many for a tree`);
      const start = at;
      const opened = source[at];
      /** @type {Node} */
      const node = { kind: "literal", key, children: [], start, end: start };
      key = null;
      if (opened === "{" || opened === "[") {
        node.kind = opened === "{" ? "object" : "array";
        at += 1;
      } else {
        const string = match(STRING);
        const number = string === undefined ? match(NUMBER) : undefined;
        const word = string ?? number ?? match(LITERAL);
        if (word === undefined) return fail(opened === '"' ? "this text has no end, or a wrong escape" : "expected a value");
        node.kind = string !== undefined ? "string" : number !== undefined ? "number" : "literal";
        at += word.length;
        node.end = at;
      }
      if (parent === undefined) root = node;
      else parent.children.push(node);
      if (node.kind === "object" || node.kind === "array") {
        open.push(node);
        first = true;
        continue;
      }
    }
    // A value has ended, and with it perhaps the containers around it.
    for (;;) {
      const around = open.at(-1);
      if (around === undefined) {
        space();
        return at < source.length ? fail("expected nothing more") : { root, error: null };
      }
      space();
      const close = around.kind === "object" ? "}" : "]";
      if (source[at] === close) {
        at += 1;
        around.end = at;
        open.pop();
        continue;
      }
      if (source[at] !== ",") return fail(`expected "," or "${close}"`);
      at += 1;
      first = false;
      break;
    }
  }
}

/**
 * Where an offset stands, for people: both count from 1.
 *
 * @param {string} source
 * @param {number} at
 */
export function placeOf(source, at) {
  const before = source.slice(0, at);
  const line = before.split("\n").length;
  return { line, column: at - before.lastIndexOf("\n") };
}

/** A key's or a value's text. @param {string} literal */
function textOf(literal) {
  const plain = literal.replace(/\\(?:x(..)|U(.{8})|.)/g, (escape, two, eight) => {
    const code = Number.parseInt(two ?? eight ?? "", 16);
    return Number.isNaN(code) ? escape : String.fromCodePoint(code);
  });
  return /** @type {string} */ (JSON.parse(plain));
}

// Controls, bidirectional controls, separators and marks without a shape, as asgi_nb/record/masks.py has them.
const UNSAFE = /[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]/g;

/** A text in double quotes that JSON, JSONPath and Python all read alike, and that hides nothing. @param {string} text */
export function quoted(text) {
  return JSON.stringify(text).replace(UNSAFE, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * How to get to a node.
 *
 * @param {readonly (string | number)[]} steps Keys as they are written, with quotes, and indices.
 * @param {"jsonpath" | "python"} style JSONPath is RFC 9535.
 */
export function pathTo(steps, style) {
  const parts = steps.map((step) => {
    if (typeof step === "number") return `[${step}]`;
    const name = textOf(step);
    return style === "jsonpath" && /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${quoted(name)}]`;
  });
  return (style === "jsonpath" ? "$" : "data") + parts.join("");
}

/** What "copy value" gives: texts without their quotes, everything else as JSON. @param {string} source @param {Node} node */
export function valueOf(source, node) {
  const json = source.slice(node.start, node.end);
  return node.kind === "string" ? textOf(json) : json;
}
