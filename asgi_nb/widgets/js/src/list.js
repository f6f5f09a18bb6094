/** The list of exchanges: the chosen columns, over the client's rows, in the chosen order. */
import { COLUMNS, chosenColumns } from "./columns/index.js";
import { toneOf } from "./columns/status.js";
import { Grid } from "./grid.js";
import { seqOf } from "./rows.js";
import { nextOrder, sorted } from "./sort.js";
import { LIVE } from "./wire.js";

/** @typedef {import("./wire.js").Row} Row */
/** @typedef {import("./grid.js").Order} Order */

/** A list that is not sorted by number is sorted anew at most this often: rows that jump about cannot be read. */
const SORT_MS = 500;
/** What grows while a request goes on is drawn anew at this pace, and at the slower one for who wants less motion. */
const GROW_MS = 250;
const GROW_CALMLY_MS = 1000;

export class ExchangeList {
  /**
   * @param {object} handlers
   * @param {(row: Row) => void} handlers.onSelect
   * @param {() => void} handlers.onOpen
   * @param {(keys: ReadonlySet<number>) => void} handlers.onChoose
   * @param {() => void} handlers.onColumns The columns or their order have changed.
   * @param {() => number} now Seconds, by the kernel's clock; it stands still while the list does.
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
        toneOf: (row) => `${toneOf(row)}${row.lit ? " lit" : ""}${row.colour ? ` mark-${row.colour}` : ""}`,
        onSelect,
        onOpen,
        onChoose,
        onSort: (id) => this.sortBy(nextOrder(this.order, id)),
        onReturn: () => {
          this.sortBy(null);
          this.grid.toTail();
        },
        onDrawn: () => this.#onDrawn(),
      },
      signal,
    );
    this.element = this.grid.element;
    this.growing = 0;
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    /** Whether anybody can see it, and it is not stopped. */
    this.awake = true;
    signal.addEventListener("abort", () => {
      window.clearTimeout(this.growing);
      window.clearTimeout(this.timer);
    });
  }

  #onDrawn() {
    this.#tick();
    if (this.growing === 0) this.#grow();
  }

  /** Let what goes on grow, for as long as there is any in sight. The rows stay where they are, however they are sorted. */
  #grow() {
    this.growing = 0;
    if (!this.awake || !this.grid.inView().some(({ state }) => LIVE.has(state))) return;
    const pace = this.calm.matches ? GROW_CALMLY_MS : GROW_MS;
    this.growing = window.setTimeout(() => {
      if (this.awake) this.#tick();
      this.#grow();
    }, pace);
  }

  #tick() {
    const { grid } = this;
    for (const { tick } of this.columns) tick?.(grid.drawn.values(), grid.inView(), this.now());
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
