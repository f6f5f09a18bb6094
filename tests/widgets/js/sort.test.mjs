import assert from "node:assert/strict";
import { test } from "node:test";
import { nextOrder, sorted } from "../../../asgi_nb/widgets/js/src/sort.js";

const rows = (...values) => values.map((value, index) => ({ seq: index + 1, value }));
const order = (list, down) => sorted(list, ({ value }) => value, down).map(({ seq }) => seq);

test("numbers are sorted as numbers, equals stay in the order in which they came", () => {
  assert.deepEqual(order(rows(10, 9, 100, 9), false), [2, 4, 1, 3]);
  assert.deepEqual(order(rows(10, 9, 100, 9), true), [3, 1, 2, 4]);
});

test("what has no value comes last, whichever end is first", () => {
  assert.deepEqual(order(rows(null, 2, undefined, 1), false), [4, 2, 1, 3]);
  assert.deepEqual(order(rows(null, 2, undefined, 1), true), [2, 4, 1, 3]);
});

test("numbers come before text", () => {
  assert.deepEqual(order(rows("b", 5, "a"), false), [2, 3, 1]);
});

test("a column's head goes up, down and back", () => {
  const up = nextOrder(null, "time");
  const down = nextOrder(up, "time");

  assert.deepEqual(up, { id: "time", down: false });
  assert.deepEqual(down, { id: "time", down: true });
  assert.equal(nextOrder(down, "time"), null);
  assert.deepEqual(nextOrder(down, "path"), { id: "path", down: false });
});
