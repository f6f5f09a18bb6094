import assert from "node:assert/strict";
import { test } from "node:test";

import { took } from "../../../asgi_nb/widgets/js/src/columns/time.js";
import { soFar } from "../../../asgi_nb/widgets/js/src/format.js";

test("what goes on is counted in whole seconds, then in minutes", () => {
  assert.deepEqual([0, 999, 1000, 59_999, 60_000, 130_500].map(soFar), ["…", "…", "1 s", "59 s", "1:00 min", "2:10 min"]);
});

test("a clock that is behind the kernel's counts no negative time", () => {
  assert.equal(soFar(-5000), "…");
});

test("only what goes on has a time so far", () => {
  const row = { duration_ms: null, started_at: 100, state: "streaming" };

  assert.equal(took(row, 107.2), "7 s");
  assert.equal(took({ ...row, state: "held" }, 107.2), "7 s");
  assert.equal(took({ ...row, state: "aborted" }, 107.2), "…");
  assert.equal(took({ ...row, state: "done", duration_ms: 1234 }, 107.2), "1.23 s");
});
