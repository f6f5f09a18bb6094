/** The drawn part: axis, loops, lanes of bars. Places are parts of the width, so that to pan or zoom moves few elements. */
import { h, uniqueId } from "../dom.js";
import { LANES, Lanes, axisText, axisTicks, endOf, inView } from "./time.js";
import { nameOf, wordsOf } from "./words.js";

/** @typedef {import("./time.js").Bar} Bar */
/** @typedef {import("./time.js").View} View */
/** @typedef {{ bar: Bar, element: HTMLElement, name: HTMLElement, stretches: HTMLElement, loops: Map<string, HTMLElement> }} Drawn */

/** Pixels; the same in kitchen.css. */
const LANE = 26;
/** Pixels between two times of the axis. */
const TICK_WIDTH = 90;

export class Plot {
  constructor() {
    this.id = uniqueId("kitchen");
    this.lanesOf = new Lanes();
    /** @type {Map<number, Drawn>} */
    this.drawn = new Map();
    /** @type {number | null} */
    this.active = null;
    this.left = { more: 0, crowded: 0 };
    this.axis = h("div", { class: "axis", "aria-hidden": "true" });
    /** @type {Map<string, HTMLElement>} */
    this.loops = new Map();
    this.loopArea = h("div", { class: "loops" });
    this.bands = h("div", { class: "bands", "aria-hidden": "true" });
    this.space = h("div", { class: "space" }, this.bands);
    this.lanes = h("div", { class: "lanes", tabindex: 0, "aria-label": "Requests over time", id: this.id }, this.space);
    this.element = h("div", { class: "plot" }, this.axis, this.loopArea, this.lanes);
  }

  /**
   * @param {readonly Bar[]} all
   * @param {View} view
   * @param {number} now
   */
  draw(all, view, now) {
    const { bars, more } = inView(all, view, now);
    this.left = { more, crowded: this.lanesOf.place(bars, now) };
    const shown = bars.filter(({ seq }) => this.lanesOf.of.has(seq));
    this.#drop(new Set(shown.map(({ seq }) => seq)));
    const width = this.space.clientWidth;
    const part = (/** @type {number} */ at) => `${((at - view.to + view.span) / view.span) * 100}%`;
    for (const bar of shown) {
      const drawn = this.#drawnOf(bar);
      const end = endOf(bar, now);
      const lane = /** @type {number} */ (this.lanesOf.of.get(bar.seq));
      for (const element of [drawn.element, ...drawn.loops.values()]) {
        element.style.insetInlineStart = part(bar.started_at);
        element.style.inlineSize = `${((end - bar.started_at) / view.span) * 100}%`;
      }
      drawn.element.style.insetBlockStart = `${lane * LANE}px`;
      // A name whose bar begins before the left edge stands at the edge.
      const hidden = Math.max(0, ((view.to - view.span - bar.started_at) / view.span) * width);
      drawn.name.style.insetInlineStart = `${hidden}px`;
      if (bar.open) this.#fill(drawn, (end - bar.started_at) * 1000);
    }
    this.#names(shown, view, width);
    const lanes = Math.max(0, ...shown.map(({ seq }) => (this.lanesOf.of.get(seq) ?? 0) + 1));
    this.space.style.blockSize = `${Math.min(LANES, lanes) * LANE}px`;
    this.#bands(shown, part, view);
    this.#axis(view, part, width);
    if (shown.length === 0) this.lanes.setAttribute("role", "group");
    else this.lanes.setAttribute("role", "listbox");
    if (this.active !== null && !this.drawn.has(this.active)) this.activate(null);
    return shown;
  }

  /** @param {number | null} seq */
  activate(seq) {
    if (this.active !== null) this.drawn.get(this.active)?.element.setAttribute("aria-selected", "false");
    this.active = seq;
    const drawn = seq === null ? undefined : this.drawn.get(seq);
    if (drawn === undefined) {
      this.lanes.removeAttribute("aria-activedescendant");
      return;
    }
    drawn.element.setAttribute("aria-selected", "true");
    this.lanes.setAttribute("aria-activedescendant", drawn.element.id);
    const top = Number.parseFloat(drawn.element.style.insetBlockStart);
    // Its lane only: the page must not move while time runs.
    if (top < this.lanes.scrollTop) this.lanes.scrollTop = top;
    else if (top + LANE > this.lanes.scrollTop + this.lanes.clientHeight) this.lanes.scrollTop = top + LANE - this.lanes.clientHeight;
  }

