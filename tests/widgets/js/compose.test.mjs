import assert from "node:assert/strict";
import { test } from "node:test";
import { filledPath, pythonOf, queryOf, wrongInField, wrongInPath } from "../../../asgi_nb/widgets/js/src/compose/target.js";

const input = (name, kind, more = {}) => ({ name, kind, required: true, default: "", pattern: "", ...more });

test("a path is filled in, and what is no path in a value is encoded", () => {
  assert.equal(filledPath("/items/{n:int}/{a}", { n: "7", a: "green tea/?#%" }, []), "/items/7/green%20tea%2F%3F%23%25");
  assert.equal(filledPath("/f/{rest:path}", { rest: "a b/c" }, [input("rest", "path")]), "/f/a%20b/c");
  assert.equal(filledPath("/items/{n}", {}, []), "/items/");
});

test("a query has what was written, in order, and what stands behind", () => {
  assert.equal(queryOf({ q: "a&b", n: "", m: "1" }, ""), "?q=a%26b&m=1");
  assert.equal(queryOf({ q: "1" }, " ?a=1&b "), "?q=1&a=1&b");
  assert.equal(queryOf({ q: "" }, " "), "");
});

test("a parameter of the path is checked as its convertor does", () => {
  const number = input("n", "int", { pattern: "[0-9]+" });
  assert.equal(wrongInPath(number, "7"), "");
  assert.match(wrongInPath(number, "-7"), /Expected a whole number, such as 7, without a sign; got “-7”/u);
  assert.match(wrongInPath(number, ""), /got nothing/u);
  assert.equal(wrongInPath(input("p", "path", { required: false, pattern: ".*" }), ""), "");
  assert.match(wrongInPath(input("s", "str", { pattern: "[^/]+" }), "a/b"), /without a slash/u);
});

test("a pattern is to match all of a value, and one that only Python can read is left to the app", () => {
  const size = input("s", "size", { pattern: "S|M|L" });
  assert.equal(wrongInPath(size, "M"), "");
  assert.match(wrongInPath(size, "XL"), /what matches S\|M\|L/u);
  assert.equal(wrongInPath(input("s", "own", { pattern: "(?P<a>x)" }), "y"), "");
});

test("what a handler reads may be left out unless it is needed, and is a number where it makes one of it", () => {
  assert.equal(wrongInField(input("q", "str", { required: false }), ""), "");
  assert.match(wrongInField(input("q", "str"), ""), /needs it/u);
  assert.equal(wrongInField(input("n", "int"), "-3"), "");
  assert.match(wrongInField(input("n", "int"), "1.5"), /whole number/u);
  assert.equal(wrongInField(input("x", "float"), "1e3"), "");
  assert.match(wrongInField(input("x", "float"), "tea"), /a number/u);
});

test("the Python for a request can be pasted", () => {
  assert.equal(pythonOf("GET", "/a?q=\"1\"", "", ""), "asgi_nb.request(\"GET /a?q=\\\"1\\\"\")");
  assert.equal(pythonOf("POST", "/a", "x: 1", "{}"), "asgi_nb.request(\"POST /a\", headers=…, body=…)");
});
