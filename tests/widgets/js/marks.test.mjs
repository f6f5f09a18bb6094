import assert from "node:assert/strict";
import { test } from "node:test";

import { SIGNS, commonTags, wordsOf } from "../../../asgi_nb/widgets/js/src/marks.js";

test("words are told apart by commas, and each counts once", () => {
  assert.deepEqual(wordsOf(" slow, log   in,,slow , "), ["slow", "log in"]);
  assert.deepEqual(wordsOf(""), []);
});

test("rows share the tags that all of them have, in the order of the first", () => {
  assert.deepEqual(commonTags([{ tags: ["b", "a", "c"] }, { tags: ["c", "b"] }]), ["b", "c"]);
  assert.deepEqual(commonTags([]), []);
});

test("each colour has a sign of its own", () => {
  assert.equal(new Set(Object.values(SIGNS)).size, Object.keys(SIGNS).length);
});
