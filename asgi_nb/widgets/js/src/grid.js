/**
 * A long list of rows as an ARIA grid: one tab stop, at most 60 rows in the DOM.
 *
 * Rule 1: selecting never moves the list, and new rows never move the selection.
 * Rule 2: the tail is followed only while the reader is at the tail.
 * Rule 3: whatever comes or goes above, the row at the top edge stays where it is.
 * Rule 4: one row is active, and shown in the details; more may be selected beside it.
 *
 * Source: WAI-ARIA 1.2 grid role; ARIA Authoring Practices, grid pattern.
 */
import { h, oncePerFrame, uniqueId } from "./dom.js";
import { count } from "./format.js";
import { cellClass, headCell } from "./grid_head.js";
import { CARD_HEIGHT, ROW_HEIGHT, atTail, lowerBound, scrollToShow, visibleRange, wasThrown } from "./scroll.js";

/**
 * @template R
 * @typedef {object} Column
 * @property {string} id
 * @property {string} title
 * @property {string} width A CSS grid track.
 * @property {boolean | "last"} [wide] Left out when the list is narrow; "last" when it is narrower still.
 * @property {boolean} [end] Aligned to the end, as numbers are.
 * @property {(row: R) => string | Node} cell
 * @property {(row: R) => number | string | null | undefined} [value] What to sort by; without, the column does not sort.
 */

/** @typedef {{ id: string, down: boolean }} Order The column that the rows are sorted by. */

/**
 * @template R
 * @typedef {object} GridOptions
 * @property {string} label
 * @property {string} empty What to say while there is nothing.
 * @property {readonly Column<R>[]} columns
 * @property {(row: R) => number} keyOf
 * @property {(row: R) => string} toneOf The row's look; a word that styles.css knows.
 * @property {(row: R) => void} onSelect
 * @property {() => void} onOpen Enter, or a click.
 * @property {(keys: ReadonlySet<number>) => void} [onChoose] More than one row may be selected, and these are.
 * @property {(id: string) => void} [onSort] Somebody clicked the head of a column that sorts.
 * @property {() => void} [onReturn] The reader wants the newest row, but the list is sorted by something else.
 * @property {() => void} [onDrawn] The rows in view, or what they show, may have changed.
 */

