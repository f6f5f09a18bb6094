/** Mouse and keyboard over the plot. Whatever the mouse does, a key does too. */

/** Pixels that the pointer may tremble while it clicks. */
const STILL = 4;
const PAN = 0.2;
const ZOOM = 0.7;

/**
 * @param {import("./plot.js").Plot} plot
 * @param {object} does
 * @param {(part: number) => void} does.pan
 * @param {(factor: number, at?: number) => void} does.zoom
 * @param {() => void} does.all
 * @param {() => void} does.live
 * @param {() => void} does.pause
 * @param {(seq: number | null) => void} does.point
 * @param {(seq: number) => void} does.choose
 * @param {() => readonly import("./time.js").Bar[]} does.shown
 * @param {AbortSignal} signal
 */
export function listenToHand(plot, does, signal) {
  const { lanes } = plot;

  /** @param {Event} event */
  function seqUnder(event) {
    const bar = event.target instanceof Element ? event.target.closest(".bar") : null;
    return bar instanceof HTMLElement ? Number(bar.dataset.seq) : null;
  }

  /**
   * The next bar in time, or in the next lane.
   *
   * @param {"before" | "after" | "above" | "below"} where
   */
  function step(where) {
    const shown = does.shown();
    const active = shown.find(({ seq }) => seq === plot.active);
    if (active === undefined) return does.point(shown.at(-1)?.seq ?? null);
    const laneOf = (/** @type {{ seq: number }} */ { seq }) => plot.lanesOf.of.get(seq) ?? 0;
    if (where === "before" || where === "after") {
      const ordered = [...shown].sort((a, b) => a.started_at - b.started_at || a.seq - b.seq);
      const next = ordered[ordered.indexOf(active) + (where === "after" ? 1 : -1)];
      if (next !== undefined) does.point(next.seq);
      return;
    }
    const sign = where === "below" ? 1 : -1;
    const beyond = shown.filter((bar) => (laneOf(bar) - laneOf(active)) * sign > 0);
    const lane = Math.min(...beyond.map((bar) => Math.abs(laneOf(bar) - laneOf(active))));
    const near = beyond.filter((bar) => Math.abs(laneOf(bar) - laneOf(active)) === lane);
    const away = (/** @type {{ started_at: number }} */ bar) => Math.abs(bar.started_at - active.started_at);
    near.sort((a, b) => away(a) - away(b));
    if (near.length > 0) does.point(near[0].seq);
  }

  /** @type {Record<string, (event: KeyboardEvent) => void>} */
  const keys = {
    ArrowLeft: (event) => (event.shiftKey ? does.pan(-PAN) : step("before")),
    ArrowRight: (event) => (event.shiftKey ? does.pan(PAN) : step("after")),
    ArrowUp: () => step("above"),
    ArrowDown: () => step("below"),
    PageUp: () => does.pan(-1),
    PageDown: () => does.pan(1),
    "+": () => does.zoom(ZOOM),
    "=": () => does.zoom(ZOOM),
    "-": () => does.zoom(1 / ZOOM),
    0: () => does.all(),
    End: () => does.live(),
    " ": () => does.pause(),
    Escape: () => does.point(null),
    Enter: () => plot.active !== null && does.choose(plot.active),
  };
  lanes.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key](event);
  }, { signal });

  lanes.addEventListener("pointerover", (event) => {
    const seq = seqUnder(event);
    if (seq !== null && seq !== plot.active) does.point(seq);
  }, { signal });

  /** @type {{ x: number, moved: boolean } | null} */
  let pressed = null;
  lanes.addEventListener("pointerdown", (event) => {
    if (event.button === 0) pressed = { x: event.clientX, moved: false };
  }, { signal });
  lanes.addEventListener("pointermove", (event) => {
    if (pressed === null || (event.buttons & 1) === 0) return;
    const by = event.clientX - pressed.x;
    if (!pressed.moved && Math.abs(by) <= STILL) return;
    // From here on it is a drag, also outside of the plot.
    if (!pressed.moved) lanes.setPointerCapture(event.pointerId);
    pressed = { x: event.clientX, moved: true };
    does.pan(-by / plot.space.clientWidth);
  }, { signal });
  lanes.addEventListener("pointerup", (event) => {
    const seq = seqUnder(event);
    if (pressed !== null && !pressed.moved && seq !== null) does.choose(seq);
    pressed = null;
  }, { signal });
  lanes.addEventListener("pointercancel", () => (pressed = null), { signal });

  // A plain wheel scrolls the notebook, as it does everywhere.
  plot.element.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const box = plot.space.getBoundingClientRect();
      does.zoom(event.deltaY > 0 ? 1 / ZOOM : ZOOM, Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      does.pan(event.deltaX / plot.space.clientWidth);
    }
  }, { signal, passive: false });
}
