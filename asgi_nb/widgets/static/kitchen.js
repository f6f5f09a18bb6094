// Made by `npm run bundle` from asgi_nb/widgets/js; change it there.

// src/channel.js
var Refusal = class extends Error {
  /** @param {Message} message */
  constructor(message) {
    super(String(message.value));
    this.position = message.position ?? null;
    this.end = message.end ?? null;
  }
};
var POLL_MS = 500;
var POLL_SOON_MS = 100;
var POLL_PATIENCE_MS = 1e4;
var QUEUED_MS = 1e3;
var Channel = class {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    this.page = randomId();
    this.clients = /* @__PURE__ */ new Map();
    this.questions = /* @__PURE__ */ new Map();
    this.lastQuestion = 0;
    this.lastClient = 0;
    this.rung = "push";
    this.timer = 0;
    this.onMessage = this.onMessage.bind(this);
    this.onCommLost = this.onCommLost.bind(this);
    model.on("msg:custom", this.onMessage);
    model.on("comm_live_update", this.onCommLost);
  }
  /** @param {import("./client.js").Client} client @returns {string} Its id. */
  enter(client) {
    this.lastClient += 1;
    const id = `${this.page}/${this.lastClient}`;
    this.clients.set(id, client);
    return id;
  }
  /** @param {string} id */
  leave(id) {
    this.clients.delete(id);
    if (this.clients.size === 0) window.clearTimeout(this.timer);
  }
  /**
   * @param {object} message
   * @returns {boolean} Whether there is a comm that takes it.
   */
  send(message) {
    try {
      this.model.send(message);
      return true;
    } catch {
      this.#end();
      return false;
    }
  }
  #end() {
    window.clearTimeout(this.timer);
    const questions = [...this.questions.values()];
    this.questions.clear();
    for (const { reject } of questions) reject(new Error("There is no kernel to ask."));
    for (const client of this.clients.values()) client.lose("ended");
  }
  /**
   * Ask the kernel. The promise may stay open for as long as a cell runs.
   *
   * @param {string} v Who asks.
   * @param {object} question
   * @returns {Promise<Answer>}
   */
  ask(v, question) {
    this.lastQuestion += 1;
    const id = this.lastQuestion;
    return new Promise((resolve, reject) => {
      this.questions.set(id, { resolve, reject, at: performance.now() });
      if (this.send({ kind: "ask", v, id, ...question }) && this.rung === "poll") this.#pollIn(POLL_SOON_MS);
    });
  }
  /** How many questions wait for a kernel that does not answer. */
  get queued() {
    const before = performance.now() - QUEUED_MS;
    return [...this.questions.values()].filter(({ at }) => at < before).length;
  }
  /** What the front end says the kernel does: "idle", "busy"; undefined where it does not tell. */
  get kernelStatus() {
    return this.model.widget_manager?.kernel?.status;
  }
  /** Nothing is pushed to here, as it seems. */
  poll() {
    if (this.rung === "poll") return;
    this.rung = "poll";
    this.#poll();
  }
  #poll() {
    window.clearTimeout(this.timer);
    if (this.clients.size === 0 || this.rung !== "poll") return;
    if (document.hidden) return this.#pollIn(POLL_MS);
    if (!this.send({ kind: "poll", v: this.page })) return;
    this.timer = window.setTimeout(() => this.#poll(), POLL_PATIENCE_MS);
  }
  /** @param {number} ms */
  #pollIn(ms) {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.#poll(), ms);
  }
  #push() {
    if (this.rung === "push") return;
    this.rung = "push";
    window.clearTimeout(this.timer);
    this.send({ kind: "push", v: this.page });
  }
  onCommLost() {
    const status = this.kernelStatus;
    if (status === "idle" || status === "busy") return;
    for (const client of this.clients.values()) client.lose();
  }
  /**
   * @param {Message} message
   * @param {DataView[]} buffers
   */
  onMessage(message, buffers = []) {
    if (message.kind === "stop") {
      for (const client2 of this.clients.values()) client2.onMessage(message, buffers);
      return;
    }
    if (message.v === this.page) {
      if (message.kind === "probe") this.#push();
      if (message.kind === "polled" && this.rung === "poll") this.#pollIn(this.questions.size > 0 ? POLL_SOON_MS : POLL_MS);
      return;
    }
    const client = this.clients.get(message.v);
    if (client === void 0) return;
    if (message.rung !== "poll") this.#push();
    if (message.kind === "answer") {
      const question = this.questions.get(message.id);
      this.questions.delete(message.id);
      if (message.ok) question?.resolve({ value: message.value, buffer: buffers[0] });
      else question?.reject(new Refusal(message));
    }
    client.onMessage(message, buffers);
  }
  /** The model is gone, and its comm with it: there is nobody to say goodbye to. */
  close() {
    window.clearTimeout(this.timer);
    for (const client of [...this.clients.values()]) client.close();
    this.model.off("msg:custom", this.onMessage);
    this.model.off("comm_live_update", this.onCommLost);
  }
};
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(16).padStart(8, "0")).join("");
}
var channels = /* @__PURE__ */ new WeakMap();
function channelOf(model) {
  let channel = channels.get(model);
  if (channel === void 0) {
    channel = new Channel(model);
    channels.set(model, channel);
  }
  return channel;
}

