/**
 * One exchange, opened: a title, tabs, and the panel of the chosen tab. Source: ARIA Authoring Practices, tabs pattern.
 */
import { statusText, toneOf } from "./columns/status.js";
import { took } from "./columns/time.js";
import { h, uniqueId } from "./dom.js";
import { isEventStream } from "./panels/events.js";
import { PANELS } from "./panels/index.js";
import { showTips } from "./tips.js";

/** @typedef {import("./panels/index.js").Exchange} Exchange */
/** @typedef {import("./wire.js").Row} Row */

/** An exchange that goes on while it is looked at is asked for at most this often. */
const PACE_MS = 250;

/** What a reader wants first from each kind of exchange, while no tab was chosen by hand. @param {Exchange} exchange */
function firstTab(exchange) {
  if (exchange.error !== null) return "error";
  if (exchange.row.kind === "websocket") return "messages";
  return isEventStream(exchange) ? "events" : "response";
}

export class Detail {
  /**
   * @param {import("./client.js").Client} client
   * @param {() => void} onClose
   * @param {() => number} now Seconds, by the kernel's clock.
   * @param {AbortSignal} signal
   */
  constructor(client, onClose, now, signal) {
    this.client = client;
    this.now = now;
    /** @type {Row | null} What the title is about. */
    this.titled = null;
    /** @type {number | null} */
    this.seq = null;
    /** @type {Row | null} The row that the shown detail was asked for. */
    this.asked = null;
    this.asking = false;
    this.timer = 0;
    /** @type {string | null} */
    this.chosen = null;
    /** @type {string | null} */
    this.shown = null;
    /** @type {Exchange | null} */
    this.exchange = null;
    this.panelLife = new AbortController();
    /** @type {((exchange: Exchange) => void) | void} */
    this.panelUpdate = undefined;

    this.title = h("h2", { class: "title" });
    this.close = h("button", { type: "button", class: "icon", "aria-label": "Close details", title: "Close (Esc)" }, "✕");
    this.head = h("div", { class: "detail-head" }, this.title, this.close);
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Parts of the exchange" });
    this.panelId = uniqueId("panel");
    this.panel = h("div", { class: "panel", role: "tabpanel", id: this.panelId, tabindex: 0 });
    this.element = h(
      "section",
      { class: "detail", "aria-label": "Details" },
      this.head,
      this.tabs,
      this.panel,
    );
    this.close.addEventListener("click", onClose, { signal });
    this.tabs.addEventListener("click", (event) => this.#onTabClick(event), { signal });
    this.tabs.addEventListener("keydown", (event) => this.#onTabKey(event), { signal });
    signal.addEventListener("abort", () => {
      this.panelLife.abort();
      window.clearTimeout(this.timer);
    });
    showTips(this.element, signal);
    this.signal = signal;
  }

  /**
   * Show this exchange; called again whenever its row changes.
   *
   * @param {Row} row
   */
  show(row) {
    if (row.seq !== this.seq) {
      this.seq = row.seq;
      this.asked = null;
      window.clearTimeout(this.timer);
      this.timer = 0;
      this.#end();
      this.panel.replaceChildren(h("p", { class: "note" }, "Asking the kernel…"));
    }
    this.#head(row);
    if (row !== this.asked && !this.asking && this.timer === 0) void this.#ask(row);
  }

  /** The row is gone from the store, and with it everything else. */
  gone() {
    this.#say("This exchange was dropped from the store, or cleared.");
  }

  focus() {
    const tab = /** @type {HTMLElement | null} */ (this.tabs.querySelector("[aria-selected=true]"));
    (tab ?? this.panel).focus();
  }

  /** @param {Row} row */
  async #ask(row) {
    this.asking = true;
    this.asked = row;
    /** @type {Exchange | string} */
    let answer;
    try {
      answer = /** @type {Exchange} */ ((await this.client.ask("detail", { seq: row.seq })).value);
    } catch (error) {
      answer = String(/** @type {Error} */ (error).message);
    }
    this.asking = false;
    if (this.signal.aborted || this.seq === null) return;
    if (row.seq === this.seq) {
      if (typeof answer === "string") this.#say(answer);
      else this.#render(answer);
    }
    // The selection, or the exchange itself, may have moved on while the kernel was busy.
    const again = () => {
      this.timer = 0;
      const now = this.seq === null ? undefined : this.client.rows.get(this.seq);
      if (now !== undefined && now !== this.asked && !this.asking) void this.#ask(now);
    };
    if (row.seq === this.seq) this.timer = window.setTimeout(again, PACE_MS);
    else again();
  }

  #end() {
    this.panelLife.abort();
    this.panelUpdate = undefined;
    this.exchange = null;
    this.shown = null;
  }

