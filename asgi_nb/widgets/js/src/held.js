/**
 * The strip above the list: what is held, for how long yet, and what to do with it; and what will be held.
 *
 * Rule 1: the kernel decides. A line stays until the kernel says that it is held no longer, so all views agree.
 * Rule 2: a screen reader is told once of each thing that is held; the countdown is silent.
 */
import { h } from "./dom.js";
import { answerForm, editForm } from "./held_form.js";

/**
 * Something that is held. Source: asgi_nb/widgets/held.py.
 *
 * @typedef {object} Held
 * @property {number} n Its own number.
 * @property {number} seq The number of its exchange; 0 when it is not recorded.
 * @property {"request" | "response"} stage
 * @property {string} method
 * @property {string} target Path and query, secrets masked.
 * @property {number | null} status Of the answer that is held.
 * @property {number} left Seconds until it goes on by itself, when the kernel wrote this.
 * @property {boolean} asks Whether a person is to decide; else it is only delayed.
 * @property {number} [until] The same on this page's clock, in ms.
 */

/**
 * What waits for requests.
 *
 * @typedef {object} Hold
 * @property {number} hold Its own number.
 * @property {string} where The filter.
 * @property {"request" | "response"} at
 * @property {number | null} times How many more; null for all.
 * @property {boolean} asks
 * @property {number} passed How many went through because too many were held.
 * @property {string} does What it does without a question: "by 2 s", "with 503", "reset"; "" when it asks.
 */

/** The countdown steps in seconds; four looks each keep it even. */
const COUNT_MS = 250;
/** Seconds: whoever types has not forgotten it, and gets more time when so little is left. */
const NEARLY = 15;

/**
 * @param {import("./client.js").Client} client
 * @param {object} handlers
 * @param {(text: string) => void} handlers.say
 * @param {() => void} handlers.leave Gives the keyboard back to the list.
 * @param {AbortSignal} signal
 */
