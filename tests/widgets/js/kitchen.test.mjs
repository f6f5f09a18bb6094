// The kitchen's pure parts: the view of time, lanes, and who had to wait.
import assert from "node:assert/strict";
import { test } from "node:test";

import { blames } from "../../../asgi_nb/widgets/js/src/kitchen/blame.js";
import { LANES, Lanes, axisText, axisTicks, fitting, inView, zoomed } from "../../../asgi_nb/widgets/js/src/kitchen/time.js";

let lastSeq = 0;

/** A bar from one second to another, with stretches in seconds on the server's loop. */
function bar(from, to, runs = [], more = {}) {
  lastSeq += 1;
  return {
    seq: more.seq ?? lastSeq,
    started_at: from,
    end_ms: (to - from) * 1000,
    open: false,
    stretches: runs.map(([a, b]) => ["running", (a - from) * 1000, (b - from) * 1000, "server"]),
    blocks: runs
      .filter(([a, b]) => b - a >= 0.1)
      .map(([a, b]) => ({ start_ms: (a - from) * 1000, end_ms: (b - from) * 1000, loop: "server", place: "", text: "", remedy: "" })),
    ...more,
  };
}

test("zooming keeps what lies under the pointer where it is", () => {
  const view = zoomed({ to: 100, span: 10 }, 0.5, 0.25);

  assert.equal(view.span, 5);
  // A quarter of the way: 92.5 before and after.
  assert.equal(view.to - view.span * 0.75, 92.5);
});

test("zooming ends where a browser could not draw", () => {
  assert.equal(zoomed({ to: 0, span: 0.03 }, 0.1, 1).span, 0.02);
  assert.equal(zoomed({ to: 0, span: 500 }, 10, 1).span, 600);
});

test("what goes on reaches to now, and only what is in view is drawn", () => {
  const bars = [bar(0, 1), bar(0, 1, [], { open: true }), bar(5, 6), bar(20, 21)];

  const { bars: shown, more } = inView(bars, { to: 10, span: 6 }, 9);

  assert.deepEqual(shown, [bars[1], bars[2]]);
  assert.equal(more, 0);
});

test("of more bars than can be drawn, the newest are, and the rest is counted", () => {
  const { bars, more } = inView(Array.from({ length: 310 }, (_, index) => bar(index, index + 1)), { to: 400, span: 500 }, 400);

  assert.equal(bars.length, 300);
  assert.equal(bars[0].started_at, 10);
  assert.equal(more, 10);
});

test("a bar keeps its lane while it is in view, also when the one above has gone", () => {
  const lanes = new Lanes();
  const [a, b, c] = [bar(0, 10), bar(1, 9), bar(20, 30)];
  lanes.place([a, b], 30);
  assert.deepEqual([...lanes.of.values()], [0, 1]);

  lanes.place([b, c], 30);

  assert.equal(lanes.of.get(b.seq), 1);
  assert.equal(lanes.of.get(c.seq), 0);
});

test("bars that find no lane are counted", () => {
  assert.equal(new Lanes().place(Array.from({ length: LANES + 4 }, () => bar(0, 1)), 1), 4);
});

test("all bars fit into the view, with room beside them", () => {
  const view = fitting([bar(10, 12), bar(11, 20)], 0);

  assert.ok(view.to > 20 && view.to - view.span < 10);
  assert.equal(fitting([], 0), null);
});

test("the axis has round times, as exact as they are apart", () => {
  const { step, times } = axisTicks({ to: 10.4, span: 1 }, 5);

  assert.equal(step, 0.2);
  assert.deepEqual(times.map((at) => at.toFixed(1)), ["9.4", "9.6", "9.8", "10.0", "10.2", "10.4"].filter((text) => times.some((at) => at.toFixed(1) === text)));
  assert.match(axisText(10.2, 0.2), /:10\.2$/);
  assert.match(axisText(65, 5), /:05$/);
});

test("who slept and could not wake had to wait for who held the loop", () => {
  const blocking = bar(0.1, 0.4, [[0.1, 0.4]]);
  const sleeping = bar(0, 0.5, [[0, 0.01], [0.401, 0.402]]);
  const later = bar(0.9, 1, [[0.9, 0.91]]);

  const [blame] = blames([blocking, sleeping, later]);

  assert.equal(blame.bar, blocking);
  assert.deepEqual(blame.waiters, [sleeping.seq]);
});

test("who waits through two blocks in a row waits for both", () => {
  const first = bar(0.1, 0.3, [[0.1, 0.3]]);
  const second = bar(0.15, 0.5, [[0.301, 0.5]]);
  const sleeping = bar(0, 0.6, [[0, 0.01], [0.502, 0.503]]);

  const found = blames([first, second, sleeping]);

  assert.deepEqual(found.map(({ waiters }) => waiters), [[second.seq, sleeping.seq], [sleeping.seq]]);
});
