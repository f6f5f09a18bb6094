/** One view of the inspector: toolbar, list, details, footer. Filter, selection, scroll and tab are its own. */
import { selectionActions } from "./actions.js";
import actionsCss from "./actions/actions.css";
import { exchangeActions } from "./actions/index.js";
import { Client } from "./client.js";
import composeCss from "./compose/compose.css";
import { newRequest } from "./compose/index.js";
import { Detail } from "./detail.js";
import detailsCss from "./details.css";
import { h, keepKeys, oncePerFrame } from "./dom.js";
import { footer } from "./footer.js";
import { heldStrip } from "./held.js";
import { listenForKeys } from "./keys.js";
import { ExchangeList } from "./list.js";
import { lowerBound } from "./scroll.js";
import { seqOf } from "./rows.js";
import css from "./styles.css";
import tokens from "./tokens.css";
import { toolbar } from "./toolbar.js";

/** Pixels; a JupyterLab cell in a 1200 px window has 768. Below this, list and details take turns. */
const SIDE_BY_SIDE = 640;
/** Pixels; below this, a row takes two lines. */
const DOCK = 480;
/** What changes without a message, such as how long something waits, is drawn anew at this pace. */
const TICK_MS = 1000;
/** A row that takes longer is hidden by the filter. */
const ARRIVAL_MS = 1500;
/** The selection is told to the kernel when it has come to rest. */
const SELECT_MS = 200;

/**
 * @param {HTMLElement} host
 * @param {import("./channel.js").Channel} channel
 * @param {AbortSignal} signal
 */
