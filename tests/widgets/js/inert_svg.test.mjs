import assert from "node:assert/strict";
import { test } from "node:test";
import { inertMarkup } from "../../../asgi_nb/widgets/js/src/viewers/inert.js";
import { inertCss } from "../../../asgi_nb/widgets/js/src/viewers/inert_css.js";

const SVG = "http://www.w3.org/2000/svg";
const text = (nodeValue) => ({ nodeType: 3, nodeValue, childNodes: [] });
const el = (localName, attributes, ...children) => ({
  nodeType: 1, nodeValue: null, localName, namespaceURI: SVG,
  attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
  childNodes: children.map((one) => (typeof one === "string" ? text(one) : one)),
});
const html = (...args) => ({ ...el(...args), namespaceURI: "http://www.w3.org/1999/xhtml" });

test("a drawing is kept: its shapes, its text, its gradients", () => {
  const drawing = el("svg", { viewBox: "0 0 9 9", width: "9" },
    el("defs", {}, el("linearGradient", { id: "g", x2: "0" }, el("stop", { offset: "1", "stop-color": "red" }))),
    el("path", { d: "M0 0L9 9z", fill: "url(#g)", style: "stroke: url('#g')" }),
    el("text", { x: "1", "text-anchor": "end" }, "a < b"));

  assert.equal(
    inertMarkup(drawing),
    '<svg viewBox="0 0 9 9" width="9"><defs><linearGradient id="g" x2="0"><stop offset="1" stop-color="red"></stop></linearGradient></defs>' +
    '<path d="M0 0L9 9z" fill="url(#g)" style="stroke: url(\'#g\')"></path><text x="1" text-anchor="end">a &#60; b</text></svg>',
  );
});

test("nothing that runs, loads, moves or leads on is kept, nor what is in it", () => {
  for (const name of [
    "script", "style", "use", "image", "foreignObject", "animate", "set", "animateTransform", "animateMotion", "mpath", "discard", "handler", "listener",
    "iframe", "feImage", "filter", "pattern", "mask", "clipPath", "marker", "symbol", "view", "cursor", "font-face", "metadata", "constructor",
  ]) {
    assert.equal(inertMarkup(el("svg", {}, el(name, { href: "/x", "xlink:href": "/x", id: "a" }, "x", el("rect", {})))), "<svg></svg>", name);
  }
});

test("a link is what it holds, and leads nowhere", () => {
  assert.equal(inertMarkup(el("svg", {}, el("a", { href: "javascript:x", "xlink:href": "/x", target: "_top" }, el("rect", { width: "1" })))), '<svg><g><rect width="1"></rect></g></svg>');
});

test("an attribute that does something is left out", () => {
  const hostile = { onload: "x()", onclick: "x()", href: "/x", "xlink:href": "/x", src: "/x", filter: "url(#f)", mask: "url(#m)", begin: "0s", attributeName: "href", tabindex: "0", constructor: "x" };

  assert.equal(inertMarkup(el("svg", hostile, el("rect", hostile))), "<svg><rect></rect></svg>");
});

for (const [value, left] of [
  ["url(//x)", "left-out-url(//x)"],
  ["url(#a) url(//x#a)", "url(#a) left-out-url(//x#a)"],
  ["URL( '//x' )", "left-out-URL( '//x' )"],
  ["u\\72l(//x)", "left-out-url(//x)"],
  ["url(#a", "left-out-url(#a"],
  ["url(\"#a')", "left-out-url(\"#a')"],
  ["url(x#a)", "left-out-url(x#a)"],
  ["image-set('//x' 1x)", "left-out-image-set('//x' 1x)"],
]) {
  test(`a paint names nothing outside of its page: ${value}`, () => {
    const { childNodes } = { childNodes: [el("rect", { fill: value })] };

    assert.equal(inertMarkup(el("svg", {}, ...childNodes)), `<svg><rect fill="${left.replaceAll('"', "&#34;")}"></rect></svg>`);
    assert.equal(inertMarkup(el("svg", {}, el("rect", { style: `fill: ${value}` }))), `<svg><rect style="fill: ${left.replaceAll('"', "&#34;")}"></rect></svg>`);
  });
}

test("a style sheet of the page names no part of it: a filter may draw what draws something else", () => {
  assert.equal(inertCss("a { filter: url(#f) }"), "a { filter: left-out-url(#f) }");
});

test("a page in a drawing is no part of it, and words about it are words", () => {
  const drawing = el("svg", {}, el("title", { onload: "x" }, "T", html("b", {}, "<i>")), el("desc", {}, html("img", { src: "/x" })), html("p", {}, "x"));

  assert.equal(inertMarkup(drawing), "<svg><title>T&#60;i&#62;</title><desc></desc></svg>");
});

test("comments and instructions are left out", () => {
  assert.equal(inertMarkup(el("svg", {}, { nodeType: 8, nodeValue: "--><script>", childNodes: [] }, { nodeType: 4, nodeValue: "<x>", childNodes: [] })), "<svg></svg>");
});