// src/still.js
var PATIENCE_MS = 3e3;
function hideStill(host, model, signal) {
  const name = String(model.get("still"));
  if (!/^asgi-nb-still-\w+$/.test(name)) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`body:has(.${name}-live) :is(.${name}, .jp-OutputArea-child:has(.${name})) { display: none !important; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const hide = () => {
    window.clearTimeout(timer);
    host.classList.add(`${name}-live`);
  };
  const show = () => host.classList.remove(`${name}-live`);
  const timer = window.setTimeout(show, PATIENCE_MS);
  host.classList.add(`${name}-live`);
  model.on("msg:custom", hide);
  signal.addEventListener("abort", () => {
    window.clearTimeout(timer);
    model.off("msg:custom", hide);
    show();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  });
}

// src/streamed.js
function streamed(render) {
  return {
    /** @param {{ model: Model }} context */
    initialize({ model }) {
      const channel = channelOf(model);
      return () => channel.close();
    },
    /** @param {{ model: Model, el: HTMLElement }} context */
    render({ model, el }) {
      const life = new AbortController();
      const host = document.createElement("div");
      el.replaceChildren(host);
      hideStill(host, model, life.signal);
      render(host, channelOf(model), life.signal);
      return () => life.abort();
    }
  };
}

// src/scroll.js
function lowerBound(rows, key, keyOf) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (keyOf(rows[middle]) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

// src/rows.js
var MAX_ROWS = 5e3;
var seqOf = (row) => row.seq;
var Rows = class {
  constructor() {
    this.list = [];
    this.marked = null;
  }
  /** A snapshot begins: what it does not bring again is gone from the store. */
  begin() {
    this.marked = /* @__PURE__ */ new Set();
  }
  /** The snapshot is whole. */
  end() {
    const { marked } = this;
    if (marked !== null) this.list = this.list.filter(({ seq }) => marked.has(seq));
    this.marked = null;
  }
  /**
   * Take in new and changed rows.
   *
   * @param {readonly Row[]} rows In any order.
   */
  apply(rows) {
    const { list, marked } = this;
    const older = /* @__PURE__ */ new Map();
    for (const row of rows) {
      marked?.add(row.seq);
      const last = list.at(-1);
      if (last === void 0 || row.seq > last.seq) {
        list.push(row);
        continue;
      }
      const index = lowerBound(list, row.seq, seqOf);
      if (list[index].seq === row.seq) list[index] = row;
      else older.set(row.seq, row);
    }
    if (older.size > 0) {
      list.push(...older.values());
      list.sort((a, b) => a.seq - b.seq);
    }
    if (list.length > MAX_ROWS) list.splice(0, list.length - MAX_ROWS);
  }
  /**
   * Let rows go that the filter lets through no longer.
   *
   * @param {readonly number[]} seqs
   */
  drop(seqs) {
    if (seqs.length === 0) return;
    const gone = new Set(seqs);
    this.list = this.list.filter(({ seq }) => !gone.has(seq));
  }
  clear() {
    this.list = [];
  }
  /** @param {number} seq */
  get(seq) {
    const row = this.list[lowerBound(this.list, seq, seqOf)];
    return row?.seq === seq ? row : void 0;
  }
};

// src/wire.js
var WIRE_VERSION = 2;
var Session = class {
  /** @param {string} view Random id of this page's copy of the widget. */
  constructor(view) {
    this.view = view;
    this.hello = 0;
    this.nextBatch = 0;
    this.instance = null;
    this.where = "";
  }
  /** @returns {Message} The message that opens, or opens anew, the stream. */
  open() {
    this.hello += 1;
    this.nextBatch = 0;
    return { kind: "hello", v: this.view, hello: this.hello, version: WIRE_VERSION };
  }
  /** @returns {Message} */
  close() {
    return { kind: "bye", v: this.view };
  }
  /**
   * @param {Message} message
   * @returns {Decision}
   */
  take(message) {
    if (message.kind === "stop") return { do: "stop", reason: String(message.reason) };
    if (message.v !== this.view) return { do: "ignore" };
    if (message.hello !== this.hello) return { do: "ignore" };
    if (message.kind === "pong") return { do: "pong", counts: message.counts, recording: message.recording, beside: besideOf(message) };
    if (message.kind === "silent") return { do: "hello" };
    if (message.kind === "refuse") return { do: "stop", reason: String(message.reason) };
    if (message.kind !== "snap" && message.kind !== "batch") return { do: "ignore" };
    if (message.kind === "snap") this.nextBatch = message.batch;
    if (message.batch !== this.nextBatch) return { do: "hello" };
    this.nextBatch += 1;
    const forget = message.kind === "snap" && (message.instance !== this.instance || message.where !== this.where);
    if (message.kind === "snap") {
      this.instance = message.instance;
      this.where = message.where;
    }
    return {
      do: "rows",
      fresh: message.kind === "snap",
      forget,
      ack: { kind: "ack", v: this.view, hello: this.hello, batch: message.batch },
      counts: message.counts,
      whole: message.whole,
      lost: message.lost,
      behind: message.behind,
      recording: message.recording,
      beside: besideOf(message),
      left: message.left,
      matching: message.matching,
      where: message.where,
      follows: message.follows,
      columns: message.columns,
      problem: message.problem
    };
  }
};
function besideOf({ held, holds }) {
  return { held, holds };
}
function decode(buffer) {
  return buffer === void 0 ? [] : JSON.parse(new TextDecoder().decode(buffer));
}

// src/client.js
var PATIENCE_MS2 = 3e3;
var RETRY_MS = 1e4;
var QUIET_MS = 5e3;
var Client = class extends EventTarget {
  /** @param {import("./channel.js").Channel} channel */
  constructor(channel) {
    super();
    this.channel = channel;
    this.session = new Session(channel.enter(this));
    this.rows = new Rows();
    this.counts = { kept: 0, dropped: 0, bytes: 0, last_seq: 0 };
    this.matching = 0;
    this.where = "";
    this.follows = true;
    this.columns = [];
    this.whole = true;
    this.problem = "";
    this.recording = true;
    this.held = [];
    this.wereHeld = /* @__PURE__ */ new Set();
    this.holds = [];
    this.lost = 0;
    this.behind = 0;
    this.skew = Infinity;
    this.link = "asleep";
    this.reason = "";
    this.wish = { where: null, highlight: "", columns: [] };
    this.wanted = null;
    this.wished = 0;
    this.timer = 0;
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("visibilitychange", () => this.#settle(), { signal });
    window.addEventListener("pagehide", () => this.#sleep(), { signal });
    this.#settle();
  }
  /** The view is gone. */
  leave() {
    this.#sleep();
    this.close();
  }
  /** The model is gone, and its comm with it. */
  close() {
    window.clearTimeout(this.timer);
    this.link = "stopped";
    this.listening.abort();
    this.channel.leave(this.session.view);
  }
  /**
   * Nobody is there to answer, until something proves the opposite.
   *
   * @param {"gone" | "ended"} [how] The kernel was restarted, or it ended.
   */
  lose(how = "gone") {
    if (this.link === "stopped" || this.link === how) return;
    window.clearTimeout(this.timer);
    this.#become(how);
  }
  get isLost() {
    return this.link === "gone" || this.link === "ended";
  }
  /**
   * Ask the kernel. The promise may stay open for as long as a cell runs.
   *
   * @param {string} what
   * @param {object} args
   */
  ask(what, args = {}) {
    return this.channel.ask(this.session.view, { what, ...args });
  }
  /**
   * Look through another filter, or at other headers. Refused, the old ones stay.
   *
   * @param {Partial<Wish>} change
   * @returns {Promise<void>}
   */
  look(change) {
    const wish = { ...this.wanted?.wish ?? this.wish, ...change };
    this.wanted?.resolve();
    return new Promise((resolve, reject) => {
      this.wanted = { wish, hello: -1, resolve, reject };
      if (this.link === "live") this.#want();
    });
  }
  #want() {
    const { wanted, session } = this;
    if (wanted === null || wanted.hello === session.hello) return;
    wanted.hello = session.hello;
    const asked = this.channel.ask(session.view, { kind: "view", hello: session.hello, ...wanted.wish });
    asked.then(
      () => {
        if (this.wanted === wanted) this.wanted = null;
        this.wish = wanted.wish;
        wanted.resolve();
      },
      (error) => {
        if (this.wanted === wanted) this.wanted = null;
        wanted.reject(error);
      }
    );
  }
  #settle() {
    if (!document.hidden && this.link === "asleep") this.#hello();
    else if (document.hidden) this.#sleep();
  }
  #hello() {
    this.#become("connecting");
    this.#open();
    if (this.isLost) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.channel.poll();
      this.#open();
      this.#waitOn();
    }, PATIENCE_MS2);
  }
  #open() {
    this.channel.send({ ...this.session.open(), ...this.wish });
  }
  #waitOn() {
    if (this.isLost) return;
    this.#become("waiting");
    this.timer = window.setTimeout(() => {
      this.#open();
      this.#waitOn();
    }, RETRY_MS);
  }
  /** Nothing came for a while: there may be nothing, or nobody. */
  #watch() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      if (!this.channel.send({ kind: "ping", v: this.session.view, hello: this.session.hello })) return;
      this.timer = window.setTimeout(() => this.#waitOn(), PATIENCE_MS2);
    }, QUIET_MS);
  }
  #sleep() {
    if (this.link === "asleep" || this.link === "stopped" || this.isLost) return;
    window.clearTimeout(this.timer);
    this.#become("asleep");
    this.channel.send(this.session.close());
  }
  /** @param {Link} link */
  #become(link) {
    this.link = link;
    this.dispatchEvent(new Event("change"));
  }
  /**
   * @param {import("./wire.js").Message} message
   * @param {DataView[]} buffers
   */
  onMessage(message, buffers) {
    if (message.sent_at !== void 0) this.skew = Math.min(this.skew, Date.now() / 1e3 - message.sent_at);
    const decision = this.session.take(message);
    switch (decision.do) {
      case "ignore":
        return;
      case "hello":
        if (this.link !== "asleep") this.#hello();
        return;
      case "stop":
        window.clearTimeout(this.timer);
        this.reason = decision.reason;
        this.#become("stopped");
        return;
      case "pong":
        if (this.link === "asleep") return;
        this.counts = decision.counts;
        this.recording = decision.recording;
        this.#hold(decision.beside);
        this.#watch();
        this.#become("live");
        return;
      case "rows":
        if (this.link === "asleep") return;
        this.#apply(decision, buffers);
        this.channel.send(decision.ack);
        this.#watch();
        this.#become("live");
        this.#want();
    }
  }
  /** @param {import("./wire.js").Beside} beside */
  #hold({ held, holds }) {
    const now = performance.now();
    this.held = held.map((one) => ({ ...one, until: now + one.left * 1e3 }));
    this.holds = holds;
    if (this.wereHeld.size > MAX_ROWS) this.wereHeld.clear();
    for (const { seq } of held) this.wereHeld.add(seq);
  }
  /**
   * @param {import("./wire.js").Batch} batch
   * @param {DataView[]} buffers
   */
  #apply(batch, buffers) {
    if (batch.forget) this.rows.clear();
    if (batch.fresh) {
      this.lost = 0;
      this.problem = "";
      this.rows.begin();
    }
    this.rows.drop(batch.left);
    this.rows.apply(decode(buffers[0]));
    if (batch.whole) this.rows.end();
    this.counts = batch.counts;
    this.recording = batch.recording;
    this.#hold(batch.beside);
    this.matching = batch.matching;
    this.where = batch.where;
    this.columns = batch.columns;
    this.whole = batch.whole;
    if (batch.problem !== "") this.problem = batch.problem;
    this.lost += batch.lost;
    this.behind = batch.behind;
    if (batch.follows && !this.follows) this.wish = { ...this.wish, where: null };
    this.follows = batch.follows;
  }
};

// src/dom.js
var FORBIDDEN = /* @__PURE__ */ new Set(["href", "src", "srcdoc", "style", "action", "formaction"]);
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on") || FORBIDDEN.has(name)) throw new TypeError(`h() sets no ${name} attribute`);
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== void 0) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== null && child !== void 0) element.append(child);
  return element;
}
var lastId = 0;
function uniqueId(stem) {
  lastId += 1;
  return `${stem}-${lastId}`;
}
function oncePerFrame(draw, signal) {
  let frame = 0;
  signal.addEventListener("abort", () => cancelAnimationFrame(frame));
  return () => {
    if (frame !== 0 || signal.aborted) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  };
}
function keepKeys(host, root, signal) {
  host.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const type of ["keydown", "keyup", "keypress"]) {
    root.addEventListener(type, (event) => event.stopPropagation(), { signal });
  }
}

// src/format.js
function duration(ms) {
  if (ms === null || ms === void 0) return "…";
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1e3) return `${Math.round(ms)} ms`;
  if (ms < 6e4) return `${(ms / 1e3).toFixed(2)} s`;
  const seconds = Math.floor(ms / 1e3);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} min`;
}
function count(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, " ");
}