/** @template R */
export class Grid {
  /**
   * @param {GridOptions<R>} options
   * @param {AbortSignal} signal
   */
  constructor(options, signal) {
    this.options = options;
    /** @type {readonly R[]} */
    this.rows = [];
    /** @type {number | null} */
    this.selected = null;
    /** @type {Set<number>} */
    this.chosen = new Set();
    /** Where a range of selected rows begins. @type {number | null} */
    this.base = null;
    /** Whether the keys ascend through the list: only then is there a tail to follow. */
    this.ordered = true;
    this.rowHeight = ROW_HEIGHT;
    this.following = true;
    /** Where the tail was when it was last scrolled to. */
    this.pinned = 0;
    /** Where the list stood when it was last drawn, and when somebody last laid hands on it. */
    this.top = 0;
    this.touched = -Infinity;
    this.seen = -Infinity;
    /** @type {readonly Column<R>[]} */
    this.columns = options.columns;
    /** @type {Map<number, { element: HTMLElement, row: R }>} */
    this.drawn = new Map();
    /** Whether the columns have changed since the rows were drawn. */
    this.refill = false;
    /** The row on which a pointer is down: with other cells in it, its click would be none. @type {Element | null} */
    this.pressed = null;
    this.id = uniqueId("grid");
    this.draw = oncePerFrame(() => this.#draw(), signal);

    this.space = h("div", { class: "space", role: "presentation" });
    this.body = h("div", { class: "rows", role: "rowgroup" }, this.space);
    this.empty = h("p", { class: "empty" }, options.empty);
    this.jump = h("button", { class: "jump", type: "button", hidden: true });
    this.head = h("div", { class: "row", role: "row", "aria-rowindex": 1 });
    this.grid = h(
      "div",
      { class: "grid", role: "grid", tabindex: 0, "aria-label": options.label, "aria-multiselectable": options.onChoose !== undefined },
      h("div", { class: "head", role: "rowgroup" }, this.head),
      this.body,
    );
    this.element = h("div", { class: "list" }, this.grid, this.empty, this.jump);
    this.setColumns(options.columns, null);

    for (const type of ["wheel", "pointerdown", "touchmove", "keydown"]) {
      const touch = () => (this.touched = performance.now());
      this.grid.addEventListener(type, touch, { signal, passive: true, capture: true });
    }
    this.space.addEventListener("pointerdown", (event) => {
      this.pressed = /** @type {Element} */ (event.target).closest("[data-key]");
    }, { signal });
    for (const type of ["pointerup", "pointercancel"]) {
      document.addEventListener(type, () => this.#release(), { signal, capture: true });
    }
    this.body.addEventListener("scroll", () => this.#onScroll(), { signal, passive: true });
    this.space.addEventListener("click", (event) => this.#onClick(event), { signal });
    // A range of rows is meant, not of their text.
    this.space.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault(), { signal });
    this.grid.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.head.addEventListener("click", (event) => {
      const id = /** @type {Element} */ (event.target).closest("[data-column]")?.getAttribute("data-column");
      if (id) options.onSort?.(id);
    }, { signal });
    this.jump.addEventListener("click", () => (this.ordered ? this.toTail() : options.onReturn?.()), { signal });
    const resized = new ResizeObserver(() => this.draw());
    resized.observe(this.body);
    signal.addEventListener("abort", () => resized.disconnect());
  }

  /**
   * Show these columns from now on.
   *
   * @param {readonly Column<R>[]} columns
   * @param {Order | null} order
   */
  setColumns(columns, order) {
    this.columns = columns;
    const tracks = (/** @type {readonly Column<R>[]} */ some) => some.map(({ width }) => width).join(" ");
    this.element.style.setProperty("--tracks", tracks(columns));
    this.element.style.setProperty("--tracks-less", tracks(columns.filter(({ wide }) => wide !== true)));
    this.element.style.setProperty("--tracks-narrow", tracks(columns.filter(({ wide }) => !wide)));
    this.grid.setAttribute("aria-colcount", String(columns.length));
    this.head.replaceChildren(...columns.map((column) => headCell(column, order, this.options.onSort !== undefined)));
    this.refill = true;
    this.draw();
  }

  /** Give each row two lines, or one. @param {boolean} wanted */
  setCards(wanted) {
    if (wanted === this.element.hasAttribute("data-cards")) return;
    const top = this.body.scrollTop / this.rowHeight;
    this.rowHeight = wanted ? CARD_HEIGHT : ROW_HEIGHT;
    this.element.toggleAttribute("data-cards", wanted);
    this.space.style.height = `${this.rows.length * this.rowHeight}px`;
    this.body.scrollTop = top * this.rowHeight;
    this.pinned = this.body.scrollTop;
    this.#keepTop();
    this.draw();
  }

  /**
   * Show these rows from now on.
   *
   * @param {readonly R[]} rows Not kept in step, so call again after a change.
   * @param {boolean} [ordered] Whether they are sorted by key.
   */
  update(rows, ordered = true) {
    const { keyOf } = this.options;
    this.#putBack();
    const top = this.body.scrollTop;
    // The reader may have scrolled while the event that says so is still on its way.
    if (this.#hasLeft()) this.following = false;
    const anchor = this.following ? undefined : this.rows[Math.floor(top / this.rowHeight)];
    this.rows = rows.slice();
    this.ordered = ordered;
    if (!ordered) this.following = false;
    this.space.style.height = `${rows.length * this.rowHeight}px`;
    this.grid.setAttribute("aria-rowcount", String(rows.length + 1));
    if (anchor !== undefined) {
      const index = this.#indexOf(keyOf(anchor));
      const moved = index * this.rowHeight + (top % this.rowHeight);
      if (index >= 0 && moved !== top) this.body.scrollTop = moved;
      this.#keepTop();
    }
    // At once: in a frame between, the rows would stand where they were, under a list that has moved.
    this.#draw();
  }

  /** Go to the newest row, and follow. */
  toTail() {
    this.#follow();
    this.draw();
    this.focus();
  }

  /** The rows between the upper and the lower edge: what is drawn beyond them is not seen. */
  inView() {
    const { scrollTop, clientHeight } = this.body;
    return this.rows.slice(Math.floor(scrollTop / this.rowHeight), Math.ceil((scrollTop + clientHeight) / this.rowHeight));
  }

  /** Show the first row. */
  toTop() {
    this.following = false;
    this.body.scrollTop = this.top = 0;
    this.draw();
  }

  focus() {
    this.grid.focus({ preventScroll: true });
  }

  /** Select a row, and bring it into view. @param {number} key @returns {boolean} Whether it is here. */
  select(key) {
    const index = this.#indexOf(key);
    const row = this.rows[index];
    if (row === undefined || this.options.keyOf(row) !== key) return false;
    this.#choose(index, "one");
    if (!this.following) this.body.scrollTop = scrollToShow(index, this.body.scrollTop, this.body.clientHeight, this.rowHeight);
    return true;
  }

  /** Forget which rows are selected. */
  deselect() {
    this.selected = this.base = null;
    this.chosen = new Set();
    this.options.onChoose?.(this.chosen);
    this.draw();
  }

  /** The place of a row, or of the next one when the rows are ordered; else -1. @param {number} key */
  #indexOf(key) {
    const { keyOf } = this.options;
    if (this.ordered) return lowerBound(this.rows, key, keyOf);
    return this.rows.findIndex((row) => keyOf(row) === key);
  }

  #draw() {
    const { rows, body } = this;
    const { keyOf } = this.options;
    const height = body.clientHeight;
    this.#putBack();
    if (this.following) {
      this.pinned = Math.max(0, rows.length * this.rowHeight - height);
      body.scrollTop = this.pinned;
    }
    this.#keepTop();
    const { first, end } = visibleRange(body.scrollTop, height, rows.length, this.rowHeight);
    /** @type {Map<number, { element: HTMLElement, row: R }>} */
    const drawn = new Map();
    for (let index = first; index < end; index += 1) {
      const row = rows[index];
      const key = keyOf(row);
      const old = this.drawn.get(key);
      const element = old?.element ?? h("div", { class: "row", role: "row", id: `${this.id}-${key}`, "data-key": key });
      const waits = old !== undefined && element === this.pressed;
      if (!waits && (old?.row !== row || this.refill)) this.#fill(element, row);
      element.style.transform = `translateY(${index * this.rowHeight}px)`;
      element.setAttribute("aria-rowindex", String(index + 2));
      element.setAttribute("aria-selected", String(key === this.selected || this.chosen.has(key)));
      element.toggleAttribute("data-active", key === this.selected);
      drawn.set(key, { element, row: waits ? old.row : row });
    }
    for (const [key, { element }] of this.drawn) if (!drawn.has(key)) element.remove();
    // In the order of the screen, for whoever reads the page from its top to its end.
    /** @type {HTMLElement | null} */
    let above = null;
    for (const { element } of drawn.values()) {
      /** @type {ChildNode | null} */
      const next = above === null ? this.space.firstChild : above.nextSibling;
      if (next !== element) this.space.insertBefore(element, next);
      above = element;
    }
    this.drawn = drawn;
    this.refill &&= this.pressed !== null;
    const active = this.selected !== null && drawn.has(this.selected) ? `${this.id}-${this.selected}` : null;
    if (active === null) this.grid.removeAttribute("aria-activedescendant");
    else this.grid.setAttribute("aria-activedescendant", active);
    this.#count();
    this.options.onDrawn?.();
  }

  /**
   * @param {HTMLElement} element
   * @param {R} row
   */
  #fill(element, row) {
    element.dataset.tone = this.options.toneOf(row);
    element.replaceChildren(
      ...this.columns.map((column) => h("span", { class: cellClass(column), role: "gridcell" }, column.cell(row))),
    );
  }

  /** Say how many rows came since the tail was last in view. */
  #count() {
    const { rows, options } = this;
    const last = rows.at(-1);
    if (this.ordered && last !== undefined && (this.following || this.#atTail())) this.seen = options.keyOf(last);
    const { seen } = this;
    const fresh = this.ordered
      ? rows.length - lowerBound(rows, seen + 1, options.keyOf)
      : rows.reduce((sum, row) => sum + Number(options.keyOf(row) > seen), 0);
    this.jump.hidden = fresh === 0;
    this.jump.textContent = `▼ ${count(fresh)} new — jump`;
    this.empty.hidden = rows.length > 0;
  }

  #atTail() {
    return atTail(this.body.scrollTop, this.body.clientHeight, this.rows.length, this.rowHeight);
  }

  #follow() {
    this.following = true;
    this.pinned = this.body.scrollTop;
  }

