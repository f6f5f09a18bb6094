import assert from "node:assert/strict";
import { test } from "node:test";
import { inertMarkup } from "../../../asgi_nb/widgets/js/src/viewers/inert.js";
import { inertCss } from "../../../asgi_nb/widgets/js/src/viewers/inert_css.js";

const text = (nodeValue) => ({ nodeType: 3, nodeValue, childNodes: [] });
const el = (localName, attributes, ...children) => ({
  nodeType: 1, nodeValue: null, localName,
  attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
  childNodes: children.map((one) => (typeof one === "string" ? text(one) : one)),
});

test("what a page says is kept, with its look", () => {
  const page = el("p", { class: "a", style: "color: red" }, "Tea & ", el("b", {}, "<milk>"), el("br", {}));

  assert.equal(inertMarkup(page), '<p class="a" style="color: red">Tea &#38; <b>&#60;milk&#62;</b><br></p>');
});

test("a quote in an attribute ends nothing", () => {
  assert.equal(inertMarkup(el("p", { title: '"><img src=x>' })), '<p title="&#34;&#62;&#60;img src=x&#62;"></p>');
});

test("what is not known is left out, and what stands in it stays", () => {
  const page = el("blink", {}, "a", el("x-card", { class: "c", onclick: "x()" }, "b"), el("constructor", {}, "c"));

  assert.equal(inertMarkup(page), 'a<x-card class="c">b</x-card>c');
});

test("nothing of a script, a link or a template is kept", () => {
  for (const name of ["script", "link", "meta", "base", "template", "math", "title"]) {
    assert.equal(inertMarkup(el("div", {}, el(name, { src: "/x", href: "/x" }, "x"))), "<div></div>", name);
  }
});

test("a word stands for what would be loaded", () => {
  assert.equal(inertMarkup(el("iframe", { src: "/x", srcdoc: "<p>" }, "x")), "<span>[iframe]</span>");
});

test("only a picture that the page brings with it is shown", () => {
  assert.equal(inertMarkup(el("img", { src: "data:image/gif;base64,x", srcset: "/x 2x", alt: "tea" })), '<img src="data:image/gif;base64,x" alt="tea">');
  assert.equal(inertMarkup(el("img", { src: "/x.png", alt: "tea" })), '<img alt="tea">');
  assert.equal(inertMarkup(el("video", { poster: "/x" })), "<span>[video]</span>");
  assert.equal(inertMarkup(el("input", { type: " Image", src: "data:image/gif;base64,x" })), "<input>");
});

test("a link says where it led", () => {
  assert.equal(inertMarkup(el("a", { href: "https://a.example/", ping: "/p", title: "t" }, "a")), '<a href="about:blank" title="https://a.example/">a</a>');
});

test("text that a browser would not read as markup stays text", () => {
  assert.equal(inertMarkup(el("xmp", {}, "<img src=x>")), "<pre>&#60;img src=x&#62;</pre>");
  assert.equal(inertMarkup(el("style", { media: "print" }, "a > b {} </style><img src=x>")), '<style media="print">a > b {} \\3c /style>\\3c img src=x></style>');
});

test("a style sheet keeps everything that loads nothing", () => {
  for (const css of ["a > b::before { content: \"\\201C \"; color: red }", "@media (width > 9px) { a { margin: calc(1px + 2%) } }", "a { background: url( 'data:image/png;base64,x') }", "a { --x: \\\\ }"]) {
    assert.equal(inertCss(css), css);
  }
});

for (const [css, left] of [
  ["a{background:URL(//x)}", "a{background:left-out-URL(//x)}"],
  ["a{background:url(data:text/html,x)}", "a{background:left-out-url(data:text/html,x)}"],
  ["a{b:url(data:image/png,x) url(//x)}", "a{b:url(data:image/png,x) left-out-url(//x)}"],
  ["a{b:image-set('//x' 1x) -webkit-image-set('//x' 1x)}", "a{b:left-out-image-set('//x' 1x) -webkit-left-out-image-set('//x' 1x)}"],
  ["@IMPORT '//x';", "@left-out '//x';"],
  ["@\\69mport '//x';", "@left-out '//x';"],
  ["a{b:u\\72l(//x)}", "a{b:left-out-url(//x)}"],
  ["a{b:u\\000072\nl(//x)}", "a{b:left-out-url(//x)}"],
  ["a{b:\\u\\rl(//x)}", "a{b:left-out-url(//x)}"],
  ["a{b:image\\2d set('//x')}", "a{b:left-out-image-set('//x')}"],
]) {
  test(`a style sheet loads nothing: ${css.replace("\n", " ")}`, () => assert.equal(inertCss(css), left));
}

test("an escape that is spelled out makes no other escape", () => {
  // Else \6 and c would be read together: l.
  assert.equal(inertCss("ur\\6\\63 (//x)"), "ur\\6 c(//x)");
  // An escaped backslash, and then digits.
  assert.equal(inertCss("\\\\75 rl(//x)"), "\\\\75 rl(//x)");
});