  /** @param {ReadonlySet<number>} wanted */
  #drop(wanted) {
    for (const [seq, { element, loops }] of this.drawn) {
      if (wanted.has(seq)) continue;
      element.remove();
      for (const runs of loops.values()) runs.remove();
      this.drawn.delete(seq);
    }
  }

  /** @param {Bar} bar */
  #drawnOf(bar) {
    let drawn = this.drawn.get(bar.seq);
    if (drawn?.bar === bar) return drawn;
    if (drawn === undefined) {
      const name = h("span", { class: "name", "aria-hidden": "true" });
      const stretches = h("span", { class: "stretches" });
      const element = h("div", { class: "bar", role: "option", id: `${this.id}-${bar.seq}`, "aria-selected": String(bar.seq === this.active) }, name, stretches);
      element.dataset.seq = String(bar.seq);
      drawn = { bar, element, name, stretches, loops: new Map() };
      this.drawn.set(bar.seq, drawn);
      this.space.append(element);
    }
    drawn.bar = bar;
    drawn.name.textContent = nameOf(bar);
    drawn.element.toggleAttribute("data-failed", bar.failed);
    drawn.element.toggleAttribute("data-open", bar.open);
    drawn.element.setAttribute("aria-label", wordsOf(bar, bar.end_ms / 1000));
    this.#fill(drawn, bar.end_ms);
    return drawn;
  }

  /**
   * Lay what a bar did along it.
   *
   * @param {Drawn} drawn
   * @param {number} whole Milliseconds.
   */
  #fill({ bar, stretches, loops }, whole) {
    // What still ran when the bar was sent runs on.
    const endOfStretch = (/** @type {number} */ to) => (bar.open && to >= bar.end_ms ? whole : to);
    const box = (/** @type {string} */ kind, /** @type {number} */ from, /** @type {number} */ to) => {
      const element = h("span", { class: "stretch" });
      element.dataset.kind = kind;
      element.style.insetInlineStart = `${(from / whole) * 100}%`;
      element.style.inlineSize = `${(Math.max(0, to - from) / whole) * 100}%`;
      return element;
    };
    const known = bar.stretches.some(([kind]) => kind === "unknown") ? [] : [box("awaiting", 0, whole)];
    const boxes = bar.stretches.map(([kind, from, to]) => box(kind, from, endOfStretch(to)));
    const blocks = bar.blocks.map(({ start_ms, end_ms }) => box("blocking", start_ms, endOfStretch(end_ms)));
    const ticks = bar.ticks.map(([at, direction]) => {
      const tick = h("span", { class: "tick" });
      tick.dataset.direction = direction;
      tick.style.insetInlineStart = `${(at / whole) * 100}%`;
      return tick;
    });
    stretches.replaceChildren(...known, ...boxes, ...blocks, ...ticks);
    for (const loop of new Set([...bar.stretches.map(([, , , name]) => name), ...bar.blocks.map((block) => block.loop)])) {
      if (loop === "") continue;
      let runs = loops.get(loop);
      if (runs === undefined) {
        runs = h("span", { class: "runs" });
        loops.set(loop, runs);
        this.#loop(loop).append(runs);
      }
      runs.replaceChildren(
        ...bar.stretches.filter(([, , , name]) => name === loop).map(([kind, from, to]) => box(kind, from, endOfStretch(to))),
        ...bar.blocks.filter((block) => block.loop === loop).map(({ start_ms, end_ms }) => box("blocking", start_ms, endOfStretch(end_ms))),
      );
    }
  }

  /** @param {string} loop */
  #loop(loop) {
    let strip = this.loops.get(loop);
    if (strip === undefined) {
      strip = h("div", { class: "strip", role: "img", "aria-label": `The ${loop}'s loop: who ran on it; what held it is listed below` });
      this.loops.set(loop, strip);
      this.loopArea.append(h("div", { class: "loop" }, h("span", { class: "loop-name" }, `the ${loop}'s loop`), strip));
    }
    return strip;
  }

  /**
   * A name goes as far as the next bar in its lane.
   *
   * @param {readonly Bar[]} shown
   * @param {View} view
   * @param {number} width
   */
  #names(shown, view, width) {
    /** @type {Map<number, Bar[]>} */
    const lanes = new Map();
    for (const bar of shown) {
      const lane = this.lanesOf.of.get(bar.seq) ?? 0;
      lanes.set(lane, [...(lanes.get(lane) ?? []), bar]);
    }
    for (const lane of lanes.values()) {
      lane.sort((a, b) => a.started_at - b.started_at);
      lane.forEach((bar, index) => {
        const until = lane[index + 1]?.started_at ?? view.to;
        const from = Math.max(bar.started_at, view.to - view.span);
        const room = ((until - from) / view.span) * width - 4;
        const name = /** @type {Drawn} */ (this.drawn.get(bar.seq)).name;
        name.hidden = room < 24;
        name.style.maxInlineSize = `${Math.max(0, room)}px`;
      });
    }
  }

  /**
   * The time in which a loop was held lies behind all lanes: whoever is in it had to wait.
   *
   * @param {readonly Bar[]} shown
   * @param {(at: number) => string} part
   * @param {View} view
   */
  #bands(shown, part, view) {
    const blocks = shown.flatMap((bar) => bar.blocks.map((block) => ({ from: bar.started_at + block.start_ms / 1000, ms: block.end_ms - block.start_ms })));
    while (this.bands.childElementCount > blocks.length) this.bands.lastElementChild?.remove();
    while (this.bands.childElementCount < blocks.length) this.bands.append(h("span", { class: "band" }));
    blocks.forEach(({ from, ms }, index) => {
      const band = /** @type {HTMLElement} */ (this.bands.children[index]);
      band.style.insetInlineStart = part(from);
      band.style.inlineSize = `${(ms / 1000 / view.span) * 100}%`;
    });
  }

  /**
   * @param {View} view
   * @param {(at: number) => string} part
   * @param {number} width
   */
  #axis(view, part, width) {
    const { step, times } = axisTicks(view, Math.max(2, Math.floor(width / TICK_WIDTH)));
    while (this.axis.childElementCount > times.length) this.axis.lastElementChild?.remove();
    while (this.axis.childElementCount < times.length) this.axis.append(h("span", { class: "time" }));
    times.forEach((at, index) => {
      const label = /** @type {HTMLElement} */ (this.axis.children[index]);
      label.textContent = axisText(at, step);
      label.style.insetInlineStart = part(at);
    });
  }
}