  /** Whether somebody scrolled up since the tail was last scrolled to. Rows that came since do not count. */
  #hasLeft() {
    return this.body.scrollTop < this.pinned - this.rowHeight / 2 && !this.#atTail();
  }

  /** JupyterLab takes an output out of the page and puts it back: it then stands at its top, which nobody asked for. */
  #putBack() {
    const { scrollTop, clientHeight } = this.body;
    const idle = performance.now() - this.touched;
    if (clientHeight > 0 && wasThrown(scrollTop, this.top, idle)) this.body.scrollTop = this.top;
  }

  #keepTop() {
    if (this.body.clientHeight > 0) this.top = this.body.scrollTop;
  }

  #onScroll() {
    this.#putBack();
    // A list that shrinks to nothing, or is hidden, scrolls by itself: that is nobody's wish.
    if (this.body.clientHeight > 0) {
      if (this.following) this.following = !this.#hasLeft();
      else if (this.ordered && this.#atTail()) this.#follow();
    }
    this.draw();
  }

  /**
   * @param {number} index
   * @param {"one" | "range" | "toggle"} how
   */
  #choose(index, how) {
    const { keyOf, onSelect, onChoose } = this.options;
    const row = this.rows[index];
    const key = keyOf(row);
    this.following = this.following && index === this.rows.length - 1;
    if (onChoose === undefined || how === "one") this.chosen = new Set([key]);
    else if (how === "toggle") this.chosen = without(new Set(this.chosen), key) ?? new Set([...this.chosen, key]);
    else this.chosen = this.#range(index);
    if (how !== "range") this.base = key;
    this.selected = key;
    onChoose?.(this.chosen);
    onSelect(row);
    this.draw();
  }

  /** No row waits any more to be filled. */
  #release() {
    if (this.pressed === null) return;
    this.pressed = null;
    this.draw();
  }

  /** The keys from where the range began to a row. @param {number} to */
  #range(to) {
    const from = this.base === null ? to : Math.max(0, this.#indexOf(this.base));
    const rows = this.rows.slice(Math.min(from, to), Math.max(from, to) + 1);
    return new Set(rows.map(this.options.keyOf));
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const element = /** @type {Element} */ (event.target).closest("[data-key]");
    if (element === null) return;
    const { keyOf } = this.options;
    const key = Number(element.getAttribute("data-key"));
    const index = this.#indexOf(key);
    if (index < 0 || index === this.rows.length || keyOf(this.rows[index]) !== key) return;
    const how = event.shiftKey ? "range" : event.ctrlKey || event.metaKey ? "toggle" : "one";
    this.#choose(index, how);
    if (how === "one") this.options.onOpen();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.altKey || this.rows.length === 0) return;
    const last = this.rows.length - 1;
    if (event.ctrlKey || event.metaKey) {
      if (event.key !== "a" || this.options.onChoose === undefined) return;
      this.chosen = new Set(this.rows.map(this.options.keyOf));
      this.options.onChoose(this.chosen);
      this.draw();
      event.preventDefault();
      return;
    }
    const page = Math.max(1, Math.floor(this.body.clientHeight / this.rowHeight) - 1);
    const found = this.selected === null ? -1 : this.#indexOf(this.selected);
    const here = found < 0 ? null : found;
    const down = here === null ? last : here + 1;
    const up = here === null ? last : here - 1;
    /** @type {Record<string, number>} */
    const moves = {
      ArrowDown: down,
      j: down,
      ArrowUp: up,
      k: up,
      PageDown: (here ?? last) + page,
      PageUp: (here ?? last) - page,
      Home: 0,
      End: last,
    };
    if (event.key in moves) {
      const index = Math.min(last, Math.max(0, moves[event.key]));
      this.#choose(index, event.shiftKey ? "range" : "one");
      if (event.key === "End" && this.ordered) this.#follow();
      else this.body.scrollTop = scrollToShow(index, this.body.scrollTop, this.body.clientHeight, this.rowHeight);
    } else if (event.key === "Enter" && this.selected !== null) {
      this.options.onOpen();
    } else {
      return;
    }
    event.preventDefault();
  }
}

/**
 * A set without one of its members; null when it has none such.
 *
 * @param {Set<number>} set
 * @param {number} member
 */
function without(set, member) {
  return set.delete(member) ? set : null;
}
