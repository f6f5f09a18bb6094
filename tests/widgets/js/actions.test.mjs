import assert from "node:assert/strict";
import { test } from "node:test";
import { insertBelow } from "../../../asgi_nb/widgets/js/src/actions/insert.js";
import { jsonProblem } from "../../../asgi_nb/widgets/js/src/panels/composer.js";
import { filtered } from "../../../asgi_nb/widgets/js/src/panels/message_filter.js";

const messages = [
  { n: 1, direction: "receive", preview: "tea", injected: false },
  { n: 2, direction: "send", preview: "TEA", injected: false },
  { n: 3, direction: "send", preview: "milk", injected: true },
];
const numbers = (...args) => filtered(messages, ...args).map(({ n }) => n);

test("messages are those of a direction, those of the notebook, those that match", () => {
  assert.deepEqual(numbers("all", null), [1, 2, 3]);
  assert.deepEqual(numbers("send", null), [2, 3]);
  assert.deepEqual(numbers("injected", null), [3]);
  assert.deepEqual(numbers("all", /tea/iu), [1, 2]);
  assert.deepEqual(numbers("receive", /milk/u), []);
});

test("what is no JSON is told with its reason", () => {
  assert.equal(jsonProblem('{"a": 1}'), "");
  assert.match(jsonProblem("{a}"), /^Not JSON: /);
});

/** A front end whose notebook has these cells, and an element somewhere in it. */
function frontEnd(outputs, index) {
  const inserted = [];
  const cells = outputs.map((text) => ({ toJSON: () => ({ outputs: [{ data: { "text/plain": text } }] }) }));
  const sharedModel = { cells, insertCell: (at, cell) => inserted.push([at, cell]) };
  const cell = index === undefined ? null : { getAttribute: (name) => (name === "data-windowed-list-index" ? String(index) : null) };
  const host = { closest: (selector) => (selector === ".jp-Cell" ? cell : null) };
  return { model: { widget_manager: { context: { model: { sharedModel } } } }, host, inserted };
}

test("a cell goes below the one that shows the widget", () => {
  const { model, host, inserted } = frontEnd(["", "", ""], 1);
  assert.equal(insertBelow(model, host, "1 + 1"), true);
  assert.deepEqual(inserted, [[2, { cell_type: "code", source: "1 + 1", metadata: { trusted: true } }]]);
});

test("from a view of its own, a cell goes below the last one that shows an inspector, else to the end", () => {
  const known = frontEnd(["<Inspector: 1", "<Inspector: 1", ""]);
  insertBelow(known.model, known.host, "x");
  assert.equal(known.inserted[0][0], 2);
  const unknown = frontEnd(["", "", ""]);
  insertBelow(unknown.model, unknown.host, "x");
  assert.equal(unknown.inserted[0][0], 3);
});

test("a front end that gives no notebook gets no cell", () => {
  assert.equal(insertBelow({}, { closest: () => null }, "x"), false);
  assert.equal(insertBelow({ widget_manager: { context: { model: {} } } }, { closest: () => null }, "x"), false);
});
