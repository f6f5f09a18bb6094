/** The list of exchanges: the chosen columns, over the client's rows, in the chosen order. */
import { COLUMNS, chosenColumns } from "./columns/index.js";
import { toneOf } from "./columns/status.js";
import { drawBars } from "./columns/waterfall.js";
import { Grid } from "./grid.js";
import { seqOf } from "./rows.js";
import { nextOrder, sorted } from "./sort.js";
import { LIVE } from "./wire.js";

/** @typedef {import("./wire.js").Row} Row */
/** @typedef {import("./grid.js").Order} Order */

/** A list that is not sorted by number is sorted anew at most this often: rows that jump about cannot be read. */
const SORT_MS = 500;
/** Bars that grow are laid anew at this pace. */
const GROW_MS = 250;

export class ExchangeList {
  /**
   * @param {object} handlers
   * @param {(row: Row) => void} handlers.onSelect
   * @param {() => void} handlers.onOpen
   * @param {(keys: ReadonlySet<number>) => void} handlers.onChoose
   * @param {() => void} handlers.onColumns The columns or their order have changed.
   * @param {() => number} now Seconds, by the kernel's clock.
   * @param {AbortSignal} signal
   */
  constructor({ onSelect, onOpen, onChoose, onColumns }, now, signal) {
    /** @type {ReadonlySet<string>} */
    this.chosen = new Set(COLUMNS.filter(({ off }) => !off).map(({ id }) => id));
    /** @type {readonly string[]} */
    this.headers = [];
    /** @type {Order | null} */
    this.order = null;
    this.onColumns = onColumns;
    /** @type {readonly Row[]} */
    this.source = [];
    this.sortedAt = -Infinity;
    this.timer = 0;
    this.now = now;
    this.grid = new Grid(
      {
        label: "Requests, oldest first",
        empty: "No requests yet. Each one shows up here as it comes in.",
        columns: chosenColumns(this.chosen, this.headers),
        keyOf: seqOf,
        toneOf: (row) => (row.lit ? `${toneOf(row)} lit` : toneOf(row)),
        onSelect,
        onOpen,
        onChoose,
        onSort: (id) => this.sortBy(nextOrder(this.order, id)),
        onReturn: () => {
          this.sortBy(null);
          this.grid.toTail();
        },
        onDrawn: (drawn, inView) => this.chosen.has("waterfall") && drawBars(drawn, inView, this.now()),
      },
      signal,
    );
    this.element = this.grid.element;
    const growing = window.setInterval(() => {
      const { drawn } = this.grid;
      if (this.awake && [...drawn.values()].some(({ row }) => LIVE.has(row.state))) drawBars(drawn.values(), this.grid.inView(), this.now());
    }, GROW_MS);
    /** Whether anybody can see it. */
    this.awake = true;
    signal.addEventListener("abort", () => {
      window.clearInterval(growing);
      window.clearTimeout(this.timer);
    });
  }

  get columns() {
    return chosenColumns(this.chosen, this.headers);
  }

  /** @param {readonly Row[]} rows Sorted by number. */
  update(rows) {
    this.source = rows;
    const column = this.columns.find(({ id }) => id === this.order?.id);
    if (this.order === null || column?.value === undefined) {
      this.grid.update(rows);
      return;
    }
    const wait = this.sortedAt + SORT_MS - performance.now();
    if (wait > 0) {
      if (this.timer === 0) {
        this.timer = window.setTimeout(() => {
          this.timer = 0;
          this.update(this.source);
        }, wait);
      }
      return;
    }
    window.clearTimeout(this.timer);
    this.timer = 0;
    this.sortedAt = performance.now();
    this.grid.update(sorted(rows, column.value, this.order.down), false);
  }

  /** @param {Order | null} order */
  sortBy(order) {
    // The rows stand in their own order already.
    this.order = order?.id === "number" && !order.down ? null : order;
    this.#relay();
  }

  /**
   * @param {ReadonlySet<string>} chosen
   * @param {readonly string[]} headers
   */
  setColumns(chosen, headers) {
    this.chosen = chosen;
    this.headers = headers;
    if (!this.columns.some(({ id }) => id === this.order?.id)) this.order = null;
    this.#relay();
  }

  #relay() {
    this.sortedAt = -Infinity;
    this.grid.setColumns(this.columns, this.order);
    this.update(this.source);
    if (this.order !== null) this.grid.toTop();
    this.onColumns();
  }

  /** The numbers of the selected rows. */
  get selection() {
    return [...this.grid.chosen];
  }
}