// src/footer.js
var LINKS = {
  asleep: ["○", "not connected"],
  connecting: ["◌", "connecting…"],
  waiting: ["◌", "waiting for the kernel"],
  live: ["●", "live"],
  stopped: ["✕", "stopped"],
  gone: ["✕", "kernel restarted"],
  ended: ["✕", "no kernel"]
};
function advice(client) {
  if (client.link === "stopped") return client.reason;
  if (client.link === "gone") return "The kernel was restarted: run the cell again.";
  if (client.link === "ended") return "The kernel has ended: what is here stays to be read. Start one, and run the cell again.";
  if (client.link !== "waiting") return "";
  const { queued, kernelStatus } = client.channel;
  if (kernelStatus === "busy") return `kernel busy: ${count(queued)} queued`;
  if (kernelStatus === "idle") return "Not answering: a handler blocks the server, or the kernel was restarted; then run the cell again.";
  return "Not answering: a cell runs, or the kernel is gone.";
}

// src/kitchen/blame.js
var SOON = 5e-3;
function blames(bars) {
  const found = [];
  for (const bar of bars) {
    for (const block of bar.blocks) {
      found.push({ bar, block, from: bar.started_at + block.start_ms / 1e3, to: bar.started_at + block.end_ms / 1e3, waiters: [] });
    }
  }
  found.sort((a, b) => a.from - b.from);
  for (let index = found.length - 1; index >= 0; index -= 1) {
    const blame = found[index];
    const next = found.slice(index + 1).find(({ block }) => block.loop === blame.block.loop);
    const chained = next !== void 0 && next.from <= blame.to + SOON;
    const freed = chained ? freedAt(found, index) : blame.to;
    blame.waiters = bars.filter((bar) => bar !== blame.bar && (hadToWait(bar, blame, blame.to) || hadToWait(bar, blame, freed))).map(({ seq }) => seq);
  }
  return found;
}
function freedAt(found, index) {
  const { loop } = found[index].block;
  let end = found[index].to;
  for (const other of found.slice(index + 1)) {
    if (other.block.loop !== loop) continue;
    if (other.from > end + SOON) break;
    end = other.to;
  }
  return end;
}
function hadToWait(bar, { block, from }, freed) {
  for (const [kind, start, , loop] of bar.stretches) {
    const began = bar.started_at + start / 1e3;
    if (kind === "running" && loop === block.loop && began >= from - 1e-6) return began >= freed - 1e-6 && began <= freed + SOON;
  }
  return false;
}

