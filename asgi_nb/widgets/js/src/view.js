/** One view of the inspector: toolbar, list, details, footer. Selection, scroll and tab are its own; data is the client's. */
import { Detail } from "./detail.js";
import { h, oncePerFrame } from "./dom.js";
import { footer } from "./footer.js";
import { count } from "./format.js";
import { exchangeList } from "./list.js";
import { lowerBound } from "./scroll.js";
import { seqOf } from "./rows.js";
import css from "./styles.css";

/** Pixels; a JupyterLab cell in a 1200 px window has 768. Below this, list and details take turns. */
const SIDE_BY_SIDE = 640;

/**
 * @param {HTMLElement} host
 * @param {import("./client.js").Client} client
 * @param {AbortSignal} signal
 */
export function renderInspector(host, client, signal) {
  /** @type {number | null} */
  let selected = null;
  let paused = false;

  const list = exchangeList({ onSelect, onOpen }, signal);
  const detail = new Detail(client, closeDetail, signal);
  const pause = h("button", { type: "button", "aria-pressed": "false" });
  const clear = h("button", { type: "button", title: "asgi_nb.traffic.clear()" }, "Clear");
  const foot = footer(client, () => list.rows.length, signal);
  const main = h("div", { class: "main" }, list.element, detail.element);
  const root = h(
    "div",
    { class: "inspector", role: "group", "aria-label": "Requests of the server in this kernel" },
    h("div", { class: "toolbar", role: "group", "aria-label": "List" }, foot.light, pause, clear, foot.rate),
    main,
    foot.element,
  );
  root.style.height = `${client.model.get("height")}px`;
  const shadow = host.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = css;
  shadow.append(style, root);

  // The notebook listens for single letters: without this, "b" would insert a cell below and "dd" delete one.
  for (const type of ["keydown", "keyup", "keypress"]) {
    root.addEventListener(type, (event) => event.stopPropagation(), { signal });
  }
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onEscape();
  }, { signal });
  pause.addEventListener("click", () => setPaused(!paused), { signal });
  clear.addEventListener("click", () => void client.ask("clear").catch((error) => foot.say(String(error.message))), { signal });
  const resized = new ResizeObserver(() => {
    root.dataset.layout = root.clientWidth >= SIDE_BY_SIDE ? "wide" : "narrow";
  });
  resized.observe(root);
  signal.addEventListener("abort", () => resized.disconnect());

  const draw = oncePerFrame(() => {
    if (!paused) list.update(client.rows.list);
    drawPause();
    if (selected !== null && !main.hasAttribute("data-closed")) {
      const row = client.rows.get(selected);
      if (row !== undefined) detail.show(row);
      else detail.gone();
    }
    foot.draw(paused);
  }, signal);
  client.addEventListener("change", draw, { signal });

  /** @param {import("./wire.js").Row} row */
  function onSelect(row) {
    selected = row.seq;
    if (root.dataset.layout === "wide" && !main.hasAttribute("data-closed")) detail.show(row);
  }

  function onOpen() {
    main.removeAttribute("data-closed");
    draw();
    if (root.dataset.layout === "narrow") detail.close.focus();
  }

  function closeDetail() {
    main.setAttribute("data-closed", "");
    list.focus();
    list.draw();
  }

  function onEscape() {
    const inDetail = detail.element.contains(shadow.activeElement);
    if (inDetail && root.dataset.layout === "wide") list.focus();
    else closeDetail();
  }

  /** @param {boolean} wanted */
  function setPaused(wanted) {
    paused = wanted;
    draw();
  }

  function drawPause() {
    const shown = list.rows.at(-1)?.seq ?? 0;
    const waiting = paused ? client.rows.list.length - lowerBound(client.rows.list, shown + 1, seqOf) : 0;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? `Resume${waiting > 0 ? ` (${count(waiting)} new)` : ""}` : "Pause";
    pause.title = "Stops the list, not the recording";
  }

  main.setAttribute("data-closed", "");
  draw();
  client.attach(signal);
}
