/** The list of who held the loop: for how long, at which line, who waited, and what to write instead. */
import { h } from "../dom.js";
import { count, duration } from "../format.js";
import { nameOf } from "./words.js";

/** @typedef {import("./blame.js").Blame} Blame */

/** The last ones; what is more is counted. */
const SHOWN = 8;

/**
 * @param {(blame: Blame) => void} onOpen
 * @param {AbortSignal} signal
 */
export function blameList(onOpen, signal) {
  const title = h("h3", {}, "Who held the loop");
  const rows = h("ol", { class: "blames" });
  const more = h("p", { class: "note" });
  const element = h("section", { class: "blame", "aria-label": "Who held the loop", hidden: true }, title, rows, more);
  let drawn = "";

  /** @param {Blame} blame */
  function wordsOf({ bar, block, from, to }) {
    return `${bar.seq}  ${nameOf(bar)} held the ${block.loop}'s loop for ${duration((to - from) * 1000)}`;
  }

  /** @param {Blame} blame */
  function row(blame) {
    const { block, waiters } = blame;
    const open = h("button", { type: "button", class: "culprit", title: "Show it in the picture" }, wordsOf(blame));
    open.addEventListener("click", () => onOpen(blame), { signal });
    const waited = waiters.length === 0 ? "nobody had to wait" : `kept waiting: ${waiters.slice(0, 12).join(", ")}${waiters.length > 12 ? ` and ${count(waiters.length - 12)} more` : ""}`;
    const where = block.place === "" ? null : h("p", { class: "where" }, `${block.place}: `, h("code", {}, block.text));
    return h("li", {}, open, h("span", { class: "waited" }, waited), where, h("p", { class: "remedy" }, block.remedy));
  }

  return {
    element,
    wordsOf,
    /**
     * @param {readonly Blame[]} all
     * @param {{ from: number, to: number }} view Seconds; what lies in it is listed.
     */
    draw(all, view) {
      const inside = all.filter(({ from, to }) => to >= view.from && from <= view.to);
      const shown = inside.slice(-SHOWN).reverse();
      const key = JSON.stringify(shown.map(({ bar, from, to, waiters }) => [bar.seq, from, to, waiters])) + inside.length;
      if (key === drawn) return;
      drawn = key;
      element.hidden = shown.length === 0;
      // The keyboard stays where it was, on the same culprit.
      const root = /** @type {ShadowRoot} */ (element.getRootNode());
      const focused = root.activeElement instanceof HTMLElement && rows.contains(root.activeElement) ? root.activeElement.textContent : null;
      rows.replaceChildren(...shown.map(row));
      if (focused !== null) [...rows.querySelectorAll("button")].find(({ textContent }) => textContent === focused)?.focus();
      more.textContent = inside.length > SHOWN ? `and ${count(inside.length - SHOWN)} times before` : "";
    },
  };
}