// src/kitchen/words.js
var KINDS = {
  running: "running on the loop",
  thread: "running in a thread",
  awaiting: "awaiting",
  sending: "sending the response",
  background: "background task",
  held: "held by a person",
  unknown: "not known",
  blocking: "held the loop"
};
function nameOf(bar) {
  return `${bar.method} ${bar.path} → ${bar.status ?? bar.state}`;
}
function wordsOf(bar, seconds) {
  const sums = /* @__PURE__ */ new Map();
  for (const [kind, from, to] of bar.stretches) sums.set(kind, (sums.get(kind) ?? 0) + to - from);
  const rest = bar.end_ms - [...sums.values()].reduce((sum, took) => sum + took, 0);
  if (rest > 0.01) sums.set("awaiting", rest);
  const parts = [nameOf(bar), `${duration(seconds * 1e3)}${bar.open ? " so far" : ""}`];
  for (const [kind, took] of sums) if (kind !== "unknown") parts.push(`${KINDS[kind] ?? kind} ${duration(took)}`);
  if (bar.kind === "websocket") parts.push(`${bar.received} received, ${bar.sent} sent`);
  if (bar.cell !== null) parts.push(bar.cell);
  return `${bar.seq}  ${parts.join(", ")}`;
}

// src/kitchen/blamelist.js
var SHOWN = 8;
function blameList(onOpen, signal) {
  const title = h("h3", {}, "Who held the loop");
  const rows = h("ol", { class: "blames" });
  const more = h("p", { class: "note" });
  const element = h("section", { class: "blame", "aria-label": "Who held the loop", hidden: true }, title, rows, more);
  let drawn = "";
  function wordsOf2({ bar, block, from, to }) {
    return `${bar.seq}  ${nameOf(bar)} held the ${block.loop}'s loop for ${duration((to - from) * 1e3)}`;
  }
  function row(blame) {
    const { block, waiters } = blame;
    const open = h("button", { type: "button", class: "culprit", title: "Show it in the picture" }, wordsOf2(blame));
    open.addEventListener("click", () => onOpen(blame), { signal });
    const waited = waiters.length === 0 ? "nobody had to wait" : `kept waiting: ${waiters.slice(0, 12).join(", ")}${waiters.length > 12 ? ` and ${count(waiters.length - 12)} more` : ""}`;
    const where = block.place === "" ? null : h("p", { class: "where" }, `${block.place}: `, h("code", {}, block.text));
    return h("li", {}, open, h("span", { class: "waited" }, waited), where, h("p", { class: "remedy" }, block.remedy));
  }
  return {
    element,
    wordsOf: wordsOf2,
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
      const root = (
        /** @type {ShadowRoot} */
        element.getRootNode()
      );
      const focused = root.activeElement instanceof HTMLElement && rows.contains(root.activeElement) ? root.activeElement.textContent : null;
      rows.replaceChildren(...shown.map(row));
      if (focused !== null) [...rows.querySelectorAll("button")].find(({ textContent }) => textContent === focused)?.focus();
      more.textContent = inside.length > SHOWN ? `and ${count(inside.length - SHOWN)} times before` : "";
    }
  };
}