  /** @param {string} text */
  #say(text) {
    this.#end();
    this.tabs.replaceChildren();
    this.panel.replaceChildren(h("p", { class: "note" }, text));
  }

  /** @param {Row} row */
  #head(row) {
    const { title } = this;
    this.titled = row;
    const text = `${row.method} ${row.path}`;
    title.replaceChildren(
      h("span", { class: "what", title: text }, text),
      h("span", { class: "outcome", "data-tone": toneOf(row) }, statusText(row)),
      h("span", { class: "took" }, took(row, this.now())),
    );
  }

  /** Time has gone by. */
  tick() {
    const place = this.title.querySelector(".took");
    if (this.titled === null || place === null) return;
    const text = took(this.titled, this.now());
    if (place.textContent !== text) place.textContent = text;
  }

  /** @param {Exchange} exchange */
  #render(exchange) {
    this.exchange = exchange;
    const panels = PANELS.filter((panel) => panel.applies(exchange));
    const wanted = this.chosen ?? firstTab(exchange);
    const panel = panels.find(({ id }) => id === wanted) ?? panels[0];
    this.#drawTabs(panels, panel.id);
    if (panel.id === this.shown && this.panelUpdate !== undefined) {
      this.panelUpdate(exchange);
      return;
    }
    const scrolled = panel.id === this.shown ? this.panel.scrollTop : 0;
    this.panelLife.abort();
    this.panelLife = new AbortController();
    this.shown = panel.id;
    this.panel.className = `panel ${panel.id}`;
    this.panel.setAttribute("aria-labelledby", `${this.panelId}-${panel.id}`);
    const { signal } = this.panelLife;
    const { seq } = exchange.row;
    this.panelUpdate = panel.render(this.panel, exchange, {
      signal,
      ask: (what, args) => this.client.ask(what, { seq, ...args }),
      client: this.client,
    });
    this.panel.scrollTop = scrolled;
  }

  /**
   * @param {readonly import("./panels/index.js").Panel[]} panels
   * @param {string} current
   */
  #drawTabs(panels, current) {
    const same = [...this.tabs.children].map((tab) => tab.getAttribute("data-panel")).join() === panels.map(({ id }) => id).join();
    if (!same) {
      this.tabs.replaceChildren(
        ...panels.map(({ id, title }) =>
          h(
            "button",
            { type: "button", role: "tab", class: "tab", id: `${this.panelId}-${id}`, "data-panel": id, "aria-controls": this.panelId },
            title,
          ),
        ),
      );
    }
    for (const tab of this.tabs.children) {
      const selected = tab.getAttribute("data-panel") === current;
      tab.setAttribute("aria-selected", String(selected));
      tab.setAttribute("tabindex", selected ? "0" : "-1");
    }
  }

  /** @param {string} id */
  #choose(id) {
    this.chosen = id;
    if (this.exchange !== null) this.#render(this.exchange);
  }

  /** @param {MouseEvent} event */
  #onTabClick(event) {
    const id = /** @type {Element} */ (event.target).closest("[data-panel]")?.getAttribute("data-panel");
    if (id) this.#choose(id);
  }

  /** @param {KeyboardEvent} event */
  #onTabKey(event) {
    const tabs = /** @type {HTMLElement[]} */ ([...this.tabs.children]);
    const here = tabs.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
    /** @type {Record<string, number>} */
    const moves = {
      ArrowRight: (here + 1) % tabs.length,
      ArrowLeft: (here - 1 + tabs.length) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    };
    if (!(event.key in moves) || here < 0) return;
    event.preventDefault();
    const tab = tabs[moves[event.key]];
    this.#choose(String(tab.getAttribute("data-panel")));
    tab.focus();
  }
}
