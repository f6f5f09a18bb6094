import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson, pathTo, placeOf, quoted, valueOf } from "../../../asgi_nb/widgets/js/src/viewers/json_parse.js";

/** The value that a tree stands for, made of its nodes. */
function built(source, node) {
  if (node.kind === "object") return Object.fromEntries(node.children.map((child) => [JSON.parse(child.key), built(source, child)]));
  if (node.kind === "array") return node.children.map((child) => built(source, child));
  return JSON.parse(source.slice(node.start, node.end));
}

test("a tree has what JSON.parse reads", () => {
  for (const value of [{}, [], 1, -0.5e-7, "text \"{[,:\\", null, true, { a: [1, { b: [] }, {}], c: "x\ny" }, [[[[]]], [], {}], { "": { "": 1 } }]) {
    for (const source of [JSON.stringify(value), ` ${JSON.stringify(value, null, 2)}\n`]) {
      const { root, error } = parseJson(source);
      assert.equal(error, null, source);
      assert.deepEqual(built(source, root), value);
    }
  }
});

test("large numbers and equal keys stay as they came", () => {
  const source = '{"n":12345678901234567890,"n":1.10}';
  const { root } = parseJson(source);
  assert.deepEqual(root.children.map((child) => valueOf(source, child)), ["12345678901234567890", "1.10"]);
});

test("what is wrong is named with its place", () => {
  for (const [source, line, column, text] of [
    ['{"a": 1,\n "b" 2}', 2, 6, 'expected ":" after the key'],
    ["[1, 2", 1, 6, 'expected "," or "]", but it ends here'],
    ["[1,]", 1, 4, "expected a value"],
    ['{"a":1,}', 1, 8, "expected a key in double quotes"],
    ["{'a': 1}", 1, 2, 'expected a key in double quotes or "}"'],
    ['{"a": tea}', 1, 7, "expected a value"],
    ['["tea]', 1, 2, "this text has no end, or a wrong escape"],
    ['["\\x"]', 1, 2, "this text has no end, or a wrong escape"],
    ["[01]", 1, 2, "expected a value"],
    ["[NaN]", 1, 2, "expected a value"],
    ["1 2", 1, 3, "expected nothing more"],
    ["[1}", 1, 3, 'expected "," or "]"'],
    ["", 1, 1, "expected a value, but it ends here"],
  ]) {
    const { root, error } = parseJson(source);
    assert.equal(root, null, source);
    assert.deepEqual({ ...placeOf(source, error.at), text: error.text }, { line, column, text }, source);
  }
});

test("it agrees with JSON.parse on what is JSON at all", () => {
  // A small generator of nearly-JSON: each text is one edit away from a document.
  const base = '{"a":[1,-2.5e+3,true,false,null,"x\\u00e9\\n"],"b":{"c":{}}}';
  for (let at = 0; at <= base.length; at += 1) {
    for (const piece of ["", ",", ":", '"', "{", "]", "0", "-", "e", " ", "\\", "."]) {
      for (const source of [base.slice(0, at) + piece + base.slice(at), base.slice(0, at) + piece + base.slice(at + 1)]) {
        let valid = true;
        try {
          JSON.parse(source);
        } catch {
          valid = false;
        }
        assert.equal(parseJson(source).error === null, valid, source);
      }
    }
  }
});

test("depth and size do no harm", () => {
  assert.equal(parseJson("[".repeat(100_000) + "]".repeat(100_000)).error, null);
  assert.match(parseJson(`[${"0,".repeat(200_000)}0]`).error.text, /too many for a tree/);
  assert.equal(parseJson(`"${"x\\n".repeat(300_000)}"`).error, null);
});

test("paths are JSONPath and Python", () => {
  const steps = ['"items"', 0, '"odd key"', '"a\\"b"', '"\\u202e"'];
  assert.equal(pathTo(steps, "jsonpath"), '$.items[0]["odd key"]["a\\"b"]["\\u202e"]');
  assert.equal(pathTo(steps, "python"), 'data["items"][0]["odd key"]["a\\"b"]["\\u202e"]');
  assert.equal(pathTo([], "jsonpath"), "$");
});

test("nothing invisible stands in a quotation", () => {
  assert.equal(quoted("a\u202eb\u0000\u200b"), '"a\\u202eb\\u0000\\u200b"');
});

test("characters that the kernel made visible are read as what they were", () => {
  const source = '["soft\\xadhyphen \\\\xad \\U000e0041 \\n"]';
  const { root, error } = parseJson(source);
  assert.equal(error, null);
  assert.equal(valueOf(source, root.children[0]), "soft\u00adhyphen \\xad \u{e0041} \n");
});

test("a control character in a text is no JSON", () => {
  assert.equal(parseJson('["a\tb"]').error.text, "this text has no end, or a wrong escape");
  assert.equal(parseJson('["a\\x00b"]').error.text, "this text has no end, or a wrong escape");
});
