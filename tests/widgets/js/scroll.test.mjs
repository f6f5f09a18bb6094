import assert from "node:assert/strict";
import { test } from "node:test";
import { ROW_HEIGHT, atTail, lowerBound, scrollToShow, visibleRange, wasThrown } from "../../../asgi_nb/widgets/js/src/scroll.js";

test("an empty list draws nothing", () => {
  assert.deepEqual(visibleRange(0, 400, 0), { first: 0, end: 0 });
});

test("a short list is drawn whole", () => {
  assert.deepEqual(visibleRange(0, 400, 5), { first: 0, end: 5 });
});

test("a long list draws what is in view and a few rows around it", () => {
  const { first, end } = visibleRange(1000 * ROW_HEIGHT, 10 * ROW_HEIGHT, 5000);

  assert.ok(first < 1000 && first > 990);
  assert.ok(end > 1010 && end < 1020);
});

test("no height draws more than sixty rows", () => {
  for (const height of [0, 100, 420, 900, 5000]) {
    for (const top of [0, 13, 2400, 119_000]) {
      const { first, end } = visibleRange(top, height, 5000);

      assert.ok(end - first <= 60, `${end - first} rows at ${top} in ${height}`);
    }
  }
});

test("a scroll position beyond the end draws no row that is not there", () => {
  const { first, end } = visibleRange(1_000_000, 400, 10);

  assert.ok(first <= 10 && end <= 10 && first <= end);
});

test("the tail is in view at the bottom and not a row above it", () => {
  assert.ok(atTail(100 * ROW_HEIGHT - 400, 400, 100));
  assert.ok(!atTail(99 * ROW_HEIGHT - 400, 400, 100));
  assert.ok(atTail(0, 400, 3));
});

test("a list that is at its top at once, with no hand on it, was thrown there", () => {
  assert.ok(wasThrown(0, 2400, Infinity));
  assert.ok(!wasThrown(0, 2400, 100));
  assert.ok(!wasThrown(2376, 2400, Infinity));
  assert.ok(!wasThrown(0, 0, Infinity));
});

test("showing a row moves no further than it must", () => {
  assert.equal(scrollToShow(5, 0, 400), 0);
  assert.equal(scrollToShow(0, 240, 400), 0);
  assert.equal(scrollToShow(20, 0, 240), 21 * ROW_HEIGHT - 240);
});

test("lowerBound finds the row or the place where it would stand", () => {
  const rows = [2, 4, 6];
  const key = (row) => row;

  assert.deepEqual([1, 2, 3, 6, 7].map((wanted) => lowerBound(rows, wanted, key)), [0, 0, 1, 2, 3]);
});
