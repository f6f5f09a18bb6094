import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTable } from "../../../asgi_nb/widgets/js/src/viewers/csv.js";

test("cells, quotes, separators and line ends are read", () => {
  for (const [source, rows] of [
    ["a,b\n1,2\n", [["a", "b"], ["1", "2"]]],
    ["a,b\r\n1,2", [["a", "b"], ["1", "2"]]],
    ["a;b\n1,5;2\n", [["a", "b"], ["1,5", "2"]]],
    ["a\tb\n1\t\n", [["a", "b"], ["1", ""]]],
    ['a,b\n"x, ""y""\nz",2', [["a", "b"], ['x, "y"\nz', "2"]]],
    ['"open', [["open"]]],
    ['a,""', [["a", ""]]],
    ["a,", [["a", ""]]],
    ["", []],
    ["\n", [[""]]],
  ]) {
    assert.deepEqual(parseTable(source, 100), rows, JSON.stringify(source));
  }
});

test("no more rows are read than asked for", () => {
  assert.equal(parseTable("1\n".repeat(1000), 10).length, 10);
});
