/** Which rows of a long list are in view. Pure: pixels and counts in, indexes out. */

/** Pixels; every row of every grid is this high, in styles.css too; on a narrow page, a card of two lines. */
export const ROW_HEIGHT = 24;
export const CARD_HEIGHT = 44;
/** Rows drawn beyond each edge, so that a scroll shows rows before the next frame. */
const OVERSCAN = 6;
/** A list draws no more rows than this, however tall it is. */
const MAX_DRAWN = 60;

/**
 * @param {number} scrollTop Pixels.
 * @param {number} height Visible pixels.
 * @param {number} total Rows in the list.
 * @param {number} [rowHeight] Pixels.
 * @returns {{ first: number, end: number }} Draw rows `first` up to, without, `end`.
 */
export function visibleRange(scrollTop, height, total, rowHeight = ROW_HEIGHT) {
  const first = Math.max(0, Math.min(total, Math.floor(scrollTop / rowHeight) - OVERSCAN));
  const wanted = Math.ceil(height / rowHeight) + 2 * OVERSCAN + 1;
  return { first, end: Math.min(total, first + Math.min(wanted, MAX_DRAWN)) };
}

/**
 * Whether the last row is in view, to within a few pixels of rounding.
 *
 * @param {number} scrollTop
 * @param {number} height
 * @param {number} total
 * @param {number} [rowHeight]
 */
export function atTail(scrollTop, height, total, rowHeight = ROW_HEIGHT) {
  return scrollTop + height >= total * rowHeight - 4;
}

/** Milliseconds; a scroll this soon after a wheel, a key or a pointer is the reader's own. */
const HAND_MS = 1000;

/**
 * Whether the list was thrown to its top by the page: it is there at once, and nobody touched it.
 *
 * @param {number} scrollTop
 * @param {number} before Where it stood when it was last drawn.
 * @param {number} idle Milliseconds since somebody touched it.
 */
export function wasThrown(scrollTop, before, idle) {
  return scrollTop === 0 && before >= ROW_HEIGHT && idle > HAND_MS;
}

/**
 * Where to scroll so that row `index` is wholly in view, moving as little as possible.
 *
 * @param {number} index
 * @param {number} scrollTop
 * @param {number} height
 * @param {number} [rowHeight]
 */
export function scrollToShow(index, scrollTop, height, rowHeight = ROW_HEIGHT) {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
  return scrollTop;
}

/**
 * The place of the first row whose key is at least `key`, in rows sorted by key.
 *
 * @template R
 * @param {readonly R[]} rows
 * @param {number} key
 * @param {(row: R) => number} keyOf
 */
export function lowerBound(rows, key, keyOf) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyOf(rows[middle]) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
