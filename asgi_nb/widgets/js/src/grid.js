/**
 * A long list of rows as an ARIA grid: one tab stop, at most 60 rows in the DOM.
 *
 * Rule 1: selecting never moves the list, and new rows never move the selection.
 * Rule 2: the tail is followed only while the reader is at the tail.
 * Rule 3: whatever comes or goes above, the row at the top edge stays where it is.
 *
 * Source: WAI-ARIA 1.2 grid role; ARIA Authoring Practices, grid pattern.
 */
import { h, oncePerFrame, uniqueId } from "./dom.js";
import { count } from "./format.js";
import { ROW_HEIGHT, atTail, lowerBound, scrollToShow, visibleRange, wasThrown } from "./scroll.js";

/**
 * @template R
 * @typedef {object} Column
 * @property {string} id
 * @property {string} title
 * @property {string} width A CSS grid track.
 * @property {boolean} [wide] Left out when the list is narrow.
 * @property {boolean} [end] Aligned to the end, as numbers are.
 * @property {(row: R) => string | Node} cell
 */

/**
 * @template R
 * @typedef {object} GridOptions
 * @property {string} label
 * @property {string} empty What to say while there is nothing.
 * @property {readonly Column<R>[]} columns
 * @property {(row: R) => number} keyOf Ascending through the list.
 * @property {(row: R) => string} toneOf The row's look; a word that styles.css knows.
 * @property {(row: R) => void} onSelect
 * @property {() => void} onOpen Enter, or a click.
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
    this.following = true;
    /** Where the tail was when it was last scrolled to. */
    this.pinned = 0;
    /** Where the list stood when it was last drawn, and when somebody last laid hands on it. */
    this.top = 0;
    this.touched = -Infinity;
    this.seen = -Infinity;
    /** @type {Map<number, { element: HTMLElement, row: R }>} */
    this.drawn = new Map();
    this.id = uniqueId("grid");
    this.draw = oncePerFrame(() => this.#draw(), signal);

    this.space = h("div", { class: "space", role: "presentation" });
    this.body = h("div", { class: "rows", role: "rowgroup" }, this.space);
    this.empty = h("p", { class: "empty" }, options.empty);
    this.jump = h("button", { class: "jump", type: "button", hidden: true });
    this.grid = h(
      "div",
      { class: "grid", role: "grid", tabindex: 0, "aria-label": options.label, "aria-colcount": options.columns.length },
      h(
        "div",
        { class: "head", role: "rowgroup" },
        h(
          "div",
          { class: "row", role: "row", "aria-rowindex": 1 },
          ...options.columns.map((column) =>
            h("span", { class: cellClass(column), role: "columnheader" }, column.title),
          ),
        ),
      ),
      this.body,
    );
    this.element = h("div", { class: "list" }, this.grid, this.empty, this.jump);
    const tracks = (/** @type {readonly Column<R>[]} */ columns) => columns.map(({ width }) => width).join(" ");
    this.element.style.setProperty("--tracks", tracks(options.columns));
    this.element.style.setProperty("--tracks-narrow", tracks(options.columns.filter(({ wide }) => !wide)));

    for (const type of ["wheel", "pointerdown", "touchmove", "keydown"]) {
      const touch = () => (this.touched = performance.now());
      this.grid.addEventListener(type, touch, { signal, passive: true, capture: true });
    }
    this.body.addEventListener("scroll", () => this.#onScroll(), { signal, passive: true });
    this.space.addEventListener("click", (event) => this.#onClick(event), { signal });
    this.grid.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.jump.addEventListener("click", () => this.toTail(), { signal });
    const resized = new ResizeObserver(() => this.draw());
    resized.observe(this.body);
    signal.addEventListener("abort", () => resized.disconnect());
  }

  /**
   * Show these rows from now on.
   *
   * @param {readonly R[]} rows Sorted by key; not kept in step, so call again after a change.
   */
  update(rows) {
    const { keyOf } = this.options;
    this.#putBack();
    const top = this.body.scrollTop;
    // The reader may have scrolled while the event that says so is still on its way.
    if (this.#hasLeft()) this.following = false;
    const anchor = this.following ? undefined : this.rows[Math.floor(top / ROW_HEIGHT)];
    this.rows = rows.slice();
    this.space.style.height = `${rows.length * ROW_HEIGHT}px`;
    this.grid.setAttribute("aria-rowcount", String(rows.length + 1));
    if (anchor !== undefined) {
      const moved = lowerBound(rows, keyOf(anchor), keyOf) * ROW_HEIGHT + (top % ROW_HEIGHT);
      if (moved !== top) this.body.scrollTop = moved;
      this.#keepTop();
    }
    this.draw();
  }

  /** Go to the newest row, and follow. */
  toTail() {
    this.#follow();
    this.draw();
    this.focus();
  }

  focus() {
    this.grid.focus({ preventScroll: true });
  }

  /** @param {number | null} key */
  select(key) {
    this.selected = key;
    this.draw();
  }

  #draw() {
    const { rows, body } = this;
    const { keyOf } = this.options;
    const height = body.clientHeight;
    this.#putBack();
    if (this.following) {
      this.pinned = Math.max(0, rows.length * ROW_HEIGHT - height);
      body.scrollTop = this.pinned;
    }
    this.#keepTop();
    const { first, end } = visibleRange(body.scrollTop, height, rows.length);
    /** @type {Map<number, { element: HTMLElement, row: R }>} */
    const drawn = new Map();
    for (let index = first; index < end; index += 1) {
      const row = rows[index];
      const key = keyOf(row);
      const old = this.drawn.get(key);
      const element = old?.element ?? h("div", { class: "row", role: "row", id: `${this.id}-${key}`, "data-key": key });
      if (old?.row !== row) this.#fill(element, row);
      element.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
      element.setAttribute("aria-rowindex", String(index + 2));
      element.setAttribute("aria-selected", String(key === this.selected));
      if (old === undefined) this.space.append(element);
      drawn.set(key, { element, row });
    }
    for (const [key, { element }] of this.drawn) if (!drawn.has(key)) element.remove();
    this.drawn = drawn;
    const active = this.selected !== null && drawn.has(this.selected) ? `${this.id}-${this.selected}` : null;
    if (active === null) this.grid.removeAttribute("aria-activedescendant");
    else this.grid.setAttribute("aria-activedescendant", active);
    this.#count();
  }

  /**
   * @param {HTMLElement} element
   * @param {R} row
   */
  #fill(element, row) {
    element.dataset.tone = this.options.toneOf(row);
    element.replaceChildren(
      ...this.options.columns.map((column) => h("span", { class: cellClass(column), role: "gridcell" }, column.cell(row))),
    );
  }

  /** Say how many rows came since the tail was last in view. */
  #count() {
    const { rows, options } = this;
    const last = rows.at(-1);
    if (last !== undefined && (this.following || this.#atTail())) this.seen = options.keyOf(last);
    const fresh = rows.length - lowerBound(rows, this.seen + 1, options.keyOf);
    this.jump.hidden = fresh === 0;
    this.jump.textContent = `▼ ${count(fresh)} new — jump`;
    this.empty.hidden = rows.length > 0;
  }

  #atTail() {
    return atTail(this.body.scrollTop, this.body.clientHeight, this.rows.length);
  }

  #follow() {
    this.following = true;
    this.pinned = this.body.scrollTop;
  }

  /** Whether somebody scrolled up since the tail was last scrolled to. Rows that came since do not count. */
  #hasLeft() {
    return this.body.scrollTop < this.pinned - ROW_HEIGHT / 2 && !this.#atTail();
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
      else if (this.#atTail()) this.#follow();
    }
    this.draw();
  }

  /** @param {number} index */
  #choose(index) {
    const row = this.rows[index];
    this.following = this.following && index === this.rows.length - 1;
    this.selected = this.options.keyOf(row);
    this.options.onSelect(row);
    this.draw();
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const element = /** @type {Element} */ (event.target).closest("[data-key]");
    if (element === null) return;
    const { keyOf } = this.options;
    const key = Number(element.getAttribute("data-key"));
    const index = lowerBound(this.rows, key, keyOf);
    if (index === this.rows.length || keyOf(this.rows[index]) !== key) return;
    this.#choose(index);
    this.options.onOpen();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || this.rows.length === 0) return;
    const last = this.rows.length - 1;
    const page = Math.max(1, Math.floor(this.body.clientHeight / ROW_HEIGHT) - 1);
    const { keyOf } = this.options;
    const here = this.selected === null ? null : lowerBound(this.rows, this.selected, keyOf);
    /** @type {Record<string, number>} */
    const moves = {
      ArrowDown: here === null ? last : here + 1,
      ArrowUp: here === null ? last : here - 1,
      PageDown: (here ?? last) + page,
      PageUp: (here ?? last) - page,
      Home: 0,
      End: last,
    };
    if (event.key in moves) {
      const index = Math.min(last, Math.max(0, moves[event.key]));
      this.#choose(index);
      if (event.key === "End") this.#follow();
      else this.body.scrollTop = scrollToShow(index, this.body.scrollTop, this.body.clientHeight);
    } else if (event.key === "Enter" && this.selected !== null) {
      this.options.onOpen();
    } else {
      return;
    }
    event.preventDefault();
  }
}

/**
 * @template R
 * @param {Column<R>} column
 */
function cellClass(column) {
  return `cell ${column.id}${column.end ? " end" : ""}${column.wide ? " wide" : ""}`;
}