export function heldStrip(client, { say, leave }, signal) {
  const lines = h("ul", { class: "held-lines" });
  const rules = h("ul", { class: "held-lines" });
  const form = h("div", { class: "held-form", hidden: true });
  const alert = h("p", { class: "for-readers", role: "alert" });
  const strip = h("div", { class: "held", role: "group", "aria-label": "Held requests", hidden: true }, lines, rules);
  const element = h("div", { class: "held-place" }, alert, strip);
  /** @type {Map<number, { item: HTMLElement, left: HTMLElement, held: Held }>} */
  const shown = new Map();
  /** @type {{ n: number, life: AbortController } | null} */
  let open = null;
  let ruled = "";
  let extending = 0;
  const ticking = window.setInterval(count, COUNT_MS);
  signal.addEventListener("abort", () => {
    window.clearInterval(ticking);
    open?.life.abort();
  });

  const failed = (/** @type {Error} */ error) => say(String(error.message));

  /**
   * @param {string} what
   * @param {object} args
   */
  function ask(what, args) {
    return client.ask(what, args).then(({ value }) => {
      say("");
      return value;
    }, failed);
  }

  /** @param {Held} held */
  function line(held) {
    const left = h("span", { class: "held-left" });
    const item = h("li", { class: "held-line", "data-n": held.n },
      h("span", { class: "held-sign", "aria-hidden": "true" }, "❚❚"),
      h("span", { class: "held-what", title: title(held) }, title(held)),
      left,
      ...buttons(held),
    );
    return { item, left, held };
  }

  /** @param {Held} held */
  function buttons(held) {
    const what = held.stage === "request" ? "the app never sees it" : "the client never sees the app's answer";
    /** @type {[id: string, face: string, title: string][]} */
    const all = [
      ["go", "Go", "held.go()"],
      ["edit", "Edit", `held.${held.stage}.headers["x"] = …; held.go()`],
      ["answer", "Answer", `held.answer(("text", 409)): ${what}`],
      ["drop", "Drop", `held.answer(503): ${what}`],
      ["reset", "Reset", "held.reset(): the client has no answer at all, its connection is cut"],
      ["more", "+60 s", "held.extend(60)"],
    ];
    const offered = held.asks ? all : all.slice(0, 1);
    return offered.map(([id, face, text]) => h("button", { type: "button", "data-do": id, "aria-label": `${face}: ${title(held)}`, title: text }, face));
  }

  /** @param {Hold} rule */
  function ruleLine(rule) {
    const times = rule.times === null ? "all that match" : rule.times === 1 ? "the next" : `the next ${rule.times}`;
    const where = rule.where === "" ? "" : ` ${rule.where}`;
    const passed = rule.passed === 0 ? "" : `, ${rule.passed} passed: too many at once`;
    const verb = rule.asks ? "Holds" : rule.does === "reset" ? "Resets the connection of" : rule.does.startsWith("by") ? "Delays" : "Answers";
    const text = `${verb} ${times}${where}${rule.does === "" || rule.does === "reset" ? "" : ` ${rule.does}`}${rule.at === "response" ? ", at the answer" : ""}${passed}`;
    return h("li", { class: "held-line", "data-hold": rule.hold },
      h("span", { class: "held-sign", "aria-hidden": "true" }, "◎"),
      h("span", { class: "held-what", title: text }, text),
      ...instead(rule).map(([how, face, code]) => h("button", { type: "button", "data-do": how, "aria-label": `${face}: ${text}`, title: code }, face)),
      h("button", { type: "button", "data-do": "cancel", "aria-label": `Cancel: ${text}`, title: "hold.cancel()" }, "Cancel"),
    );
  }

  /**
   * What it could do in place of asking for the next one: faults, on purpose.
   *
   * @param {Hold} rule
   * @returns {[how: string, face: string, code: string][]}
   */
  function instead({ asks, times, where, at }) {
    if (!asks) return times === null ? [] : [["all", "All", `asgi_nb.hold(${JSON.stringify(where)}, times=None, …): until it is cancelled`]];
    const start = `asgi_nb.hold(${JSON.stringify(where)}, `;
    /** @type {[how: string, face: string, code: string][]} */
    const all = [["all", "All", `${start}times=None): until it is cancelled`], ["delay", "Delay 2 s", `${start}delay=2)`], ["fail", "Fail with 503", `${start}answer=503): ${at === "request" ? "the app never sees it" : "in place of the app's answer"}`], ["reset", "Reset the connection", `${start}reset=True): the client has no answer at all`]];
    return times === null ? all.slice(1) : all;
  }

  function draw() {
    const gone = client.isLost || client.link === "stopped";
    const held = gone ? [] : client.held;
    const keyboard = element.contains(/** @type {ShadowRoot} */ (element.getRootNode()).activeElement);
    const there = new Set(held.map(({ n }) => n));
    for (const [n, { item }] of shown) {
      if (there.has(n)) continue;
      item.remove();
      shown.delete(n);
      if (open?.n === n) close("What you were editing is held no longer: its time was over, or it was decided elsewhere.");
    }
    const fresh = [];
    for (const one of held) {
      const old = shown.get(one.n);
      if (old !== undefined) {
        old.held = one;
        continue;
      }
      const made = line(one);
      shown.set(one.n, made);
      lines.append(made.item);
      if (one.asks) fresh.push(one);
    }
    if (fresh.length > 0) alert.textContent = `${held.length} held: ${fresh.map(title).join(", ")}`;
    else if (held.length === 0) alert.textContent = "";
    drawRules(gone ? [] : client.holds);
    strip.hidden = shown.size === 0 && rules.childElementCount === 0;
    // Whatever had the keyboard may be gone: the next line has it, else the list.
    if (keyboard && !element.contains(/** @type {ShadowRoot} */ (element.getRootNode()).activeElement)) {
      if (!focus()) leave();
    }
    count();
  }

  /** @param {readonly Hold[]} holds */
  function drawRules(holds) {
    const now = JSON.stringify(holds);
    if (now === ruled) return;
    ruled = now;
    rules.replaceChildren(...holds.map(ruleLine));
  }

  function count() {
    for (const { left, held } of shown.values()) {
      const text = `${Math.max(0, Math.ceil(((held.until ?? 0) - performance.now()) / 1000))} s`;
      if (left.textContent !== text) left.textContent = text;
    }
  }

  /** @param {Event} event */
  function onClick(event) {
    const button = /** @type {Element} */ (event.target).closest("[data-do]");
    const item = button?.closest("li");
    if (!button || !item) return;
    const hold = item.getAttribute("data-hold");
    if (hold !== null) {
      const how = button.getAttribute("data-do");
      return void (how === "cancel" ? ask("hold_cancel", { hold: Number(hold) }) : ask("hold_instead", { hold: Number(hold), how }));
    }
    const one = shown.get(Number(item.getAttribute("data-n")));
    if (one === undefined) return;
    const { held } = one;
    const { n } = held;
    switch (button.getAttribute("data-do")) {
      case "go":
        if (open?.n === n) close("");
        return void ask("held_go", { n });
      case "drop":
        if (open?.n === n) close("");
        return void ask("held_answer", { n, status: 503, body: "" });
      case "reset":
        if (open?.n === n) close("");
        return void ask("held_reset", { n });
      case "more":
        return void ask("held_more", { n });
      case "edit":
        return openForm(n, editForm(held, context(n)));
      case "answer":
        return openForm(n, answerForm(held, context(n)));
    }
  }

  /** @param {number} n */
  function context(n) {
    return {
      ask: (/** @type {string} */ what, /** @type {object} */ args = {}) => client.ask(what, { n, ...args }).then(({ value }) => value),
      close: () => close(""),
    };
  }

  /**
   * @param {number} n
   * @param {HTMLElement} content
   */
  function openForm(n, content) {
    open?.life.abort();
    const life = new AbortController();
    open = { n, life };
    form.replaceChildren(content);
    form.hidden = false;
    shown.get(n)?.item.append(form);
    content.addEventListener("input", () => keepHeld(n), { signal: life.signal });
  }

  /** @param {number} n */
  function keepHeld(n) {
    const until = shown.get(n)?.held.until ?? 0;
    const now = performance.now();
    if (until - now > NEARLY * 1000 || now < extending) return;
    // Until the kernel has answered, which may be after a cell.
    extending = now + NEARLY * 1000;
    void ask("held_more", { n });
  }

  /** @param {string} reason */
  function close(reason) {
    if (open === null) return;
    const { n } = open;
    open.life.abort();
    open = null;
    const inside = form.contains(/** @type {ShadowRoot} */ (element.getRootNode()).activeElement);
    form.hidden = true;
    form.replaceChildren();
    if (inside && !focusLine(n) && !focus()) leave();
    if (reason !== "") say(reason);
  }

  /** @param {number} n */
  function focusLine(n) {
    const button = shown.get(n)?.item.querySelector("button");
    button?.focus();
    return Boolean(button);
  }

  /** @returns {boolean} Whether there was something to give the keyboard to. */
  function focus() {
    const first = strip.querySelector("button");
    first?.focus();
    return first !== null;
  }

  element.addEventListener("click", onClick, { signal });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    if (open === null) leave();
    else close("");
  }, { signal });
  return { element, draw, focus };
}

/** @param {Held} held */
function title(held) {
  const answer = held.status === null ? "" : ` → ${held.status}`;
  return `${held.method} ${held.target}${answer}`;
}

/**
 * The button beside the filter: the next request that the filter matches is held.
 *
 * @param {import("./client.js").Client} client
 * @param {(text: string) => void} say
 * @param {AbortSignal} signal
 */
export function holdButton(client, say, signal) {
  const button = h("button", { type: "button", title: "asgi_nb.hold(\"…\"): hold the next request that the filter matches, for 30 s at most", "aria-label": "Hold next" }, "Hold", h("span", { class: "word" }, " next"));
  button.addEventListener("click", () => {
    client.ask("hold", { where: client.where }).then(() => say(""), (/** @type {Error} */ error) => say(String(error.message)));
  }, { signal });
  return button;
}