export function renderInspector(host, channel, signal) {
  const client = new Client(channel);
  /** @type {number | null} */
  let selected = null;
  let paused = false;
  let onScreen = true;
  let selecting = 0;
  /** @type {number | null} What is to be opened when its row comes. */
  let wanted = null;
  let waiting = 0;

  /** @type {number | null} When the list was stopped, or nobody was there any more to tell what ends. */
  let stoppedAt = null;
  const stands = () => paused || client.isLost || client.link === "stopped";

  function now() {
    // Before the first message nothing is known about the kernel's clock.
    const time = Date.now() / 1000 - (Number.isFinite(client.skew) ? client.skew : 0);
    stoppedAt = stands() ? (stoppedAt ?? time) : null;
    return stoppedAt ?? time;
  }

  const list = new ExchangeList({ onSelect, onOpen, onChoose, onColumns: () => draw() }, now, signal);
  const { grid } = list;
  const detail = new Detail(client, closeDetail, now, signal);
  const foot = footer(client, signal);
  let wasClosed = true;
  const compose = newRequest(client, { select: openWhenHere, onOpen: makeRoom, onLeave: () => wasClosed && closeDetail() }, signal);
  const tools = toolbar(client, list, compose.button, { onPause: () => setPaused(!paused), say: foot.say }, foot.light, signal);
  const actions = selectionActions(client, list, foot.say, signal);
  const acts = exchangeActions(client, host, openWhenHere, signal);
  detail.head.insertBefore(acts.element, detail.close);
  detail.head.after(...acts.notes);
  detail.element.append(acts.sheet, compose.sheet);
  foot.element.append(actions.save, actions.element);
  const strip = heldStrip(client, { say: foot.say, leave: () => grid.focus() }, signal);
  const main = h("div", { class: "main" }, list.element, detail.element);
  const root = h(
    "div",
    { class: "inspector", role: "group", "aria-label": "Requests of the server in this kernel" },
    tools.element,
    tools.note,
    strip.element,
    main,
    foot.element,
  );
  root.style.height = `${channel.model.get("height")}px`;
  const shadow = host.attachShadow({ mode: "open" });
  keepKeys(host, root, signal);
  const style = document.createElement("style");
  style.textContent = tokens + css + detailsCss + actionsCss + composeCss;
  shadow.append(style, root);

  function draw() {
    // When it came to a stand is noted at once: a frame is a while away, and a hidden tab has none.
    now();
    drawSoon();
  }

  const drawSoon = oncePerFrame(() => {
    const visible = onScreen && !document.hidden;
    list.awake = visible && !stands();
    if (!visible) return;
    if (!paused) list.update(client.rows.list);
    grid.empty.textContent = client.where === "" ? EMPTY : "No request matches the filter.";
    actions.draw();
    openWanted();
    strip.draw();
    if (selected !== null && !main.hasAttribute("data-closed")) {
      const row = client.rows.get(selected);
      if (row !== undefined) show(row);
      // A filter may hide what is open: it is still there to be read.
      else if (client.where === "") detail.gone();
    }
    drawEdges();
  }, signal);

  function drawEdges() {
    if (!onScreen || document.hidden) return;
    detail.tick();
    tools.draw(paused, waitingRows());
    foot.draw(paused);
  }

  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onEscape();
  }, { signal });
  listenForKeys(root, {
    filter: tools.focusFilter,
    pin: actions.togglePin,
    mark: actions.openMark,
    note: actions.openNote,
    replay: () => act("replay"),
    edit: () => act("edit"),
    copy: () => act("copy"),
    compose: compose.open,
    remove: actions.removeSelected,
    pause: () => setPaused(!paused),
    held: strip.focus,
    help: tools.help,
  }, signal);
  const resized = new ResizeObserver(() => {
    root.dataset.layout = root.clientWidth >= SIDE_BY_SIDE ? "wide" : "narrow";
    grid.setCards(root.clientWidth < DOCK);
  });
  resized.observe(root);
  // A view that is scrolled away, or in a hidden tab, takes its rows in and draws them when it is seen again.
  const seen = new IntersectionObserver((entries) => {
    onScreen = entries.at(-1)?.isIntersecting ?? true;
    if (onScreen) draw();
  });
  seen.observe(root);
  const ticking = window.setInterval(drawEdges, TICK_MS);
  signal.addEventListener("abort", () => {
    resized.disconnect();
    seen.disconnect();
    window.clearInterval(ticking);
    window.clearTimeout(selecting);
    window.clearTimeout(waiting);
    client.leave();
  });
  client.addEventListener("change", draw, { signal });

  /** @param {import("./wire.js").Row} row */
  function onSelect(row) {
    selected = row.seq;
    if (root.dataset.layout === "wide" && !main.hasAttribute("data-closed")) show(row);
  }

  /** @param {import("./wire.js").Row} row */
  function show(row) {
    acts.draw(row);
    detail.show(row);
  }

  /** Do something with the selected request. @param {string} id */
  function act(id) {
    const row = selected === null ? undefined : client.rows.get(selected);
    if (row === undefined) return foot.say("Select a request first.");
    onOpen();
    show(row);
    acts.start(id);
  }

  /** Open an exchange that came of an action: its row is on its way. @param {number} seq */
  function openWhenHere(seq) {
    wanted = seq;
    draw();
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      if (wanted === seq) acts.say(client.where === "" ? `It is #${seq}.` : `It is #${seq}, which the filter hides.`);
    }, ARRIVAL_MS);
  }

  function openWanted() {
    const row = wanted === null ? undefined : client.rows.get(wanted);
    if (row === undefined) return;
    wanted = null;
    selected = row.seq;
    grid.select(row.seq);
    onOpen();
  }

  /** @param {ReadonlySet<number>} keys */
  function onChoose(keys) {
    draw();
    window.clearTimeout(selecting);
    // For `inspector.selected`; what is gone by then is nobody's loss.
    selecting = window.setTimeout(() => client.ask("select", { seqs: [...keys] }).catch(() => {}), SELECT_MS);
  }

  /** Give the place of the details to the form of a new request. */
  function makeRoom() {
    if (compose.sheet.hidden) wasClosed = main.hasAttribute("data-closed");
    acts.close();
    main.removeAttribute("data-closed");
    draw();
  }

  function onOpen() {
    compose.leave();
    main.removeAttribute("data-closed");
    draw();
    if (root.dataset.layout === "narrow") detail.close.focus();
  }

  function closeDetail() {
    main.setAttribute("data-closed", "");
    grid.focus();
    grid.draw();
  }

  function onEscape() {
    const inDetail = detail.element.contains(shadow.activeElement);
    if (inDetail && root.dataset.layout === "wide") grid.focus();
    else closeDetail();
  }

  /** @param {boolean} wanted */
  function setPaused(wanted) {
    paused = wanted;
    draw();
  }

  function waitingRows() {
    if (!paused) return 0;
    const shown = grid.rows.reduce((last, { seq }) => Math.max(last, seq), 0);
    return client.rows.list.length - lowerBound(client.rows.list, shown + 1, seqOf);
  }

  // What was chosen elsewhere in this page, as in the kitchen. By its id, too: two kernels count alike.
  document.addEventListener("asgi-nb:choose", (event) => {
    const { seq, id } = /** @type {CustomEvent<{ seq: number, id: string }>} */ (event).detail;
    if (client.rows.get(seq)?.id !== id) return;
    event.preventDefault();
    selected = seq;
    grid.select(seq);
    main.removeAttribute("data-closed");
    draw();
  }, { signal });

  main.setAttribute("data-closed", "");
  draw();
}

const EMPTY = "No requests yet. Each one shows up here as it comes in.";
