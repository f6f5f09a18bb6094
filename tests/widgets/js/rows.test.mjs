import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { MAX_ROWS, Rows } from "../../../asgi_nb/widgets/js/src/rows.js";

/** @type {Rows} */
let rows;

beforeEach(() => {
  rows = new Rows();
});

const row = (seq, state = "done") => ({ seq, state });
const held = () => rows.list.map(({ seq }) => seq);

test("rows are sorted however they come", () => {
  rows.apply([row(5), row(4), row(3)]);
  rows.apply([row(6)]);
  rows.apply([row(2), row(1), row(7)]);

  assert.deepEqual(held(), [1, 2, 3, 4, 5, 6, 7]);
});

test("a row that changed takes the place of the old one, as a new object", () => {
  rows.apply([row(1, "open"), row(2, "open")]);
  const before = rows.get(1);

  rows.apply([row(1, "done")]);

  assert.deepEqual(held(), [1, 2]);
  assert.equal(before.state, "open");
  assert.equal(rows.get(1).state, "done");
});

test("a block of older rows that names one twice holds it once", () => {
  rows.apply([row(9)]);

  rows.apply([row(3, "open"), row(3, "done")]);

  assert.deepEqual(held(), [3, 9]);
  assert.equal(rows.get(3).state, "done");
});

test("a row that is not there is undefined", () => {
  rows.apply([row(1), row(3)]);

  assert.equal(rows.get(2), undefined);
  assert.equal(rows.get(4), undefined);
});

test("the oldest rows leave when there are too many", () => {
  rows.apply(Array.from({ length: MAX_ROWS + 10 }, (_, index) => row(index + 1)));

  assert.equal(rows.list.length, MAX_ROWS);
  assert.equal(held()[0], 11);
});

test("rows that a whole snapshot did not bring again are gone", () => {
  rows.apply([row(1), row(2), row(3)]);

  rows.begin();
  rows.apply([row(3)]);
  const during = held();
  rows.apply([row(2)]);
  rows.end();

  assert.deepEqual(during, [1, 2, 3]);
  assert.deepEqual(held(), [2, 3]);
});

test("a snapshot of nothing leaves nothing", () => {
  rows.apply([row(1)]);

  rows.begin();
  rows.end();

  assert.deepEqual(held(), []);
});

test("the end of a batch outside of a snapshot takes nothing away", () => {
  rows.apply([row(1)]);

  rows.end();

  assert.deepEqual(held(), [1]);
});

test("rows that the filter lets through no longer leave", () => {
  rows.apply([row(1), row(2), row(3)]);

  rows.drop([2, 9]);

  assert.deepEqual(held(), [1, 3]);
});
