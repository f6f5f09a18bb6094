/** What the page knows about itself: the connection, the counts, and a quiet word for screen readers. */
import { h } from "./dom.js";
import { count, size } from "./format.js";
import { LIVE } from "./wire.js";

/** A screen reader is told at most this often. */
const ANNOUNCE_MS = 2000;

/** @type {Record<import("./client.js").Link, [glyph: string, text: string]>} */
const LINKS = {
  asleep: ["○", "not connected"],
  connecting: ["◌", "connecting…"],
  waiting: ["◌", "waiting for the kernel: a cell runs, or the kernel is gone"],
  live: ["●", "live"],
  stopped: ["✕", "stopped"],
};

/**
 * @param {import("./client.js").Client} client
 * @param {() => number} shownRows
 * @param {AbortSignal} signal
 */
export function footer(client, shownRows, signal) {
  const light = h("span", { class: "light" });
  const rate = h("span", { class: "rate" });
  const counts = h("span", { class: "counts" });
  const problem = h("span", { class: "problem", role: "alert" });
  const status = h("span", { class: "for-readers", role: "status" });
  const element = h("div", { class: "footer" }, counts, problem, status);
  const told = { yet: false, seq: -1, timer: 0 };
  signal.addEventListener("abort", () => window.clearTimeout(told.timer));

  function announce() {
    told.timer = 0;
    const last = client.rows.list.at(-1)?.seq ?? -1;
    if (told.yet && last > told.seq) {
      const fresh = client.rows.list.filter(({ seq }) => seq > told.seq);
      const failed = fresh.filter(({ state }) => state === "error").length;
      status.textContent = `${fresh.length} new${failed > 0 ? `, ${failed} with errors` : ""}`;
    }
    told.seq = last;
    told.yet = client.link === "live";
  }

  return {
    element,
    light,
    rate,
    /** @param {string} text */
    say(text) {
      problem.textContent = text;
    },
    /** @param {boolean} paused */
    draw(paused) {
      const [glyph, text] = paused && client.link === "live" ? ["❚❚", "paused"] : LINKS[client.link];
      light.textContent = `${glyph} ${text}`;
      light.dataset.link = client.link;
      if (client.link === "stopped") problem.textContent = client.reason;
      const masked = client.rows.list.reduce((sum, row) => sum + row.masked, 0);
      const parts = [
        `${count(shownRows())} shown`,
        `${count(client.counts.kept)} kept (${size(client.counts.bytes)})`,
        `${count(client.counts.dropped)} dropped`,
        `${count(masked)} masked`,
      ];
      if (client.lost > 0) parts.push(`${count(client.lost)} missed`);
      counts.textContent = parts.join(" · ");
      const open = client.rows.list.filter(({ state }) => LIVE.has(state)).length;
      rate.textContent = open > 0 ? `${count(open)} open` : "";
      if (told.timer === 0) told.timer = window.setTimeout(announce, ANNOUNCE_MS);
    },
  };
}
