/** What the page knows about itself: the connection, the counts, and a quiet word for screen readers. */
import { h } from "./dom.js";
import { count, duration, size } from "./format.js";
import { Rate, latency } from "./stats.js";

/** What was said about one step is of no use for the next ones. */
const SAID_MS = 20_000;
/** A screen reader is told at most this often. */
const ANNOUNCE_MS = 2000;
/** Percentiles and sums over all rows are worth a look twice a second. */
const STATS_MS = 500;

/** @type {Record<import("./client.js").Link, [glyph: string, text: string]>} */
export const LINKS = {
  asleep: ["○", "not connected"],
  connecting: ["◌", "connecting…"],
  waiting: ["◌", "waiting for the kernel"],
  live: ["●", "live"],
  stopped: ["✕", "stopped"],
  gone: ["✕", "kernel restarted"],
  ended: ["✕", "no kernel"],
};

/**
 * What to do about a link that is not live.
 *
 * @param {import("./client.js").Client} client
 */
export function advice(client) {
  if (client.link === "stopped") return client.reason;
  if (client.link === "gone") return "The kernel was restarted: run the cell again.";
  if (client.link === "ended") return "The kernel has ended: what is here stays to be read. Start one, and run the cell again.";
  if (client.link !== "waiting") return "";
  const { queued, kernelStatus } = client.channel;
  if (kernelStatus === "busy") return `kernel busy: ${count(queued)} queued`;
  if (kernelStatus === "idle") return "Not answering: a handler blocks the server, or the kernel was restarted; then run the cell again.";
  return "Not answering: a cell runs, or the kernel is gone.";
}

/**
 * @param {import("./client.js").Client} client
 * @param {AbortSignal} signal
 */
export function footer(client, signal) {
  const light = h("span", { class: "light" });
  const counts = h("span", { class: "counts" });
  const problem = h("span", { class: "problem", role: "alert" });
  const status = h("span", { class: "for-readers", role: "status" });
  const element = h("div", { class: "footer" }, counts, problem, status);
  const rate = new Rate();
  const told = { yet: false, seq: -1, timer: 0 };
  /** @type {{ at: number, masked: number, latency: { p50: number, p95: number } | null }} */
  const sums = { at: -Infinity, masked: 0, latency: null };
  let said = "";
  let fading = 0;
  signal.addEventListener("abort", () => {
    window.clearTimeout(told.timer);
    window.clearTimeout(fading);
  });

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

  function sum() {
    const now = performance.now();
    if (now < sums.at + STATS_MS) return;
    sums.at = now;
    sums.masked = client.rows.list.reduce((total, row) => total + row.masked, 0);
    sums.latency = latency(client.rows.list, client.wereHeld);
  }

  return {
    element,
    light,
    /** @param {string} text */
    say(text) {
      said = text;
      problem.textContent = problem.title = text;
      window.clearTimeout(fading);
      if (text !== "") fading = window.setTimeout(() => this.say(""), SAID_MS);
    },
    /** @param {boolean} paused */
    draw(paused) {
      const [glyph, text] = paused && client.link === "live" ? ["‖", "paused"] : LINKS[client.link];
      light.textContent = `${glyph} ${text}`;
      light.dataset.link = client.link;
      const trouble = advice(client) || said;
      if (problem.textContent !== trouble) problem.textContent = trouble;
      if (client.link === "live") rate.add(performance.now() / 1000, client.counts.last_seq);
      sum();
      const { kept, dropped, bytes } = client.counts;
      const filtered = client.where !== "";
      const parts = [
        filtered ? `${count(client.matching)} of ${count(kept)}${client.whole ? "" : " so far"}` : `${count(kept)} kept`,
        size(bytes),
        `${count(dropped)} dropped`,
        `${count(sums.masked)} masked`,
      ];
      if (client.behind > 0) parts.push(`${count(client.behind)} to come`);
      if (client.lost > 0) parts.push(`${count(client.lost)} missed`);
      if (rate.perSecond >= 0.05) parts.push(`${rate.perSecond < 10 ? rate.perSecond.toFixed(1) : count(Math.round(rate.perSecond))}/s`);
      if (sums.latency !== null) parts.push(`p50 ${duration(sums.latency.p50)}, p95 ${duration(sums.latency.p95)}`);
      parts.push(client.channel.rung);
      const busy = client.link === "live" ? client.channel.queued : 0;
      if (busy > 0) parts.push(`kernel busy: ${count(busy)} queued`);
      counts.textContent = parts.join(" · ");
      counts.title = counts.textContent;
      if (told.timer === 0) told.timer = window.setTimeout(announce, ANNOUNCE_MS);
    },
  };
}
