/** One view of the kitchen: toolbar, plot, what is under the pointer, legend, who held the loop. */
import { Client } from "../client.js";
import { h, keepKeys, oncePerFrame } from "../dom.js";
import { LINKS, advice } from "../footer.js";
import { count } from "../format.js";
import { blames } from "./blame.js";
import { blameList } from "./blamelist.js";
import { listenToHand } from "./hand.js";
import css from "./kitchen.css";
import tokens from "../tokens.css";
import { Plot } from "./plot.js";
import { savePicture } from "./save.js";
import { LANES, endOf, fitting, zoomed } from "./time.js";
import { KINDS, wordsOf } from "./words.js";

/** @typedef {import("./time.js").Bar} Bar */

/** Between two drawings while time runs; without motion, a picture each second. */
const FRAME_MS = 40;
const STILL_MS = 1000;
/** Seconds that "last" offers. */
const SPANS = [2, 5, 10, 30, 60, 300];
/** A screen reader is told at most this often. */
const ANNOUNCE_MS = 2000;

/**
 * @param {HTMLElement} host
 * @param {import("../channel.js").Channel} channel
 * @param {AbortSignal} signal
 */
export function renderKitchen(host, channel, signal) {
  const client = new Client(channel);
  const isLive = channel.model.get("live") === true;
  const initial = Number(channel.model.get("seconds"));
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const now = () => Date.now() / 1000 - (Number.isFinite(client.skew) ? client.skew : 0);
  let view = { to: now(), span: initial };
  let running = isLive;
  let fitted = isLive;
  /** @type {object | null} The view that shows all there is, until it is moved. */
  let whole = null;
  let onScreen = true;
  let said = "";
  let drawnAt = -Infinity;
  /** @type {readonly Bar[]} */
  let shown = [];

  const light = h("span", { class: "light" });
  const pause = h("button", { type: "button", "aria-pressed": "false", title: "Time stands still, recording goes on (Space)" });
  const last = h("select", { "aria-label": "Time in view", title: "How much time is in view (+ and −)" });
  for (const seconds of new Set([...SPANS, initial].sort((a, b) => a - b))) last.append(h("option", { value: seconds }, `${isLive ? "last " : ""}${seconds < 60 ? `${seconds} s` : `${seconds / 60} min`}`));
  const other = h("option", { value: "other", hidden: true }, "zoomed");
  last.append(other);
  const closer = h("button", { type: "button", "aria-label": "Closer", title: "Closer (+, or Ctrl and the wheel)" }, "+");
  const further = h("button", { type: "button", "aria-label": "Further away", title: "Further away (−)" }, "−");
  const fit = h("button", { type: "button", title: "All that is kept (0)" }, "All");
  const svg = h("button", { type: "button", title: "Save the requests in view as a picture, secrets masked" }, "SVG");
  const png = h("button", { type: "button", title: "Save the requests in view as a picture, secrets masked" }, "PNG");
  const toolbar = h("div", { class: "toolbar", role: "group", "aria-label": "Time" }, light, pause, last, closer, further, fit, svg, png);
  const plot = new Plot();
  const about = h("p", { class: "about" });
  const legend = h("ul", { class: "legend", "aria-label": "Legend" });
  for (const [kind, words] of Object.entries(KINDS)) {
    const swatch = h("span", { class: "swatch stretch" });
    swatch.dataset.kind = kind;
    legend.append(h("li", {}, swatch, words));
  }
  const list = blameList(goTo, signal);
  const counts = h("p", { class: "counts" });
  const status = h("p", { class: "for-readers", role: "status" });
  const root = h(
    "div",
    { class: "kitchen", role: "group", "aria-label": "Requests of the server in this kernel, over time" },
    toolbar, plot.element, about, legend, list.element, counts, status,
  );
  const shadow = host.attachShadow({ mode: "open" });
  keepKeys(host, root, signal);
  const style = document.createElement("style");
  style.textContent = tokens + css;
  shadow.append(style, root);

  const bars = () => /** @type {readonly Bar[]} */ (/** @type {unknown} */ (client.rows.list));

  const draw = oncePerFrame(() => {
    if (!onScreen || document.hidden) return;
    drawnAt = performance.now();
    const at = now();
    if (running) view = { ...view, to: at };
    // Of a recording, all of it; of what is live, from where it begins.
    if (!fitted && client.rows.list.length > 0) {
      view = whole = fitting(bars(), at) ?? view;
      fitted = client.whole;
    }
    shown = plot.draw(bars(), view, at);
    list.draw(blames(bars()), { from: view.to - view.span, to: view.to });
    drawWords(at);
  }, signal);

  /** @param {number} at */
  function drawWords(at) {
    const [glyph, text] = client.link === "live" ? (isLive ? (running ? ["●", "live"] : ["‖", "paused"]) : ["■", "recorded"]) : LINKS[client.link];
    light.textContent = `${glyph} ${text}`;
    pause.textContent = running ? "Pause" : "Live";
    pause.hidden = !isLive;
    pause.setAttribute("aria-pressed", String(!running));
    const value = [...last.options].find((option) => Number(option.value) === view.span)?.value ?? "other";
    if (last.value !== value) last.value = value;
    other.textContent = view === whole ? "all" : "zoomed";
    const bar = plot.active === null ? undefined : plot.drawn.get(plot.active)?.bar;
    const trouble = advice(client) || said;
    about.textContent = trouble || (bar === undefined ? (shown.length === 0 ? NOTHING : HINT) : wordsOf(bar, endOf(bar, at) - bar.started_at));
    const parts = [`${count(shown.length)} in view`];
    if (plot.left.crowded > 0) parts.push(`${count(plot.left.crowded)} more at once than ${LANES} lanes can show`);
    if (plot.left.more > 0) parts.push(`${count(plot.left.more)} older ones in this time are not drawn`);
    parts.push(`${count(client.counts.kept)} kept`, `${count(client.counts.dropped)} dropped`);
    if (client.lost > 0) parts.push(`${count(client.lost)} missed`);
    if (!client.recording && isLive) parts.push("recording is off");
    counts.textContent = parts.join(" · ");
  }

  /** @param {boolean} wanted */
  function setRunning(wanted) {
    running = wanted && isLive;
    fitted = true;
    draw();
  }

  /** @param {number} factor @param {number} [at] */
  function zoom(factor, at) {
    // While time runs, the right edge is now.
    view = zoomed(view, factor, running ? 1 : (at ?? 0.5));
    fitted = true;
    draw();
  }

  /** @param {number} part Of the width; to the right is later. */
  function pan(part) {
    running = false;
    fitted = true;
    view = { ...view, to: view.to + part * view.span };
    draw();
  }

  function all() {
    running = false;
    view = whole = fitting(bars(), now()) ?? view;
    draw();
  }

  /** @param {number | null} seq */
  function point(seq) {
    plot.activate(seq);
    said = "";
    draw();
  }

  /** @param {number} seq */
  function choose(seq) {
    const bar = client.rows.get(seq);
    if (bar === undefined) return;
    point(seq);
    // An inspector of the same kernel, in the same page, takes it; two kernels have no id in common.
    const event = new CustomEvent("asgi-nb:choose", { detail: { seq, id: bar.id }, cancelable: true });
    if (document.dispatchEvent(event)) {
      said = `asgi_nb.traffic["${bar.id}"] is this request; open %asgi_inspect to have it selected there`;
      draw();
    }
  }

  /** @param {import("./blame.js").Blame} blame */
  function goTo(blame) {
    running = false;
    fitted = true;
    const took = blame.to - blame.from;
    // Twice as long as it took: who waited is seen with it.
    view = { to: blame.to + took / 2, span: Math.max(view.span, 0.02) > took * 4 ? took * 2 : view.span };
    if (view.to - view.span > blame.from) view = { to: blame.to + took / 2, span: took * 2 };
    draw();
    requestAnimationFrame(() => choose(blame.bar.seq));
  }

  /** @param {"svg" | "png"} kind */
  function save(kind) {
    savePicture(client, shown.map(({ seq }) => seq), kind).then(
      () => (said = ""),
      (error) => (said = String(error.message)),
    ).finally(draw);
  }

  listenToHand(plot, { pan, zoom, all, point, choose, live: () => setRunning(true), pause: () => setRunning(!running), shown: () => shown }, signal);
  pause.addEventListener("click", () => setRunning(!running), { signal });
  last.addEventListener("change", () => {
    if (last.value !== "other") zoom(Number(last.value) / view.span, 1);
  }, { signal });
  closer.addEventListener("click", () => zoom(0.5), { signal });
  further.addEventListener("click", () => zoom(2), { signal });
  fit.addEventListener("click", all, { signal });
  svg.addEventListener("click", () => save("svg"), { signal });
  png.addEventListener("click", () => save("png"), { signal });

  let known = "";
  let announced = -Infinity;
  function announce() {
    const newest = blames(bars()).at(-1);
    if (newest === undefined || performance.now() < announced + ANNOUNCE_MS) return;
    const words = list.wordsOf(newest);
    if (known !== "" && words !== known) {
      announced = performance.now();
      status.textContent = words;
    }
    known = words;
  }

  const seen = new IntersectionObserver((entries) => {
    onScreen = entries.at(-1)?.isIntersecting ?? true;
    if (onScreen) draw();
  });
  seen.observe(root);
  const resized = new ResizeObserver(draw);
  resized.observe(root);
  const ticking = window.setInterval(() => {
    if (running && performance.now() >= drawnAt + (still.matches ? STILL_MS : 0)) draw();
  }, FRAME_MS);
  client.addEventListener("change", () => {
    announce();
    draw();
  }, { signal });
  signal.addEventListener("abort", () => {
    window.clearInterval(ticking);
    seen.disconnect();
    resized.disconnect();
    client.leave();
  });
  draw();
}

const HINT = "Point at a bar, or press the arrow keys, to read what it is. Enter selects it in the inspector.";
const NOTHING = "No requests in this time. Each one shows up here as it comes in.";
