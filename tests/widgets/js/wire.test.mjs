import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Session, WIRE_VERSION, decode } from "../../../asgi_nb/widgets/js/src/wire.js";

/** @type {Session} */
let session;

beforeEach(() => {
  session = new Session("page");
  session.open();
});

const snap = (more = {}) => ({
  kind: "snap", v: "page", hello: 1, batch: 0, instance: "kernel-1", counts: {}, whole: true, lost: 0,
  where: "", left: [], matching: 0, follows: true, columns: [], problem: "", recording: true, ...more,
});
const batch = (number, more = {}) => snap({ kind: "batch", batch: number, ...more });

test("hello names the page, the version and its own number", () => {
  assert.deepEqual(session.open(), { kind: "hello", v: "page", hello: 2, version: WIRE_VERSION });
});

test("a snapshot and the batches behind it are taken and acknowledged", () => {
  const decisions = [snap(), batch(1), batch(2)].map((message) => session.take(message));

  assert.deepEqual(decisions.map((decision) => decision.do), ["rows", "rows", "rows"]);
  assert.deepEqual(decisions[2].ack, { kind: "ack", v: "page", hello: 1, batch: 2 });
});

test("a gap asks for a new hello", () => {
  session.take(snap());

  assert.equal(session.take(batch(2)).do, "hello");
});

test("a batch that comes twice asks for a new hello", () => {
  session.take(snap());
  session.take(batch(1));

  assert.equal(session.take(batch(1)).do, "hello");
});

test("a batch before the snapshot asks for a new hello", () => {
  assert.equal(session.take(batch(1)).do, "hello");
});

test("a snapshot in the middle, as after a clear, goes on counting from itself", () => {
  session.take(snap());
  session.take(batch(1));

  assert.equal(session.take(snap({ batch: 2 })).do, "rows");
  assert.equal(session.take(batch(3)).do, "rows");
});

test("what answers an older hello is ignored", () => {
  session.open();

  assert.equal(session.take(snap({ hello: 1 })).do, "ignore");
  assert.equal(session.take(snap({ hello: 2 })).do, "rows");
});

test("what is for another page is ignored", () => {
  assert.equal(session.take(snap({ v: "other" })).do, "ignore");
});

test("the first snapshot of a kernel instance forgets the rows, a second one keeps them", () => {
  assert.equal(session.take(snap()).forget, true);
  session.open();
  assert.equal(session.take(snap({ hello: 2 })).forget, false);
  session.open();
  assert.equal(session.take(snap({ hello: 3, instance: "kernel-2" })).forget, true);
});

test("being taken for gone asks for a new hello", () => {
  assert.equal(session.take({ kind: "silent", v: "page", hello: 1 }).do, "hello");
});

test("a refusal and a broken feed stop the page, with the reason", () => {
  assert.deepEqual(session.take({ kind: "refuse", v: "page", hello: 1, reason: "reload" }), { do: "stop", reason: "reload" });
  assert.deepEqual(session.take({ kind: "stop", reason: "broken" }), { do: "stop", reason: "broken" });
});

test("the first snapshot through another filter forgets the rows", () => {
  session.take(snap());

  assert.equal(session.take(snap({ batch: 1, where: "status>=400" })).forget, true);
  assert.equal(session.take(snap({ batch: 2, where: "status>=400" })).forget, false);
});

test("a pong brings the counts and what is held, and only the one that was asked for", () => {
  const beside = { held: [{ n: 1 }], holds: [{ hold: 2 }] };
  const pong = { kind: "pong", v: "page", hello: 1, counts: { kept: 3 }, recording: false, ...beside };

  assert.deepEqual(session.take(pong), { do: "pong", counts: { kept: 3 }, recording: false, beside });
  assert.equal(session.take({ ...pong, hello: 0 }).do, "ignore");
});

test("an answer is the channel's matter", () => {
  assert.equal(session.take({ kind: "answer", v: "page", id: 7, ok: true, value: 1 }).do, "ignore");
});

test("a kind from a newer kernel is ignored", () => {
  assert.equal(session.take({ kind: "novelty", v: "page", hello: 1 }).do, "ignore");
});

test("rows are read from the part of the buffer that is theirs", () => {
  const bytes = new TextEncoder().encode('xx[{"seq":1}]xx');

  assert.deepEqual(decode(new DataView(bytes.buffer, 2, bytes.length - 4)), [{ seq: 1 }]);
  assert.deepEqual(decode(undefined), []);
});
