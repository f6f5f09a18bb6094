import assert from "node:assert/strict";
import { test } from "node:test";
import { Rate, latency, percentile } from "../../../asgi_nb/widgets/js/src/stats.js";
import { span, timeWindow } from "../../../asgi_nb/widgets/js/src/waterfall.js";

test("percentiles are the nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

  assert.equal(percentile(hundred, 0.5), 50);
  assert.equal(percentile(hundred, 0.95), 95);
  assert.equal(percentile([7], 0.95), 7);
});

test("latency is of the finished HTTP exchanges", () => {
  const row = (kind, duration_ms) => ({ kind, duration_ms });

  assert.deepEqual(latency([row("http", 2), row("http", null), row("websocket", 9000), row("http", 4)]), { p50: 2, p95: 4 });
  assert.equal(latency([row("http", null)]), null);
});

test("what a person held is left out of the latency", () => {
  const rows = [{ seq: 1, kind: "http", duration_ms: 2 }, { seq: 2, kind: "http", duration_ms: 30_000 }];

  assert.deepEqual(latency(rows, new Set([2])), { p50: 2, p95: 2 });
});

test("a rate is the growth over the last seconds", () => {
  const rate = new Rate();
  for (let second = 0; second <= 60; second += 1) rate.add(second, second < 40 ? 0 : (second - 40) * 100);

  assert.equal(Math.round(rate.perSecond), 100);
});

test("a rate begins anew with another kernel", () => {
  const rate = new Rate();
  rate.add(0, 5000);
  rate.add(1, 0);

  assert.equal(rate.perSecond, 0);
});

const row = (started_at, duration_ms, state = "done") => ({ started_at, duration_ms, state });

test("bars lie in the time that all rows cover, and what goes on reaches to now", () => {
  const rows = [row(10, 1000), row(11, 500), row(11.5, null, "streaming")];
  const scale = timeWindow(rows, 12);

  assert.deepEqual(scale, { from: 10, to: 12 });
  assert.deepEqual(rows.map((one) => span(one, scale, 12)), [
    { start: 0, length: 0.5 },
    { start: 0.5, length: 0.25 },
    { start: 0.75, length: 0.25 },
  ]);
});

test("a lone quick row has a window, and a clock that is behind makes no bar of negative length", () => {
  const rows = [row(10, 0), row(10, null, "open")];
  const scale = timeWindow(rows, 3);

  assert.ok(scale.to > scale.from);
  assert.equal(span(rows[1], scale, 3).length, 0);
});
