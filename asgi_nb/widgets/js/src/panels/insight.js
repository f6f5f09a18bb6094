/**
 * What the kernel knows of the code behind an exchange, asked for by the panels that show it.
 * All text is masked; times are milliseconds from the start. asgi_nb/widgets/wire_timing.py makes it.
 */
import { h } from "../dom.js";

/**
 * @typedef {object} Span One layer of the onion, or the endpoint in its middle.
 * @property {string} title
 * @property {string} kind "middleware" or "endpoint".
 * @property {number} depth 0 for the outermost.
 * @property {number} start_ms
 * @property {number | null} end_ms
 * @property {number | null} self_ms Time of its own, without what lies inside.
 * @property {string[]} request What it changed on the way in, in words.
 * @property {string[]} response And on the way out.
 * @property {boolean} answered Whether it answered by itself.
 * @property {number} calls
 * @property {string | null} error
 */

/**
 * @typedef {object} Candidate
 * @property {string} route
 * @property {"full" | "partial" | "none"} verdict
 * @property {string} reason
 * @property {boolean} chosen
 * @property {string} cell
 */

/**
 * @typedef {object} SentEvent
 * @property {number} n
 * @property {number | null} ms
 * @property {string} event
 * @property {string} id
 * @property {string} data
 * @property {number | null} retry
 */

/**
 * @typedef {object} Insight
 * @property {{ name: string, ms: number, words: string }[]} stages
 * @property {Span[]} spans
 * @property {{ rows: [start: number, end: number | null, kind: string][], running_ms: number, waiting_ms: number, merged: number }} slices
 * @property {{ start_ms: number, ms: number, title: string, loop: string, cell: string | null, line: number | null, text: string, remedy: string }[]} blocked
 * @property {{ name: string, start_ms: number, end_ms: number | null, error: string | null }[]} background
 * @property {{ candidates: Candidate[], more: number, hints: string[] }} routing
 * @property {{ cell: string, function: string, line: number, state: string, source: string } | null} origin
 * @property {[ms: number, size: number][]} chunks
 * @property {number} more_chunks
 * @property {SentEvent[]} events
 * @property {number} more_events
 */

/**
 * Fill a panel with the kernel's answer, and again each time the exchange has changed.
 *
 * @param {HTMLElement} el
 * @param {import("./index.js").Context} context
 * @param {(insight: Insight) => void} draw Called when there is something new.
 * @returns {() => void} To be called when the exchange has changed.
 */
export function withInsight(el, { ask, signal }, draw) {
  let drawn = "";
  let asking = false;
  let again = false;

  async function fetch() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    do {
      again = false;
      try {
        const { value } = await ask("insight");
        if (signal.aborted) return;
        const text = JSON.stringify(value);
        if (text !== drawn) {
          drawn = text;
          draw(value);
        }
      } catch (error) {
        if (!signal.aborted) el.replaceChildren(h("p", { class: "note" }, String(/** @type {Error} */ (error).message)));
      }
    } while (again && !signal.aborted);
    asking = false;
  }

  el.replaceChildren(h("p", { class: "note" }, "Asking the kernel…"));
  void fetch();
  return () => void fetch();
}