// src/kitchen/hand.js
var STILL = 4;
var PAN = 0.2;
var ZOOM = 0.7;
function listenToHand(plot, does, signal) {
  const { lanes } = plot;
  function seqUnder(event) {
    const bar = event.target instanceof Element ? event.target.closest(".bar") : null;
    return bar instanceof HTMLElement ? Number(bar.dataset.seq) : null;
  }
  function step(where) {
    const shown = does.shown();
    const active = shown.find(({ seq }) => seq === plot.active);
    if (active === void 0) return does.point(shown.at(-1)?.seq ?? null);
    const laneOf = ({ seq }) => plot.lanesOf.of.get(seq) ?? 0;
    if (where === "before" || where === "after") {
      const ordered = [...shown].sort((a, b) => a.started_at - b.started_at || a.seq - b.seq);
      const next = ordered[ordered.indexOf(active) + (where === "after" ? 1 : -1)];
      if (next !== void 0) does.point(next.seq);
      return;
    }
    const sign = where === "below" ? 1 : -1;
    const beyond = shown.filter((bar) => (laneOf(bar) - laneOf(active)) * sign > 0);
    const lane = Math.min(...beyond.map((bar) => Math.abs(laneOf(bar) - laneOf(active))));
    const near = beyond.filter((bar) => Math.abs(laneOf(bar) - laneOf(active)) === lane);
    const away = (bar) => Math.abs(bar.started_at - active.started_at);
    near.sort((a, b) => away(a) - away(b));
    if (near.length > 0) does.point(near[0].seq);
  }
  const keys = {
    ArrowLeft: (event) => event.shiftKey ? does.pan(-PAN) : step("before"),
    ArrowRight: (event) => event.shiftKey ? does.pan(PAN) : step("after"),
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
    Enter: () => plot.active !== null && does.choose(plot.active)
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
  let pressed = null;
  lanes.addEventListener("pointerdown", (event) => {
    if (event.button === 0) pressed = { x: event.clientX, moved: false };
  }, { signal });
  lanes.addEventListener("pointermove", (event) => {
    if (pressed === null || (event.buttons & 1) === 0) return;
    const by = event.clientX - pressed.x;
    if (!pressed.moved && Math.abs(by) <= STILL) return;
    if (!pressed.moved) lanes.setPointerCapture(event.pointerId);
    pressed = { x: event.clientX, moved: true };
    does.pan(-by / plot.space.clientWidth);
  }, { signal });
  lanes.addEventListener("pointerup", (event) => {
    const seq = seqUnder(event);
    if (pressed !== null && !pressed.moved && seq !== null) does.choose(seq);
    pressed = null;
  }, { signal });
  lanes.addEventListener("pointercancel", () => pressed = null, { signal });
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

// src/kitchen/kitchen.css
var kitchen_default = `/* The kitchen's own tokens, beside those of ../tokens.css. */
:host {
  /* Mixed with the ink, so that each keeps 4.5:1 on light and on dark paper. */
  --running: color-mix(in srgb, #0b74e0 78%, var(--ink));
  --thread: color-mix(in srgb, #1a9c4b 76%, var(--ink));
  --sending: color-mix(in srgb, #8250df 76%, var(--ink));
  --background: color-mix(in srgb, #a87500 76%, var(--ink));
  --held: color-mix(in srgb, #d96a00 76%, var(--ink));
  --error: color-mix(in srgb, #e0323c 76%, var(--ink));
}

.kitchen { box-sizing: border-box; border: 1px solid var(--line); border-radius: 4px; background: var(--paper); color: var(--ink); font: 13px/1.4 var(--font); overflow: hidden; }
.kitchen * { box-sizing: border-box; }
button, select { min-block-size: 24px; min-inline-size: 24px; padding: 0 8px; border: 1px solid var(--line); border-radius: 3px; background: var(--paper); color: inherit; font: inherit; }
button { cursor: pointer; }
button:hover { background: var(--hover); }
button[aria-pressed="true"] { border-color: var(--accent); }
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
.toolbar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; padding: 4px 8px; border-block-end: 1px solid var(--line); background: var(--paper-raised); }
.light { min-inline-size: 8ch; white-space: nowrap; }

/* One width for all: axis, loops and lanes keep room for the lanes' scroll bar */
.axis, .loops, .lanes { scrollbar-gutter: stable; overflow: hidden; padding-inline: 8px; }
.axis { position: relative; block-size: 20px; margin-inline: 8px; padding: 0; color: var(--ink-soft); font-size: 11px; }
.time { position: absolute; inset-block: 2px 0; padding-inline-start: 3px; border-inline-start: 1px solid var(--line); white-space: nowrap; font-variant-numeric: tabular-nums; }
.loop-name { display: block; color: var(--ink-soft); font-size: 11px; }
.strip { position: relative; block-size: 14px; margin-block-end: 4px; overflow: hidden; box-shadow: inset 0 0 0 1px var(--line); }
.runs { position: absolute; inset-block: 0; pointer-events: none; }
.lanes { block-size: 260px; overflow-y: auto; resize: vertical; border-block-start: 1px solid var(--line); touch-action: pan-y; user-select: none; cursor: default; }
.space { position: relative; min-block-size: 100%; overflow: hidden; }
.bands { position: absolute; inset: 0; }
.band { position: absolute; inset-block: 0; background: color-mix(in srgb, var(--error) 12%, transparent); }

/* A bar: its name, and below it what it did */
.bar { position: absolute; block-size: 26px; min-inline-size: 2px; }
.name { position: absolute; inset-block-start: 0; overflow: hidden; font: 11px/14px var(--mono); white-space: nowrap; text-overflow: ellipsis; pointer-events: none; }
.bar[data-failed] .name { color: var(--error); font-weight: 600; }
.stretches { position: absolute; inset: 14px 0 2px; }
.bar:hover .stretches, .bar[aria-selected="true"] .stretches { outline: 1px solid var(--ink); outline-offset: 1px; }
.bar[aria-selected="true"] .name { text-decoration: underline; }
.stretch { position: absolute; inset-block: 0; min-inline-size: 1px; }
.stretch[data-kind="awaiting"] { border: 1px solid var(--ink-soft); background: var(--paper); opacity: .8; }
.stretch[data-kind="unknown"] { border: 1px dashed var(--ink-soft); }
.stretch[data-kind="running"] { background: var(--running); }
.stretch[data-kind="thread"] { background: repeating-linear-gradient(90deg, var(--thread) 0 3px, var(--paper) 3px 4px); }
.stretch[data-kind="sending"] { background: repeating-linear-gradient(135deg, var(--sending) 0 4px, var(--paper) 4px 5px); }
.stretch[data-kind="background"] { background: repeating-linear-gradient(0deg, var(--background) 0 2px, var(--paper) 2px 3px); }
.stretch[data-kind="held"] { background: repeating-linear-gradient(45deg, var(--held) 0 2px, var(--paper) 2px 4px); }
.stretch[data-kind="blocking"] { background: repeating-linear-gradient(45deg, transparent 0 4px, var(--paper) 4px 5px), repeating-linear-gradient(135deg, var(--error) 0 4px, var(--paper) 4px 5px); }
.bar[data-open] .stretches { border-inline-end: 2px dotted var(--ink); }
.tick { position: absolute; inline-size: 1px; background: var(--ink); }
.tick[data-direction="receive"] { inset-block: -3px 50%; }
.tick[data-direction="send"] { inset-block: 50% -2px; }

.about, .counts { min-block-size: 24px; margin: 0; padding: 3px 8px; overflow-wrap: anywhere; font-size: 12px; }
.about { border-block-start: 1px solid var(--line); background: var(--paper-raised); }
.counts { color: var(--ink-soft); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 0; padding: 4px 8px; list-style: none; color: var(--ink-soft); font-size: 12px; }
.legend li { display: flex; align-items: center; gap: 6px; }
.swatch { position: static; flex: none; inline-size: 18px; block-size: 10px; }
.blame { padding: 4px 8px; border-block-start: 1px solid var(--line); }
.blame h3 { margin: 0 0 2px; font: 600 12px/1.4 var(--font); }
.blames { margin: 0; padding: 0; list-style: none; }
.blames li { margin-block: 4px; padding-inline-start: 8px; border-inline-start: 3px solid var(--error); }
.culprit { max-inline-size: 100%; overflow-wrap: anywhere; border-color: transparent; background: none; color: var(--error); font-weight: 600; text-align: start; }
.waited, .remedy, .where, .note { margin: 0; padding-inline: 8px; font-size: 12px; overflow-wrap: anywhere; }
.waited, .note { color: var(--ink-soft); }
.where code { font-family: var(--mono); }
.for-readers { position: absolute; inline-size: 1px; block-size: 1px; margin: 0; clip-path: inset(50%); overflow: hidden; }

@media (forced-colors: active) {
  .stretch, .band, .tick { forced-color-adjust: none; }
  .stretch[data-kind] { border: 1px solid CanvasText; background: Canvas; }
  .stretch[data-kind="unknown"] { border-style: dashed; }
  .stretch[data-kind="held"] { background: repeating-linear-gradient(45deg, CanvasText 0 1px, Canvas 1px 5px); }
  .strip { outline: 1px solid CanvasText; outline-offset: -1px; }
  .stretch[data-kind="running"], .tick { background: CanvasText; }
  .stretch[data-kind="thread"] { background: repeating-linear-gradient(90deg, CanvasText 0 2px, Canvas 2px 4px); }
  .stretch[data-kind="sending"] { background: repeating-linear-gradient(135deg, CanvasText 0 2px, Canvas 2px 5px); }
  .stretch[data-kind="background"] { background: repeating-linear-gradient(0deg, CanvasText 0 1px, Canvas 1px 3px); }
  .stretch[data-kind="blocking"] { background: repeating-linear-gradient(45deg, Highlight 0 3px, Canvas 3px 5px); }
  .band { border-inline: 1px solid Highlight; background: none; }
}
`;

// src/tokens.css
var tokens_default = "/* What every widget looks by: JupyterLab's tokens, then VS Code's, then our own. */\n:host {\n  all: initial;\n  display: block;\n  color-scheme: inherit;\n  --ink: var(--jp-content-font-color1, var(--vscode-editor-foreground, light-dark(#1f2328, #e6e6e6)));\n  --ink-soft: var(--jp-content-font-color2, var(--vscode-descriptionForeground, light-dark(#59636e, #a8b0b8)));\n  --paper: var(--jp-layout-color0, var(--vscode-editor-background, light-dark(#fff, #1e1e1e)));\n  --paper-raised: var(--jp-layout-color1, var(--vscode-sideBar-background, light-dark(#f6f8fa, #252526)));\n  --line: var(--jp-border-color2, var(--vscode-panel-border, light-dark(#d0d7de, #3d444d)));\n  --accent: var(--jp-brand-color1, var(--vscode-focusBorder, light-dark(#0b62c4, #5aa9ff)));\n  --hover: color-mix(in srgb, var(--ink) 6%, transparent);\n  --font: var(--jp-ui-font-family, var(--vscode-font-family, system-ui, sans-serif));\n  --mono: var(--jp-code-font-family, var(--vscode-editor-font-family, ui-monospace, monospace));\n}\n\n[hidden] { display: none !important; }\n";

// src/kitchen/time.js
var MIN_SPAN = 0.02;
var MAX_SPAN = 600;
var LANES = 60;
var BARS = 300;
function endOf(bar, now) {
  const end = bar.started_at + bar.end_ms / 1e3;
  return bar.open ? Math.max(now, end) : end;
}
function zoomed(view, factor, at) {
  const span = Math.min(MAX_SPAN, Math.max(MIN_SPAN, view.span * factor));
  const fixed = view.to - view.span * (1 - at);
  return { span, to: fixed + span * (1 - at) };
}
function fitting(bars, now) {
  if (bars.length === 0) return null;
  let from = Infinity;
  let to = -Infinity;
  for (const bar of bars) {
    from = Math.min(from, bar.started_at);
    to = Math.max(to, endOf(bar, now));
  }
  const span = Math.min(MAX_SPAN, Math.max(MIN_SPAN, (to - from) * 1.04));
  return { span, to: to + (to - from) * 0.02 };
}
function inView(bars, view, now) {
  const from = view.to - view.span;
  const found = bars.filter((bar) => bar.started_at <= view.to && endOf(bar, now) >= from);
  return { bars: found.slice(-BARS), more: Math.max(0, found.length - BARS) };
}
var Lanes = class {
  constructor() {
    this.of = /* @__PURE__ */ new Map();
  }
  /**
   * @param {readonly Bar[]} bars Those in view.
   * @param {number} now
   * @returns {number} How many found no lane.
   */
  place(bars, now) {
    const taken = [];
    const kept = /* @__PURE__ */ new Map();
    const fresh = [];
    const put = (bar, lane) => {
      while (taken.length <= lane) taken.push([]);
      taken[lane].push([bar.started_at, endOf(bar, now)]);
      kept.set(bar.seq, lane);
    };
    const isFree = (bar, lane) => (taken[lane] ?? []).every(([from, to]) => to <= bar.started_at || from >= endOf(bar, now));
    for (const bar of bars) {
      const lane = this.of.get(bar.seq);
      if (lane === void 0) fresh.push(bar);
      else put(bar, lane);
    }
    let crowded = 0;
    for (const bar of fresh.sort((a, b) => a.started_at - b.started_at || a.seq - b.seq)) {
      let lane = 0;
      while (lane < LANES && !isFree(bar, lane)) lane += 1;
      if (lane < LANES) put(bar, lane);
      else crowded += 1;
    }
    this.of = kept;
    return crowded;
  }
};
function axisTicks(view, most) {
  const least = view.span / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size2) => size2 >= least) ?? 10 * power;
  const first = Math.ceil((view.to - view.span) / step);
  const times = [];
  for (let index = first; index * step <= view.to; index += 1) times.push(index * step);
  return { step, times };
}
function axisText(at, step) {
  const digits = Math.max(0, Math.min(3, -Math.floor(Math.log10(step) + 1e-9)));
  const date = new Date(Math.round(at * 1e3));
  const two = (n) => String(n).padStart(2, "0");
  const seconds = (date.getSeconds() + date.getMilliseconds() / 1e3).toFixed(digits).padStart(digits === 0 ? 2 : digits + 3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`;
}

// src/kitchen/plot.js
var LANE = 26;
var TICK_WIDTH = 90;
var Plot = class {
  constructor() {
    this.id = uniqueId("kitchen");
    this.lanesOf = new Lanes();
    this.drawn = /* @__PURE__ */ new Map();
    this.active = null;
    this.left = { more: 0, crowded: 0 };
    this.axis = h("div", { class: "axis", "aria-hidden": "true" });
    this.loops = /* @__PURE__ */ new Map();
    this.loopArea = h("div", { class: "loops" });
    this.bands = h("div", { class: "bands", "aria-hidden": "true" });
    this.space = h("div", { class: "space" }, this.bands);
    this.lanes = h("div", { class: "lanes", tabindex: 0, "aria-label": "Requests over time", id: this.id }, this.space);
    this.element = h("div", { class: "plot" }, this.axis, this.loopArea, this.lanes);
  }
  /**
   * @param {readonly Bar[]} all
   * @param {View} view
   * @param {number} now
   */
  draw(all, view, now) {
    const { bars, more } = inView(all, view, now);
    this.left = { more, crowded: this.lanesOf.place(bars, now) };
    const shown = bars.filter(({ seq }) => this.lanesOf.of.has(seq));
    this.#drop(new Set(shown.map(({ seq }) => seq)));
    const width = this.space.clientWidth;
    const part = (at) => `${(at - view.to + view.span) / view.span * 100}%`;
    for (const bar of shown) {
      const drawn = this.#drawnOf(bar);
      const end = endOf(bar, now);
      const lane = (
        /** @type {number} */
        this.lanesOf.of.get(bar.seq)
      );
      for (const element of [drawn.element, ...drawn.loops.values()]) {
        element.style.insetInlineStart = part(bar.started_at);
        element.style.inlineSize = `${(end - bar.started_at) / view.span * 100}%`;
      }
      drawn.element.style.insetBlockStart = `${lane * LANE}px`;
      const hidden = Math.max(0, (view.to - view.span - bar.started_at) / view.span * width);
      drawn.name.style.insetInlineStart = `${hidden}px`;
      if (bar.open) this.#fill(drawn, (end - bar.started_at) * 1e3);
    }
    this.#names(shown, view, width);
    const lanes = Math.max(0, ...shown.map(({ seq }) => (this.lanesOf.of.get(seq) ?? 0) + 1));
    this.space.style.blockSize = `${Math.min(LANES, lanes) * LANE}px`;
    this.#bands(shown, part, view);
    this.#axis(view, part, width);
    if (shown.length === 0) this.lanes.setAttribute("role", "group");
    else this.lanes.setAttribute("role", "listbox");
    if (this.active !== null && !this.drawn.has(this.active)) this.activate(null);
    return shown;
  }
  /** @param {number | null} seq */
  activate(seq) {
    if (this.active !== null) this.drawn.get(this.active)?.element.setAttribute("aria-selected", "false");
    this.active = seq;
    const drawn = seq === null ? void 0 : this.drawn.get(seq);
    if (drawn === void 0) {
      this.lanes.removeAttribute("aria-activedescendant");
      return;
    }
    drawn.element.setAttribute("aria-selected", "true");
    this.lanes.setAttribute("aria-activedescendant", drawn.element.id);
    const top = Number.parseFloat(drawn.element.style.insetBlockStart);
    if (top < this.lanes.scrollTop) this.lanes.scrollTop = top;
    else if (top + LANE > this.lanes.scrollTop + this.lanes.clientHeight) this.lanes.scrollTop = top + LANE - this.lanes.clientHeight;
  }
  /** @param {ReadonlySet<number>} wanted */
  #drop(wanted) {
    for (const [seq, { element, loops }] of this.drawn) {
      if (wanted.has(seq)) continue;
      element.remove();
      for (const runs of loops.values()) runs.remove();
      this.drawn.delete(seq);
    }
  }
  /** @param {Bar} bar */
  #drawnOf(bar) {
    let drawn = this.drawn.get(bar.seq);
    if (drawn?.bar === bar) return drawn;
    if (drawn === void 0) {
      const name = h("span", { class: "name", "aria-hidden": "true" });
      const stretches = h("span", { class: "stretches" });
      const element = h("div", { class: "bar", role: "option", id: `${this.id}-${bar.seq}`, "aria-selected": String(bar.seq === this.active) }, name, stretches);
      element.dataset.seq = String(bar.seq);
      drawn = { bar, element, name, stretches, loops: /* @__PURE__ */ new Map() };
      this.drawn.set(bar.seq, drawn);
      this.space.append(element);
    }
    drawn.bar = bar;
    drawn.name.textContent = nameOf(bar);
    drawn.element.toggleAttribute("data-failed", bar.failed);
    drawn.element.toggleAttribute("data-open", bar.open);
    drawn.element.setAttribute("aria-label", wordsOf(bar, bar.end_ms / 1e3));
    this.#fill(drawn, bar.end_ms);
    return drawn;
  }
  /**
   * Lay what a bar did along it.
   *
   * @param {Drawn} drawn
   * @param {number} whole Milliseconds.
   */
  #fill({ bar, stretches, loops }, whole) {
    const endOfStretch = (to) => bar.open && to >= bar.end_ms ? whole : to;
    const box = (kind, from, to) => {
      const element = h("span", { class: "stretch" });
      element.dataset.kind = kind;
      element.style.insetInlineStart = `${from / whole * 100}%`;
      element.style.inlineSize = `${Math.max(0, to - from) / whole * 100}%`;
      return element;
    };
    const known = bar.stretches.some(([kind]) => kind === "unknown") ? [] : [box("awaiting", 0, whole)];
    const boxes = bar.stretches.map(([kind, from, to]) => box(kind, from, endOfStretch(to)));
    const blocks = bar.blocks.map(({ start_ms, end_ms }) => box("blocking", start_ms, endOfStretch(end_ms)));
    const ticks = bar.ticks.map(([at, direction]) => {
      const tick = h("span", { class: "tick" });
      tick.dataset.direction = direction;
      tick.style.insetInlineStart = `${at / whole * 100}%`;
      return tick;
    });
    stretches.replaceChildren(...known, ...boxes, ...blocks, ...ticks);
    for (const loop of /* @__PURE__ */ new Set([...bar.stretches.map(([, , , name]) => name), ...bar.blocks.map((block) => block.loop)])) {
      if (loop === "") continue;
      let runs = loops.get(loop);
      if (runs === void 0) {
        runs = h("span", { class: "runs" });
        loops.set(loop, runs);
        this.#loop(loop).append(runs);
      }
      runs.replaceChildren(
        ...bar.stretches.filter(([, , , name]) => name === loop).map(([kind, from, to]) => box(kind, from, endOfStretch(to))),
        ...bar.blocks.filter((block) => block.loop === loop).map(({ start_ms, end_ms }) => box("blocking", start_ms, endOfStretch(end_ms)))
      );
    }
  }
  /** @param {string} loop */
  #loop(loop) {
    let strip = this.loops.get(loop);
    if (strip === void 0) {
      strip = h("div", { class: "strip", role: "img", "aria-label": `The ${loop}'s loop: who ran on it; what held it is listed below` });
      this.loops.set(loop, strip);
      this.loopArea.append(h("div", { class: "loop" }, h("span", { class: "loop-name" }, `the ${loop}'s loop`), strip));
    }
    return strip;
  }
  /**
   * A name goes as far as the next bar in its lane.
   *
   * @param {readonly Bar[]} shown
   * @param {View} view
   * @param {number} width
   */
  #names(shown, view, width) {
    const lanes = /* @__PURE__ */ new Map();
    for (const bar of shown) {
      const lane = this.lanesOf.of.get(bar.seq) ?? 0;
      lanes.set(lane, [...lanes.get(lane) ?? [], bar]);
    }
    for (const lane of lanes.values()) {
      lane.sort((a, b) => a.started_at - b.started_at);
      lane.forEach((bar, index) => {
        const until = lane[index + 1]?.started_at ?? view.to;
        const from = Math.max(bar.started_at, view.to - view.span);
        const room = (until - from) / view.span * width - 4;
        const name = (
          /** @type {Drawn} */
          this.drawn.get(bar.seq).name
        );
        name.hidden = room < 24;
        name.style.maxInlineSize = `${Math.max(0, room)}px`;
      });
    }
  }
  /**
   * The time in which a loop was held lies behind all lanes: whoever is in it had to wait.
   *
   * @param {readonly Bar[]} shown
   * @param {(at: number) => string} part
   * @param {View} view
   */
  #bands(shown, part, view) {
    const blocks = shown.flatMap((bar) => bar.blocks.map((block) => ({ from: bar.started_at + block.start_ms / 1e3, ms: block.end_ms - block.start_ms })));
    while (this.bands.childElementCount > blocks.length) this.bands.lastElementChild?.remove();
    while (this.bands.childElementCount < blocks.length) this.bands.append(h("span", { class: "band" }));
    blocks.forEach(({ from, ms }, index) => {
      const band = (
        /** @type {HTMLElement} */
        this.bands.children[index]
      );
      band.style.insetInlineStart = part(from);
      band.style.inlineSize = `${ms / 1e3 / view.span * 100}%`;
    });
  }
  /**
   * @param {View} view
   * @param {(at: number) => string} part
   * @param {number} width
   */
  #axis(view, part, width) {
    const { step, times } = axisTicks(view, Math.max(2, Math.floor(width / TICK_WIDTH)));
    while (this.axis.childElementCount > times.length) this.axis.lastElementChild?.remove();
    while (this.axis.childElementCount < times.length) this.axis.append(h("span", { class: "time" }));
    times.forEach((at, index) => {
      const label = (
        /** @type {HTMLElement} */
        this.axis.children[index]
      );
      label.textContent = axisText(at, step);
      label.style.insetInlineStart = part(at);
    });
  }
};

