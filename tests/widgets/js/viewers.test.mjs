import assert from "node:assert/strict";
import { test } from "node:test";
import { count, duration, size } from "../../../asgi_nb/widgets/js/src/format.js";
import { hexDump } from "../../../asgi_nb/widgets/js/src/viewers/hex.js";
import { layOut } from "../../../asgi_nb/widgets/js/src/viewers/json.js";

const laidOut = (source) => layOut(source).map(([, text]) => text).join("");

test("JSON is laid out as JSON.stringify does", () => {
  for (const value of [{}, [], 1, "text", null, { a: [1, { b: [] }, {}], c: "x\"y{[,:" }, [[[]]], [true, false, -1.5e10]]) {
    assert.equal(laidOut(JSON.stringify(value)), JSON.stringify(value, null, 2));
  }
});

test("numbers and repeated keys stay as they came", () => {
  assert.equal(laidOut('{"n":12345678901234567890,"n":1.10}'), '{\n  "n": 12345678901234567890,\n  "n": 1.10\n}');
});

test("JSON that was cut is laid out as far as it goes", () => {
  assert.equal(laidOut('{"a":[1,"b\\'), '{\n  "a": [\n    1,\n    "b\\');
});

test("what is not JSON stays as it came, white space and all", () => {
  for (const text of ["hello,  <b>world</b>", "'single'", "{a  =  b}", "…"]) assert.equal(laidOut(text), text);
});

test("more brackets close than opened and nothing breaks", () => {
  assert.equal(laidOut("1]]}").replaceAll("\n", ""), "1]]}");
});

test("a long string that never ends is read in one go", () => {
  assert.equal(laidOut(`"${"\\\\".repeat(100_000)}`).length, 200_001);
});

test("bytes show their offset, their code and what can be printed", () => {
  const lines = hexDump(new Uint8Array([0x48, 0x69, 0, 255, 0x3c, 0x62, 0x3e, 10, 65])).split("\n");

  assert.deepEqual(lines, ["000000  48 69 00 ff 3c 62 3e 0a  Hi··<b>·", "000008  41                       A"]);
});

test("numbers are short and say their unit", () => {
  assert.deepEqual([null, 0.042, 4.13, 42, 1234, 130_000].map(duration), [
    "…", "0.04 ms", "4.1 ms", "42 ms", "1.23 s", "2:10 min",
  ]);
  assert.deepEqual([0, 999, 1200, 3_400_000].map(size), ["0 B", "999 B", "1.2 kB", "3.4 MB"]);
  assert.equal(count(1234567), "1\u202f234\u202f567");
});
