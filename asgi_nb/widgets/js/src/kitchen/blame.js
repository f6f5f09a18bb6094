/** Who held a loop, and who had to wait meanwhile. Pure. The same rules as asgi_nb/record/kitchen.py. */

/** @typedef {import("./time.js").Bar} Bar */
/** @typedef {import("./time.js").Block} Block */
/** @typedef {{ bar: Bar, block: Block, from: number, to: number, waiters: number[] }} Blame Times in seconds. */

/** Seconds within which whoever waited has run again once the loop is free. */
const SOON = 0.005;

/**
 * Each time that a loop was held too long, oldest first.
 *
 * @param {readonly Bar[]} bars
 * @returns {Blame[]}
 */
export function blames(bars) {
  /** @type {Blame[]} */
  const found = [];
  for (const bar of bars) {
    for (const block of bar.blocks) {
      found.push({ bar, block, from: bar.started_at + block.start_ms / 1000, to: bar.started_at + block.end_ms / 1000, waiters: [] });
    }
  }
  found.sort((a, b) => a.from - b.from);
  // From the last one back: whoever waits for one may find the next one in its place.
  for (let index = found.length - 1; index >= 0; index -= 1) {
    const blame = found[index];
    const next = found.slice(index + 1).find(({ block }) => block.loop === blame.block.loop);
    const chained = next !== undefined && next.from <= blame.to + SOON;
    const freed = chained ? freedAt(found, index) : blame.to;
    blame.waiters = bars.filter((bar) => bar !== blame.bar && (hadToWait(bar, blame, blame.to) || hadToWait(bar, blame, freed))).map(({ seq }) => seq);
  }
  return found;
}

/**
 * When the last of the blocks ends that follow each other from this one on.
 *
 * @param {readonly Blame[]} found
 * @param {number} index
 */
function freedAt(found, index) {
  const { loop } = found[index].block;
  let end = found[index].to;
  for (const other of found.slice(index + 1)) {
    if (other.block.loop !== loop) continue;
    if (other.from > end + SOON) break;
    end = other.to;
  }
  return end;
}

/**
 * @param {Bar} bar
 * @param {Blame} blame
 * @param {number} freed When the loop was free again.
 */
function hadToWait(bar, { block, from }, freed) {
  for (const [kind, start, , loop] of bar.stretches) {
    const began = bar.started_at + start / 1000;
    // Whoever ran on that loop meanwhile was not kept from it. A microsecond is what the wall clock's numbers lose.
    if (kind === "running" && loop === block.loop && began >= from - 1e-6) return began >= freed - 1e-6 && began <= freed + SOON;
  }
  return false;
}
