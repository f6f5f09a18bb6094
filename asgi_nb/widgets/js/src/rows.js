/** The rows this page holds, sorted by sequence number. Pure; a row that changes is a new object. */
import { lowerBound } from "./scroll.js";

/** @typedef {import("./wire.js").Row} Row */

/** Rows beyond this many leave at the old end; the store keeps them. */
export const MAX_ROWS = 5000;

/** @param {Row} row */
export const seqOf = (row) => row.seq;

export class Rows {
  constructor() {
    /** @type {Row[]} */
    this.list = [];
    /** @type {Set<number> | null} What came since a snapshot began; null when none is under way. */
    this.marked = null;
  }

  /** A snapshot begins: what it does not bring again is gone from the store. */
  begin() {
    this.marked = new Set();
  }

  /** The snapshot is whole. */
  end() {
    const { marked } = this;
    if (marked !== null) this.list = this.list.filter(({ seq }) => marked.has(seq));
    this.marked = null;
  }

  /**
   * Take in new and changed rows.
   *
   * @param {readonly Row[]} rows In any order.
   */
  apply(rows) {
    const { list, marked } = this;
    // By number: a snapshot's old row may ride with its own news in one batch.
    /** @type {Map<number, Row>} */
    const older = new Map();
    for (const row of rows) {
      marked?.add(row.seq);
      const last = list.at(-1);
      if (last === undefined || row.seq > last.seq) {
        list.push(row);
        continue;
      }
      const index = lowerBound(list, row.seq, seqOf);
      if (list[index].seq === row.seq) list[index] = row;
      else older.set(row.seq, row);
    }
    if (older.size > 0) {
      // A snapshot's older rows come in blocks, behind the newest: one sort per block.
      list.push(...older.values());
      list.sort((a, b) => a.seq - b.seq);
    }
    if (list.length > MAX_ROWS) list.splice(0, list.length - MAX_ROWS);
  }

  /**
   * Let rows go that the filter lets through no longer.
   *
   * @param {readonly number[]} seqs
   */
  drop(seqs) {
    if (seqs.length === 0) return;
    const gone = new Set(seqs);
    this.list = this.list.filter(({ seq }) => !gone.has(seq));
  }

  clear() {
    this.list = [];
  }

  /** @param {number} seq */
  get(seq) {
    const row = this.list[lowerBound(this.list, seq, seqOf)];
    return row?.seq === seq ? row : undefined;
  }
}