// src/kitchen/save.js
var SCALE = 2;
function saveAs(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
async function savePicture(client, seqs, kind) {
  const { buffer } = await client.ask("picture", { seqs: [...seqs] });
  if (buffer === void 0) throw new Error("the kernel sent no picture");
  const bytes = new Uint8Array(new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength));
  const svg = new Blob([bytes], { type: "image/svg+xml" });
  saveAs(kind === "svg" ? svg : await painted(svg), `timeline.${kind}`);
}
async function painted(svg) {
  const url = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * SCALE;
    canvas.height = image.naturalHeight * SCALE;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    if (blob === null) throw new Error("this browser made no image of it; save it as SVG");
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}

// src/kitchen/view.js
var FRAME_MS = 40;
var STILL_MS = 1e3;
var SPANS = [2, 5, 10, 30, 60, 300];
var ANNOUNCE_MS = 2e3;
function renderKitchen(host, channel, signal) {
  const client = new Client(channel);
  const isLive = channel.model.get("live") === true;
  const initial = Number(channel.model.get("seconds"));
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const now = () => Date.now() / 1e3 - (Number.isFinite(client.skew) ? client.skew : 0);
  let view = { to: now(), span: initial };
  let running = isLive;
  let fitted = isLive;
  let whole = null;
  let onScreen = true;
  let said = "";
  let drawnAt = -Infinity;
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
    toolbar,
    plot.element,
    about,
    legend,
    list.element,
    counts,
    status
  );
  const shadow = host.attachShadow({ mode: "open" });
  keepKeys(host, root, signal);
  const style = document.createElement("style");
  style.textContent = tokens_default + kitchen_default;
  shadow.append(style, root);
  const bars = () => (
    /** @type {readonly Bar[]} */
    /** @type {unknown} */
    client.rows.list
  );
  const draw = oncePerFrame(() => {
    if (!onScreen || document.hidden) return;
    drawnAt = performance.now();
    const at = now();
    if (running) view = { ...view, to: at };
    if (!fitted && client.rows.list.length > 0) {
      view = whole = fitting(bars(), at) ?? view;
      fitted = client.whole;
    }
    shown = plot.draw(bars(), view, at);
    list.draw(blames(bars()), { from: view.to - view.span, to: view.to });
    drawWords(at);
  }, signal);
  function drawWords(at) {
    const [glyph, text] = client.link === "live" ? isLive ? running ? ["●", "live"] : ["‖", "paused"] : ["■", "recorded"] : LINKS[client.link];
    light.textContent = `${glyph} ${text}`;
    pause.textContent = running ? "Pause" : "Live";
    pause.hidden = !isLive;
    pause.setAttribute("aria-pressed", String(!running));
    const value = [...last.options].find((option) => Number(option.value) === view.span)?.value ?? "other";
    if (last.value !== value) last.value = value;
    other.textContent = view === whole ? "all" : "zoomed";
    const bar = plot.active === null ? void 0 : plot.drawn.get(plot.active)?.bar;
    const trouble = advice(client) || said;
    about.textContent = trouble || (bar === void 0 ? shown.length === 0 ? NOTHING : HINT : wordsOf(bar, endOf(bar, at) - bar.started_at));
    const parts = [`${count(shown.length)} in view`];
    if (plot.left.crowded > 0) parts.push(`${count(plot.left.crowded)} more at once than ${LANES} lanes can show`);
    if (plot.left.more > 0) parts.push(`${count(plot.left.more)} older ones in this time are not drawn`);
    parts.push(`${count(client.counts.kept)} kept`, `${count(client.counts.dropped)} dropped`);
    if (client.lost > 0) parts.push(`${count(client.lost)} missed`);
    if (!client.recording && isLive) parts.push("recording is off");
    counts.textContent = parts.join(" · ");
  }
  function setRunning(wanted) {
    running = wanted && isLive;
    fitted = true;
    draw();
  }
  function zoom(factor, at) {
    view = zoomed(view, factor, running ? 1 : at ?? 0.5);
    fitted = true;
    draw();
  }
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
  function point(seq) {
    plot.activate(seq);
    said = "";
    draw();
  }
  function choose(seq) {
    const bar = client.rows.get(seq);
    if (bar === void 0) return;
    point(seq);
    const event = new CustomEvent("asgi-nb:choose", { detail: { seq, id: bar.id }, cancelable: true });
    if (document.dispatchEvent(event)) {
      said = `asgi_nb.traffic["${bar.id}"] is this request; open %asgi_inspect to have it selected there`;
      draw();
    }
  }
  function goTo(blame) {
    running = false;
    fitted = true;
    const took = blame.to - blame.from;
    view = { to: blame.to + took / 2, span: Math.max(view.span, 0.02) > took * 4 ? took * 2 : view.span };
    if (view.to - view.span > blame.from) view = { to: blame.to + took / 2, span: took * 2 };
    draw();
    requestAnimationFrame(() => choose(blame.bar.seq));
  }
  function save(kind) {
    savePicture(client, shown.map(({ seq }) => seq), kind).then(
      () => said = "",
      (error) => said = String(error.message)
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
    if (newest === void 0 || performance.now() < announced + ANNOUNCE_MS) return;
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
var HINT = "Point at a bar, or press the arrow keys, to read what it is. Enter selects it in the inspector.";
var NOTHING = "No requests in this time. Each one shows up here as it comes in.";

// src/kitchen/main.js
var main_default = streamed(renderKitchen);
export {
  main_default as default
};
