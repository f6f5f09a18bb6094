// Made by `npm run bundle` from asgi_nb/widgets/js; change it there.

// src/scroll.js
var ROW_HEIGHT = 24;
var OVERSCAN = 6;
var MAX_DRAWN = 60;
function visibleRange(scrollTop, height, total) {
  const first = Math.max(0, Math.min(total, Math.floor(scrollTop / ROW_HEIGHT) - OVERSCAN));
  const wanted = Math.ceil(height / ROW_HEIGHT) + 2 * OVERSCAN + 1;
  return { first, end: Math.min(total, first + Math.min(wanted, MAX_DRAWN)) };
}
function atTail(scrollTop, height, total) {
  return scrollTop + height >= total * ROW_HEIGHT - 4;
}
var HAND_MS = 1e3;
function wasThrown(scrollTop, before, idle) {
  return scrollTop === 0 && before >= ROW_HEIGHT && idle > HAND_MS;
}
function scrollToShow(index, scrollTop, height) {
  const top = index * ROW_HEIGHT;
  if (top < scrollTop) return top;
  if (top + ROW_HEIGHT > scrollTop + height) return top + ROW_HEIGHT - height;
  return scrollTop;
}
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
var WIRE_VERSION = 1;
var LIVE = /* @__PURE__ */ new Set(["open", "queued", "streaming"]);
var Session = class {
  /** @param {string} view Random id of this page's copy of the widget. */
  constructor(view) {
    this.view = view;
    this.hello = 0;
    this.nextBatch = 0;
    this.instance = null;
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
    if (message.kind === "answer") {
      return { do: "answer", id: message.id, ok: message.ok, value: message.value };
    }
    if (message.hello !== this.hello) return { do: "ignore" };
    if (message.kind === "silent") return { do: "hello" };
    if (message.kind === "refuse") return { do: "stop", reason: String(message.reason) };
    if (message.kind !== "snap" && message.kind !== "batch") return { do: "ignore" };
    if (message.kind === "snap") this.nextBatch = message.batch;
    if (message.batch !== this.nextBatch) return { do: "hello" };
    this.nextBatch += 1;
    const forget = message.kind === "snap" && message.instance !== this.instance;
    if (message.kind === "snap") this.instance = message.instance;
    return {
      do: "rows",
      fresh: message.kind === "snap",
      forget,
      ack: { kind: "ack", v: this.view, hello: this.hello, batch: message.batch },
      counts: message.counts,
      whole: message.whole,
      lost: message.lost
    };
  }
};
function decode(buffer) {
  return buffer === void 0 ? [] : JSON.parse(new TextDecoder().decode(buffer));
}

// src/client.js
var PATIENCE_MS = 3e3;
var RETRY_MS = 1e4;
var Client = class extends EventTarget {
  /** @param {Model} model */
  constructor(model) {
    super();
    this.model = model;
    this.session = new Session(randomId());
    this.rows = new Rows();
    this.counts = { kept: 0, dropped: 0, bytes: 0, last_seq: 0 };
    this.lost = 0;
    this.link = "asleep";
    this.reason = "";
    this.views = 0;
    this.questions = /* @__PURE__ */ new Map();
    this.lastQuestion = 0;
    this.timer = 0;
    this.listening = new AbortController();
    this.onMessage = this.onMessage.bind(this);
    model.on("msg:custom", this.onMessage);
    const { signal } = this.listening;
    document.addEventListener("visibilitychange", () => this.#settle(), { signal });
    window.addEventListener("pagehide", () => this.#sleep(), { signal });
  }
  /** A view is on the page until `signal` aborts. @param {AbortSignal} signal */
  attach(signal) {
    this.views += 1;
    signal.addEventListener("abort", () => {
      this.views -= 1;
      this.#settle();
    });
    this.#settle();
  }
  /** The model is gone, and its comm with it: there is nobody to say goodbye to. */
  close() {
    window.clearTimeout(this.timer);
    this.link = "stopped";
    this.listening.abort();
    this.model.off("msg:custom", this.onMessage);
  }
  /**
   * Ask the kernel. The promise may stay open for as long as a cell runs.
   *
   * @param {string} what
   * @param {object} args
   * @returns {Promise<{ value: any, buffer: DataView | undefined }>}
   */
  ask(what, args = {}) {
    this.lastQuestion += 1;
    const id = this.lastQuestion;
    return new Promise((resolve, reject) => {
      this.questions.set(id, { resolve, reject });
      this.model.send({ kind: "ask", v: this.session.view, id, what, ...args });
    });
  }
  #settle() {
    const wanted = this.views > 0 && !document.hidden;
    if (wanted && this.link === "asleep") this.#hello();
    else if (!wanted) this.#sleep();
  }
  #hello() {
    this.#become("connecting");
    this.model.send(this.session.open());
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.#waitOn(), PATIENCE_MS);
  }
  #waitOn() {
    this.#become("waiting");
    this.timer = window.setTimeout(() => {
      this.model.send(this.session.open());
      this.#waitOn();
    }, RETRY_MS);
  }
  #sleep() {
    if (this.link === "asleep" || this.link === "stopped") return;
    window.clearTimeout(this.timer);
    this.#become("asleep");
    this.model.send(this.session.close());
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
  onMessage(message, buffers = []) {
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
      case "answer": {
        const question = this.questions.get(decision.id);
        this.questions.delete(decision.id);
        if (decision.ok) question?.resolve({ value: decision.value, buffer: buffers[0] });
        else question?.reject(new Error(decision.value));
        return;
      }
      case "rows":
        if (this.link === "asleep") return;
        window.clearTimeout(this.timer);
        if (decision.forget) this.rows.clear();
        if (decision.fresh) {
          this.lost = 0;
          this.rows.begin();
        }
        this.rows.apply(decode(buffers[0]));
        if (decision.whole) this.rows.end();
        this.counts = decision.counts;
        this.lost += decision.lost;
        this.model.send(decision.ack);
        this.#become("live");
    }
  }
};
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(16).padStart(8, "0")).join("");
}
var clients = /* @__PURE__ */ new WeakMap();
function clientOf(model) {
  let client = clients.get(model);
  if (client === void 0) {
    client = new Client(model);
    clients.set(model, client);
  }
  return client;
}

// src/columns/status.js
var status = {
  id: "status",
  title: "Status",
  width: "7ch",
  cell: statusText
};
function statusText(row) {
  if (row.state === "error") return `! ${row.status ?? "error"}`;
  if (row.state === "aborted") return row.status === null ? "aborted" : `${row.status} ✕`;
  if (row.state === "queued") return "queued";
  return row.status === null ? "…" : String(row.status);
}
function toneOf(row) {
  if (row.state === "error") return "error";
  if (row.state === "aborted") return "warn";
  if (row.state !== "done") return "open";
  const { status: status2 } = row;
  if (status2 === null || status2 === "open" || status2 < 300) return "ok";
  if (status2 < 400) return "moved";
  if (status2 < 500) return "warn";
  return [1e3, 1001, 1005].includes(status2) ? "ok" : status2 < 1e3 ? "error" : "warn";
}

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
function size(bytes) {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
function count(number2) {
  return String(number2).replace(/\B(?=(\d{3})+$)/g, " ");
}
function clock(seconds) {
  const date = new Date(seconds * 1e3);
  const two = (n) => String(n).padStart(2, "0");
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

// src/panels/error.js
var error = {
  id: "error",
  title: "Error",
  applies: ({ error: error2 }) => error2 !== null,
  render(el, { error: error2 }) {
    if (error2 === null) return;
    el.replaceChildren(
      h("p", { class: "fault" }, h("strong", {}, error2.type), error2.message === "" ? "" : `: ${error2.message}`),
      h("p", { class: "note" }, error2.where),
      h("pre", { class: "traceback", tabindex: 0, "aria-label": "Traceback" }, error2.traceback)
    );
  }
};

// src/grid.js
var Grid = class {
  /**
   * @param {GridOptions<R>} options
   * @param {AbortSignal} signal
   */
  constructor(options, signal) {
    this.options = options;
    this.rows = [];
    this.selected = null;
    this.following = true;
    this.pinned = 0;
    this.top = 0;
    this.touched = -Infinity;
    this.seen = -Infinity;
    this.drawn = /* @__PURE__ */ new Map();
    this.id = uniqueId("grid");
    this.draw = oncePerFrame(() => this.#draw(), signal);
    this.space = h("div", { class: "space", role: "presentation" });
    this.body = h("div", { class: "rows", role: "rowgroup" }, this.space);
    this.empty = h("p", { class: "empty" }, options.empty);
    this.jump = h("button", { class: "jump", type: "button", hidden: true });
    this.grid = h(
      "div",
      { class: "grid", role: "grid", tabindex: 0, "aria-label": options.label, "aria-colcount": options.columns.length },
      h(
        "div",
        { class: "head", role: "rowgroup" },
        h(
          "div",
          { class: "row", role: "row", "aria-rowindex": 1 },
          ...options.columns.map(
            (column) => h("span", { class: cellClass(column), role: "columnheader" }, column.title)
          )
        )
      ),
      this.body
    );
    this.element = h("div", { class: "list" }, this.grid, this.empty, this.jump);
    const tracks = (columns) => columns.map(({ width }) => width).join(" ");
    this.element.style.setProperty("--tracks", tracks(options.columns));
    this.element.style.setProperty("--tracks-narrow", tracks(options.columns.filter(({ wide }) => !wide)));
    for (const type of ["wheel", "pointerdown", "touchmove", "keydown"]) {
      const touch = () => this.touched = performance.now();
      this.grid.addEventListener(type, touch, { signal, passive: true, capture: true });
    }
    this.body.addEventListener("scroll", () => this.#onScroll(), { signal, passive: true });
    this.space.addEventListener("click", (event) => this.#onClick(event), { signal });
    this.grid.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.jump.addEventListener("click", () => this.toTail(), { signal });
    const resized = new ResizeObserver(() => this.draw());
    resized.observe(this.body);
    signal.addEventListener("abort", () => resized.disconnect());
  }
  /**
   * Show these rows from now on.
   *
   * @param {readonly R[]} rows Sorted by key; not kept in step, so call again after a change.
   */
  update(rows) {
    const { keyOf } = this.options;
    this.#putBack();
    const top = this.body.scrollTop;
    if (this.#hasLeft()) this.following = false;
    const anchor = this.following ? void 0 : this.rows[Math.floor(top / ROW_HEIGHT)];
    this.rows = rows.slice();
    this.space.style.height = `${rows.length * ROW_HEIGHT}px`;
    this.grid.setAttribute("aria-rowcount", String(rows.length + 1));
    if (anchor !== void 0) {
      const moved = lowerBound(rows, keyOf(anchor), keyOf) * ROW_HEIGHT + top % ROW_HEIGHT;
      if (moved !== top) this.body.scrollTop = moved;
      this.#keepTop();
    }
    this.draw();
  }
  /** Go to the newest row, and follow. */
  toTail() {
    this.#follow();
    this.draw();
    this.focus();
  }
  focus() {
    this.grid.focus({ preventScroll: true });
  }
  /** @param {number | null} key */
  select(key) {
    this.selected = key;
    this.draw();
  }
  #draw() {
    const { rows, body } = this;
    const { keyOf } = this.options;
    const height = body.clientHeight;
    this.#putBack();
    if (this.following) {
      this.pinned = Math.max(0, rows.length * ROW_HEIGHT - height);
      body.scrollTop = this.pinned;
    }
    this.#keepTop();
    const { first, end } = visibleRange(body.scrollTop, height, rows.length);
    const drawn = /* @__PURE__ */ new Map();
    for (let index = first; index < end; index += 1) {
      const row = rows[index];
      const key = keyOf(row);
      const old = this.drawn.get(key);
      const element = old?.element ?? h("div", { class: "row", role: "row", id: `${this.id}-${key}`, "data-key": key });
      if (old?.row !== row) this.#fill(element, row);
      element.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
      element.setAttribute("aria-rowindex", String(index + 2));
      element.setAttribute("aria-selected", String(key === this.selected));
      if (old === void 0) this.space.append(element);
      drawn.set(key, { element, row });
    }
    for (const [key, { element }] of this.drawn) if (!drawn.has(key)) element.remove();
    this.drawn = drawn;
    const active = this.selected !== null && drawn.has(this.selected) ? `${this.id}-${this.selected}` : null;
    if (active === null) this.grid.removeAttribute("aria-activedescendant");
    else this.grid.setAttribute("aria-activedescendant", active);
    this.#count();
  }
  /**
   * @param {HTMLElement} element
   * @param {R} row
   */
  #fill(element, row) {
    element.dataset.tone = this.options.toneOf(row);
    element.replaceChildren(
      ...this.options.columns.map((column) => h("span", { class: cellClass(column), role: "gridcell" }, column.cell(row)))
    );
  }
  /** Say how many rows came since the tail was last in view. */
  #count() {
    const { rows, options } = this;
    const last = rows.at(-1);
    if (last !== void 0 && (this.following || this.#atTail())) this.seen = options.keyOf(last);
    const fresh = rows.length - lowerBound(rows, this.seen + 1, options.keyOf);
    this.jump.hidden = fresh === 0;
    this.jump.textContent = `▼ ${count(fresh)} new — jump`;
    this.empty.hidden = rows.length > 0;
  }
  #atTail() {
    return atTail(this.body.scrollTop, this.body.clientHeight, this.rows.length);
  }
  #follow() {
    this.following = true;
    this.pinned = this.body.scrollTop;
  }
  /** Whether somebody scrolled up since the tail was last scrolled to. Rows that came since do not count. */
  #hasLeft() {
    return this.body.scrollTop < this.pinned - ROW_HEIGHT / 2 && !this.#atTail();
  }
  /** JupyterLab takes an output out of the page and puts it back: it then stands at its top, which nobody asked for. */
  #putBack() {
    const { scrollTop, clientHeight } = this.body;
    const idle = performance.now() - this.touched;
    if (clientHeight > 0 && wasThrown(scrollTop, this.top, idle)) this.body.scrollTop = this.top;
  }
  #keepTop() {
    if (this.body.clientHeight > 0) this.top = this.body.scrollTop;
  }
  #onScroll() {
    this.#putBack();
    if (this.body.clientHeight > 0) {
      if (this.following) this.following = !this.#hasLeft();
      else if (this.#atTail()) this.#follow();
    }
    this.draw();
  }
  /** @param {number} index */
  #choose(index) {
    const row = this.rows[index];
    this.following = this.following && index === this.rows.length - 1;
    this.selected = this.options.keyOf(row);
    this.options.onSelect(row);
    this.draw();
  }
  /** @param {MouseEvent} event */
  #onClick(event) {
    const element = (
      /** @type {Element} */
      event.target.closest("[data-key]")
    );
    if (element === null) return;
    const { keyOf } = this.options;
    const key = Number(element.getAttribute("data-key"));
    const index = lowerBound(this.rows, key, keyOf);
    if (index === this.rows.length || keyOf(this.rows[index]) !== key) return;
    this.#choose(index);
    this.options.onOpen();
  }
  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || this.rows.length === 0) return;
    const last = this.rows.length - 1;
    const page = Math.max(1, Math.floor(this.body.clientHeight / ROW_HEIGHT) - 1);
    const { keyOf } = this.options;
    const here = this.selected === null ? null : lowerBound(this.rows, this.selected, keyOf);
    const moves = {
      ArrowDown: here === null ? last : here + 1,
      ArrowUp: here === null ? last : here - 1,
      PageDown: (here ?? last) + page,
      PageUp: (here ?? last) - page,
      Home: 0,
      End: last
    };
    if (event.key in moves) {
      const index = Math.min(last, Math.max(0, moves[event.key]));
      this.#choose(index);
      if (event.key === "End") this.#follow();
      else this.body.scrollTop = scrollToShow(index, this.body.scrollTop, this.body.clientHeight);
    } else if (event.key === "Enter" && this.selected !== null) {
      this.options.onOpen();
    } else {
      return;
    }
    event.preventDefault();
  }
};
function cellClass(column) {
  return `cell ${column.id}${column.end ? " end" : ""}${column.wide ? " wide" : ""}`;
}

// src/viewers/hex.js
var WIDTH = 8;
var MAX_BYTES = 16 * 1024;
function hexDump(bytes) {
  const lines = [];
  for (let start = 0; start < Math.min(bytes.length, MAX_BYTES); start += WIDTH) {
    const row = [...bytes.subarray(start, start + WIDTH)];
    const codes = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const glyphs = row.map((byte) => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·").join("");
    lines.push(`${start.toString(16).padStart(6, "0")}  ${codes.padEnd(WIDTH * 3 - 1)}  ${glyphs}`);
  }
  if (bytes.length > MAX_BYTES) lines.push(`… ${bytes.length - MAX_BYTES} more bytes are not shown`);
  return lines.join("\n");
}
var hex = {
  id: "hex",
  applies: (mediaType) => mediaType === "application/octet-stream",
  render: (bytes) => h("pre", { class: "text hex", tabindex: 0, "aria-label": "Body, hexadecimal" }, hexDump(bytes))
};

// src/viewers/json.js
var TOKEN = /\s+|"(?:[^"\\]|\\.)*(?:"|\\?$)|-?\d[\d.eE+-]*|-?[A-Za-z]+|[{}[\],:]/y;
function layOut(source) {
  const parts = [];
  let depth = 0;
  const newline = () => parts.push(["", `
${"  ".repeat(depth)}`]);
  const tokens = split(source);
  if (tokens === null) return [["", source]];
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    if (token === "{" || token === "[") {
      parts.push(["", token]);
      if (next === "}" || next === "]") return;
      depth += 1;
      newline();
    } else if (token === "}" || token === "]") {
      const before = tokens[index - 1];
      if (before !== "{" && before !== "[") {
        depth = Math.max(0, depth - 1);
        newline();
      }
      parts.push(["", token]);
    } else if (token === ",") {
      parts.push(["", token]);
      newline();
    } else if (token === ":") {
      parts.push(["", ": "]);
    } else {
      parts.push([token.startsWith('"') ? next === ":" ? "key" : "string" : "literal", token]);
    }
  });
  return parts;
}
function split(source) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const token = TOKEN.exec(source)?.[0];
    if (token === void 0) return null;
    if (token.trim() !== "") tokens.push(token);
  }
  return tokens;
}
var MAX_COLOURED = 5e3;
var json = {
  id: "json",
  applies: (mediaType) => /^application\/(?:[\w.-]+\+)?json$/.test(mediaType),
  render(bytes) {
    const parts = layOut(new TextDecoder().decode(bytes));
    const content = parts.length > MAX_COLOURED ? [parts.map(([, text2]) => text2).join("")] : parts.map(([look, text2]) => look === "" ? text2 : h("span", { class: look }, text2));
    return h("pre", { class: "text json", tabindex: 0, "aria-label": "Body, JSON" }, ...content);
  }
};

// src/viewers/text.js
var text = {
  id: "text",
  applies: () => true,
  render: (bytes) => h("pre", { class: "text", tabindex: 0, "aria-label": "Body" }, new TextDecoder().decode(bytes))
};

// src/viewers/index.js
var VIEWERS = [hex, json, text];
function viewerFor(mediaType) {
  return VIEWERS.find((viewer) => viewer.applies(mediaType)) ?? text;
}

// src/panels/parts.js
function pairs(title, rows) {
  return h(
    "section",
    { class: "pairs" },
    h("h3", {}, title),
    rows.length === 0 ? h("p", { class: "note" }, "none") : h(
      "table",
      { "aria-label": title },
      h("tbody", {}, ...rows.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value))))
    )
  );
}
function sideView(el, side, context) {
  let drawn = "";
  let view = null;
  return (title, headers, body, live) => {
    const head = JSON.stringify([title, headers, body === null]);
    if (head !== drawn) {
      drawn = head;
      view = body === null ? null : bodyView(side, context);
      el.replaceChildren(title === "" ? "" : h("p", { class: "status-line" }, title), ...body === null && headers.length === 0 ? [] : [pairs("Headers", headers)], view?.element ?? "");
    }
    if (body !== null) view?.update(body, live);
  };
}
var LIVE_BYTES = 64 * 1024;
function bodyView(side, context) {
  const note = h("span", { class: "note" });
  const element = h("section", { class: "body" }, h("h3", {}, "Body", note));
  let shown = null;
  let fetched = 0;
  return {
    element,
    /**
     * @param {import("./index.js").Body} body
     * @param {boolean} live
     */
    update(body, live) {
      note.textContent = ` ${bodyNote(body)}`;
      if (body.kept === fetched || live && fetched >= LIVE_BYTES) return;
      fetched = body.kept;
      if (shown === null) {
        shown = payload((start) => context.ask("body", { side, start }), context.signal);
        element.append(shown.element);
      } else {
        shown.refresh();
      }
    }
  };
}
function bodyNote(body) {
  const parts = body.size === 0 ? ["empty"] : [size(body.size)];
  if (body.media_type !== "") parts.push(body.media_type);
  if (body.kept < body.size) parts.push(`first ${size(body.kept)} kept`);
  return parts.join(" · ");
}
function payload(ask, signal) {
  const view = h("div", { class: "payload" }, h("p", { class: "note" }, "Asking the kernel…"));
  const more = h("button", { type: "button", class: "more", hidden: true });
  let bytes = new Uint8Array(0);
  let latest = 0;
  async function fetch(start) {
    latest += 1;
    const mine = latest;
    more.disabled = true;
    try {
      const { value, buffer } = await ask(start);
      if (signal.aborted || mine !== latest) return;
      bytes = joined(bytes.subarray(0, start), buffer);
      const note = value.note === "" ? "" : h("p", { class: "note" }, value.note);
      view.replaceChildren(note, viewerFor(value.media_type).render(bytes));
      more.textContent = `Show more (${size(bytes.length)} of ${size(value.total)})`;
      more.hidden = bytes.length >= value.total;
    } catch (error2) {
      if (mine === latest) view.replaceChildren(h("p", { class: "note" }, String(
        /** @type {Error} */
        error2.message
      )));
    }
    more.disabled = false;
  }
  more.addEventListener("click", () => void fetch(bytes.length), { signal });
  void fetch(0);
  return { element: h("div", {}, view, more), refresh: () => void fetch(0) };
}
function joined(head, tail) {
  const end = tail === void 0 ? new Uint8Array(0) : new Uint8Array(tail.buffer, tail.byteOffset, tail.byteLength);
  const whole = new Uint8Array(head.length + end.length);
  whole.set(head);
  whole.set(end, head.length);
  return whole;
}

// src/panels/messages.js
var MAX_MESSAGES = 5e3;
var COLUMNS = [
  { id: "direction", title: "Direction", width: "9ch", cell: ({ direction }) => direction === "receive" ? "↑ receive" : "↓ send" },
  { id: "preview", title: "Message", width: "minmax(10ch, 1fr)", cell: ({ preview }) => preview },
  { id: "opcode", title: "Type", width: "7ch", wide: true, cell: ({ text: text2 }) => text2 ? "text" : "binary" },
  { id: "size", title: "Size", width: "7ch", end: true, cell: (message) => size(message.size) },
  { id: "time", title: "At", width: "8ch", end: true, wide: true, cell: ({ ms }) => duration(ms) }
];
var messages = {
  id: "messages",
  title: "Messages",
  applies: ({ websocket }) => websocket !== null,
  render(el, exchange, { ask, signal }) {
    let held = [];
    let next = 1;
    let asking = false;
    let current = exchange;
    let chosen = new AbortController();
    signal.addEventListener("abort", () => chosen.abort());
    const state = h("p", { class: "note", role: "status" });
    const view = h("div", { class: "message-view" });
    view.hidden = true;
    const grid = new Grid(
      {
        label: "WebSocket messages, oldest first",
        empty: "No messages yet.",
        columns: COLUMNS,
        keyOf: ({ n }) => n,
        toneOf: ({ direction }) => direction,
        onSelect: show,
        onOpen: () => {
        }
      },
      signal
    );
    function show({ n }) {
      chosen.abort();
      chosen = new AbortController();
      view.hidden = false;
      view.replaceChildren(payload((start) => ask("message", { n, start }), chosen.signal).element);
    }
    async function fetch() {
      if (asking) return;
      asking = true;
      try {
        while (!signal.aborted && current.websocket !== null && next <= current.websocket.last) {
          const { value } = await ask("messages", { start: next });
          if (signal.aborted) return;
          held = held.concat(value).slice(-MAX_MESSAGES);
          next = (held.at(-1)?.n ?? current.websocket.last) + 1;
          if (value.length === 0) next = current.websocket.last + 1;
          grid.update(held);
          say();
        }
      } catch (error2) {
        state.textContent = String(
          /** @type {Error} */
          error2.message
        );
      } finally {
        asking = false;
      }
    }
    function say() {
      const { websocket } = current;
      if (websocket === null) return;
      const gone = Math.max(websocket.dropped, (held[0]?.n ?? 1) - 1);
      const parts = [websocket.closed === "" ? "open" : websocket.closed];
      if (gone > 0) parts.push(`${gone} older messages were dropped`);
      state.textContent = parts.join(" · ");
    }
    el.replaceChildren(state, grid.element, view);
    say();
    void fetch();
    return (latest) => {
      current = latest;
      say();
      void fetch();
    };
  }
};

// src/panels/output.js
var output = {
  id: "output",
  title: "Output",
  applies: ({ output: output2 }) => output2.records.length > 0,
  render(el, { output: output2 }) {
    el.replaceChildren(
      output2.more === 0 ? "" : h("p", { class: "note" }, `${output2.more} older records are not shown`),
      h(
        "table",
        { "aria-label": "Output of the handler, oldest first" },
        h("thead", {}, h("tr", {}, ...["At", "Stream", "Text"].map((title) => h("th", { scope: "col" }, title)))),
        h(
          "tbody",
          {},
          ...output2.records.map(
            ({ at, kind, text: text2 }) => h("tr", {}, h("td", {}, at), h("td", {}, kind), h("td", {}, h("pre", {}, text2)))
          )
        )
      )
    );
  }
};

// src/panels/request.js
var request = {
  id: "request",
  title: "Request",
  applies: () => true,
  render(el, exchange, context) {
    const draw = sideView(el, "request", context);
    function update({ row, request: request2 }) {
      draw("", request2.headers, row.kind === "http" ? request2.body : null, LIVE.has(row.state));
    }
    update(exchange);
    return update;
  }
};

// src/panels/response.js
var response = {
  id: "response",
  title: "Response",
  applies: ({ row, response: response2 }) => row.kind === "http" || response2 !== null,
  render(el, exchange, context) {
    const draw = sideView(el, "response", context);
    function update({ row, response: response2 }) {
      const live = LIVE.has(row.state);
      if (response2 === null) draw(live ? "No response yet." : "The app sent no response.", [], null, live);
      else draw(`${response2.status} ${response2.reason}`, response2.headers, response2.body, live);
    }
    update(exchange);
    return update;
  }
};

// src/panels/summary.js
var summary = {
  id: "summary",
  title: "Summary",
  applies: () => true,
  render(el, { started_at, facts, faults }) {
    const groups = facts.filter(([, rows]) => rows.length > 0);
    el.replaceChildren(
      ...faults.map((fault) => h("p", { class: "fault" }, h("strong", {}, "Fault "), fault)),
      pairs("Exchange", [["started", clock(started_at)]]),
      ...groups.map(([title, rows]) => pairs(title, rows))
    );
  }
};

// src/panels/index.js
var PANELS = [summary, request, response, messages, output, error];

// src/detail.js
var PACE_MS = 250;
function firstTab(exchange) {
  if (exchange.error !== null) return "error";
  return exchange.row.kind === "websocket" ? "messages" : "response";
}
var Detail = class {
  /**
   * @param {import("./client.js").Client} client
   * @param {() => void} onClose
   * @param {AbortSignal} signal
   */
  constructor(client, onClose, signal) {
    this.client = client;
    this.seq = null;
    this.asked = null;
    this.asking = false;
    this.timer = 0;
    this.chosen = null;
    this.shown = null;
    this.exchange = null;
    this.panelLife = new AbortController();
    this.panelUpdate = void 0;
    this.title = h("h2", { class: "title" });
    this.close = h("button", { type: "button", class: "icon", "aria-label": "Close details", title: "Close (Esc)" }, "✕");
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Parts of the exchange" });
    this.panelId = uniqueId("panel");
    this.panel = h("div", { class: "panel", role: "tabpanel", id: this.panelId, tabindex: 0 });
    this.element = h(
      "section",
      { class: "detail", "aria-label": "Details" },
      h("div", { class: "detail-head" }, this.title, this.close),
      this.tabs,
      this.panel
    );
    this.close.addEventListener("click", onClose, { signal });
    this.tabs.addEventListener("click", (event) => this.#onTabClick(event), { signal });
    this.tabs.addEventListener("keydown", (event) => this.#onTabKey(event), { signal });
    signal.addEventListener("abort", () => {
      this.panelLife.abort();
      window.clearTimeout(this.timer);
    });
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
    const tab = (
      /** @type {HTMLElement | null} */
      this.tabs.querySelector("[aria-selected=true]")
    );
    (tab ?? this.panel).focus();
  }
  /** @param {Row} row */
  async #ask(row) {
    this.asking = true;
    this.asked = row;
    let answer;
    try {
      answer = /** @type {Exchange} */
      (await this.client.ask("detail", { seq: row.seq })).value;
    } catch (error2) {
      answer = String(
        /** @type {Error} */
        error2.message
      );
    }
    this.asking = false;
    if (this.signal.aborted || this.seq === null) return;
    if (row.seq === this.seq) {
      if (typeof answer === "string") this.#say(answer);
      else this.#render(answer);
    }
    const again = () => {
      this.timer = 0;
      const now = this.seq === null ? void 0 : this.client.rows.get(this.seq);
      if (now !== void 0 && now !== this.asked && !this.asking) void this.#ask(now);
    };
    if (row.seq === this.seq) this.timer = window.setTimeout(again, PACE_MS);
    else again();
  }
  #end() {
    this.panelLife.abort();
    this.panelUpdate = void 0;
    this.exchange = null;
    this.shown = null;
  }
  /** @param {string} text */
  #say(text2) {
    this.#end();
    this.tabs.replaceChildren();
    this.panel.replaceChildren(h("p", { class: "note" }, text2));
  }
  /** @param {Row} row */
  #head(row) {
    const { title } = this;
    const text2 = `${row.method} ${row.path}`;
    title.replaceChildren(
      h("span", { class: "what", title: text2 }, text2),
      h("span", { class: "outcome", "data-tone": toneOf(row) }, statusText(row)),
      h("span", { class: "took" }, duration(row.duration_ms))
    );
  }
  /** @param {Exchange} exchange */
  #render(exchange) {
    this.exchange = exchange;
    const panels = PANELS.filter((panel2) => panel2.applies(exchange));
    const wanted = this.chosen ?? firstTab(exchange);
    const panel = panels.find(({ id }) => id === wanted) ?? panels[0];
    this.#drawTabs(panels, panel.id);
    if (panel.id === this.shown && this.panelUpdate !== void 0) {
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
      ask: (what, args) => this.client.ask(what, { seq, ...args })
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
        ...panels.map(
          ({ id, title }) => h(
            "button",
            { type: "button", role: "tab", class: "tab", id: `${this.panelId}-${id}`, "data-panel": id, "aria-controls": this.panelId },
            title
          )
        )
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
    const id = (
      /** @type {Element} */
      event.target.closest("[data-panel]")?.getAttribute("data-panel")
    );
    if (id) this.#choose(id);
  }
  /** @param {KeyboardEvent} event */
  #onTabKey(event) {
    const tabs = (
      /** @type {HTMLElement[]} */
      [...this.tabs.children]
    );
    const here = tabs.findIndex((tab2) => tab2.getAttribute("aria-selected") === "true");
    const moves = {
      ArrowRight: (here + 1) % tabs.length,
      ArrowLeft: (here - 1 + tabs.length) % tabs.length,
      Home: 0,
      End: tabs.length - 1
    };
    if (!(event.key in moves) || here < 0) return;
    event.preventDefault();
    const tab = tabs[moves[event.key]];
    this.#choose(String(tab.getAttribute("data-panel")));
    tab.focus();
  }
};

// src/footer.js
var ANNOUNCE_MS = 2e3;
var LINKS = {
  asleep: ["○", "not connected"],
  connecting: ["◌", "connecting…"],
  waiting: ["◌", "waiting for the kernel: a cell runs, or the kernel is gone"],
  live: ["●", "live"],
  stopped: ["✕", "stopped"]
};
function footer(client, shownRows, signal) {
  const light = h("span", { class: "light" });
  const rate = h("span", { class: "rate" });
  const counts = h("span", { class: "counts" });
  const problem = h("span", { class: "problem", role: "alert" });
  const status2 = h("span", { class: "for-readers", role: "status" });
  const element = h("div", { class: "footer" }, counts, problem, status2);
  const told = { yet: false, seq: -1, timer: 0 };
  signal.addEventListener("abort", () => window.clearTimeout(told.timer));
  function announce() {
    told.timer = 0;
    const last = client.rows.list.at(-1)?.seq ?? -1;
    if (told.yet && last > told.seq) {
      const fresh = client.rows.list.filter(({ seq }) => seq > told.seq);
      const failed = fresh.filter(({ state }) => state === "error").length;
      status2.textContent = `${fresh.length} new${failed > 0 ? `, ${failed} with errors` : ""}`;
    }
    told.seq = last;
    told.yet = client.link === "live";
  }
  return {
    element,
    light,
    rate,
    /** @param {string} text */
    say(text2) {
      problem.textContent = text2;
    },
    /** @param {boolean} paused */
    draw(paused) {
      const [glyph, text2] = paused && client.link === "live" ? ["❚❚", "paused"] : LINKS[client.link];
      light.textContent = `${glyph} ${text2}`;
      light.dataset.link = client.link;
      if (client.link === "stopped") problem.textContent = client.reason;
      const masked = client.rows.list.reduce((sum, row) => sum + row.masked, 0);
      const parts = [
        `${count(shownRows())} shown`,
        `${count(client.counts.kept)} kept (${size(client.counts.bytes)})`,
        `${count(client.counts.dropped)} dropped`,
        `${count(masked)} masked`
      ];
      if (client.lost > 0) parts.push(`${count(client.lost)} missed`);
      counts.textContent = parts.join(" · ");
      const open = client.rows.list.filter(({ state }) => LIVE.has(state)).length;
      rate.textContent = open > 0 ? `${count(open)} open` : "";
      if (told.timer === 0) told.timer = window.setTimeout(announce, ANNOUNCE_MS);
    }
  };
}

// src/columns/cell.js
var cell = {
  id: "origin",
  title: "Cell",
  width: "6ch",
  wide: true,
  cell: (row) => row.cell ?? ""
};

// src/columns/method.js
var method = {
  id: "method",
  title: "Method",
  width: "8ch",
  cell: (row) => row.method
};

// src/columns/number.js
var number = {
  id: "number",
  title: "#",
  width: "5ch",
  wide: true,
  end: true,
  cell: (row) => String(row.seq)
};

// src/columns/path.js
var path = {
  id: "path",
  title: "Path",
  width: "minmax(10ch, 1fr)",
  cell(row) {
    const target = h("span", { class: "target", title: row.path }, row.path);
    if (row.kind !== "websocket") return target;
    const traffic = `↑${count(row.received ?? 0)} ↓${count(row.sent ?? 0)}`;
    return h("span", { class: "with-traffic" }, target, h("span", { class: "traffic" }, traffic));
  }
};

// src/columns/time.js
var time = {
  id: "time",
  title: "Time",
  width: "8ch",
  end: true,
  cell: (row) => duration(row.duration_ms)
};

// src/columns/index.js
var COLUMNS2 = [number, method, status, path, cell, time];

// src/list.js
function exchangeList({ onSelect, onOpen }, signal) {
  return new Grid(
    {
      label: "Requests, oldest first",
      empty: "No requests yet. Each one shows up here as it comes in.",
      columns: COLUMNS2,
      keyOf: seqOf,
      toneOf,
      onSelect,
      onOpen
    },
    signal
  );
}

// src/styles.css
var styles_default = `/* Tokens first: JupyterLab's, then VS Code's, then our own. Everything below uses tokens only. */
:host {
  all: initial;
  display: block;
  color-scheme: inherit;
  --ink: var(--jp-content-font-color1, var(--vscode-editor-foreground, light-dark(#1f2328, #e6e6e6)));
  --ink-soft: var(--jp-content-font-color2, var(--vscode-descriptionForeground, light-dark(#59636e, #a8b0b8)));
  --paper: var(--jp-layout-color0, var(--vscode-editor-background, light-dark(#fff, #1e1e1e)));
  --paper-raised: var(--jp-layout-color1, var(--vscode-sideBar-background, light-dark(#f6f8fa, #252526)));
  --line: var(--jp-border-color2, var(--vscode-panel-border, light-dark(#d0d7de, #3d444d)));
  --accent: var(--jp-brand-color1, var(--vscode-focusBorder, light-dark(#0b62c4, #5aa9ff)));
  --hover: color-mix(in srgb, var(--ink) 6%, transparent);
  --chosen: color-mix(in srgb, var(--accent) 18%, var(--paper));
  --font: var(--jp-ui-font-family, var(--vscode-font-family, system-ui, sans-serif));
  --mono: var(--jp-code-font-family, var(--vscode-editor-font-family, ui-monospace, monospace));
  /* Mixed with the ink, so that each keeps 4.5:1 on light and on dark paper. */
  --ok: color-mix(in srgb, #1a9c4b 72%, var(--ink));
  --moved: color-mix(in srgb, #2b7fd8 74%, var(--ink));
  --warn: color-mix(in srgb, #c77700 70%, var(--ink));
  --error: color-mix(in srgb, #e0323c 76%, var(--ink));
}

[hidden] { display: none !important; }

.inspector {
  box-sizing: border-box;
  display: flex;
  flex-direction: column;
  min-block-size: 240px;
  max-block-size: 900px;
  overflow: hidden;
  resize: vertical;
  border: 1px solid var(--line);
  border-radius: 4px;
  background: var(--paper);
  color: var(--ink);
  font: 13px/1.4 var(--font);
}
.inspector *, .inspector *::before { box-sizing: border-box; }

button {
  min-block-size: 24px;
  min-inline-size: 24px;
  padding: 0 8px;
  border: 1px solid var(--line);
  border-radius: 3px;
  background: var(--paper);
  color: inherit;
  font: inherit;
  cursor: pointer;
}
button:hover { background: var(--hover); }
button:disabled { color: var(--ink-soft); cursor: default; }
button[aria-pressed="true"] { border-color: var(--accent); background: var(--chosen); }
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }

/* Toolbar and footer */
.toolbar, .footer {
  display: flex;
  flex: none;
  align-items: center;
  gap: 8px;
  padding: 4px 8px;
  background: var(--paper-raised);
}
.toolbar { border-block-end: 1px solid var(--line); }
.footer { min-block-size: 24px; padding-block: 2px; border-block-start: 1px solid var(--line); color: var(--ink-soft); font-size: 12px; }
.footer span { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.light { flex: 1 1 auto; min-inline-size: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.light[data-link="live"]::first-letter { color: var(--ok); }
.light[data-link="waiting"] { color: var(--warn); }
.light[data-link="stopped"], .problem { color: var(--error); }
.rate { order: -1; flex: none; color: var(--ink-soft); }
.toolbar .light { order: -2; }
.for-readers { position: absolute; inline-size: 1px; block-size: 1px; clip-path: inset(50%); }

/* List and details: side by side when wide, one over the other when narrow */
.main { position: relative; display: flex; flex: 1 1 0; min-block-size: 0; }
.main > .list { flex: 1 1 45%; }
.detail { display: flex; flex: 1 1 55%; flex-direction: column; min-inline-size: 0; border-inline-start: 1px solid var(--line); background: var(--paper); }
.main[data-closed] > .detail { display: none; }
[data-layout="narrow"] .detail { position: absolute; inset: 0; z-index: 1; border: 0; }
[data-layout="narrow"] .main:not([data-closed]) > .list { visibility: hidden; }

/* A grid of rows; its columns are set by grid.js */
.list { position: relative; display: flex; min-inline-size: 0; min-block-size: 0; container-type: inline-size; }
.grid { display: flex; flex: 1; flex-direction: column; min-inline-size: 0; }
.head { flex: none; overflow: hidden; scrollbar-gutter: stable; border-block-end: 1px solid var(--line); background: var(--paper-raised); color: var(--ink-soft); }
/* On the cell, not the row: the rows' tracks are in ch, which follow the font size. */
.head .cell { font-size: 12px; font-weight: 400; }
.rows { flex: 1; overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable; }
.space { position: relative; overflow: hidden; }
.row { display: grid; grid-template-columns: var(--tracks); gap: 0 8px; block-size: 24px; padding-inline: 8px; line-height: 24px; }
.space > .row { position: absolute; inset-inline: 0; inset-block-start: 0; cursor: default; font-variant-numeric: tabular-nums; }
.space > .row:hover { background: var(--hover); }
.space > .row[aria-selected="true"] { background: var(--chosen); box-shadow: inset 3px 0 0 var(--accent); }
.grid:focus-visible { outline: none; }
.grid:focus-visible .row[aria-selected="true"] { outline: 2px solid var(--accent); outline-offset: -2px; }
.grid:focus-visible:not([aria-activedescendant]) { outline: 2px solid var(--accent); outline-offset: -2px; }
.cell { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.end { text-align: end; }
.number, .origin, .time, .size, .opcode, .direction { color: var(--ink-soft); }
.space .method, .space .status { font-weight: 600; }
.space .path, .space .preview { font-family: var(--mono); font-size: 12px; }
.with-traffic { display: flex; gap: 8px; }
.target { display: block; overflow: hidden; text-overflow: ellipsis; }
.traffic { flex: none; color: var(--ink-soft); }
.row[data-tone="ok"] .status, .outcome[data-tone="ok"] { color: var(--ok); }
.row[data-tone="moved"] .status, .row[data-tone="open"] .status, .outcome[data-tone="moved"], .outcome[data-tone="open"] { color: var(--moved); }
.row[data-tone="warn"] .status, .outcome[data-tone="warn"] { color: var(--warn); }
.row[data-tone="error"] .status, .outcome[data-tone="error"] { color: var(--error); }
.row[data-tone="receive"] .direction { color: var(--moved); }
.row[data-tone="send"] .direction { color: var(--ok); }
.empty { position: absolute; inset-block-start: 40px; inset-inline: 0; margin: 0; padding-inline: 16px; color: var(--ink-soft); text-align: center; }
.jump { position: absolute; inset-block-end: 8px; inset-inline-start: 50%; transform: translateX(-50%); border-color: var(--accent); border-radius: 12px; background: var(--paper-raised); box-shadow: 0 1px 4px rgb(0 0 0 / 25%); white-space: nowrap; }
@container (inline-size < 460px) {
  .row { grid-template-columns: var(--tracks-narrow); }
  .cell.wide { display: none; }
}

/* Details */
.detail-head { display: flex; flex: none; align-items: center; gap: 8px; padding: 4px 4px 0 12px; background: var(--paper-raised); }
.title { display: flex; flex: 1; gap: 12px; min-inline-size: 0; margin: 0; font: 600 13px/24px var(--font); }
.what { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; font-family: var(--mono); font-size: 12px; }
.outcome { flex: none; }
.took { flex: none; color: var(--ink-soft); font-weight: 400; }
.icon { flex: none; padding: 0; border-color: transparent; background: none; }
.tabs { display: flex; flex: none; gap: 4px; padding-inline: 8px; overflow-x: auto; border-block-end: 1px solid var(--line); background: var(--paper-raised); scrollbar-width: none; }
.tab { flex: none; min-block-size: 28px; padding: 0 8px; border: 0; border-block-end: 2px solid transparent; border-radius: 0; background: none; color: var(--ink-soft); }
.tab[aria-selected="true"] { border-block-end-color: var(--accent); color: var(--ink); font-weight: 600; }
.panel { flex: 1; min-block-size: 0; padding: 8px 12px 12px; overflow: auto; }
.panel h3 { margin: 10px 0 4px; font: 600 12px/1.4 var(--font); color: var(--ink-soft); }
.panel > :first-child h3, .panel > h3:first-child { margin-block-start: 0; }
.note { margin: 0; color: var(--ink-soft); font-weight: 400; }
.status-line { margin: 0 0 8px; font-weight: 600; }
.fault { margin: 0 0 8px; overflow-wrap: anywhere; color: var(--error); }
.pairs table { inline-size: 100%; border-collapse: collapse; table-layout: fixed; font-size: 12px; }
.pairs th { inline-size: 34%; padding: 2px 12px 2px 0; color: var(--ink); font-weight: 600; text-align: start; vertical-align: top; overflow-wrap: anywhere; }
.pairs td { padding: 2px 0; font-family: var(--mono); vertical-align: top; overflow-wrap: anywhere; }
.pairs tr + tr { border-block-start: 1px solid var(--line); }
pre { margin: 4px 0 0; padding: 8px; overflow: auto; border: 1px solid var(--line); border-radius: 3px; background: var(--paper-raised); color: var(--ink); font: 12px/1.5 var(--mono); tab-size: 4; }
.output table { inline-size: 100%; border-collapse: collapse; font-size: 12px; }
.output th { padding: 2px 12px 2px 0; font-weight: 600; text-align: start; }
.output td { padding: 2px 12px 2px 0; font-family: var(--mono); vertical-align: top; }
.output tbody tr + tr { border-block-start: 1px solid var(--line); }
.output pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
pre.text, pre.traceback { white-space: pre-wrap; overflow-wrap: anywhere; }
pre.hex { white-space: pre; overflow-wrap: normal; }
.json .key { color: var(--moved); }
.json .string { color: var(--ok); }
.json .literal { color: var(--warn); }
.more { margin-block-start: 8px; }
.panel.messages { display: flex; flex-direction: column; gap: 8px; overflow: hidden; }
.messages > .list { flex: 1 1 0; border: 1px solid var(--line); border-radius: 3px; }
.messages > .note { flex: none; font-size: 12px; }
.message-view { flex: none; max-block-size: 40%; overflow: auto; }

@media (forced-colors: active) {
  .space > .row[aria-selected="true"] { forced-color-adjust: none; background: Highlight; color: HighlightText; }
  .space > .row[aria-selected="true"] .cell, .space > .row[aria-selected="true"] .traffic { color: HighlightText; }
  .tab { border-block-end-color: Canvas; }
  .tab[aria-selected="true"] { border-block-end-color: Highlight; }
}
`;

// src/view.js
var SIDE_BY_SIDE = 640;
function renderInspector(host, client, signal) {
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
    foot.element
  );
  root.style.height = `${client.model.get("height")}px`;
  const shadow = host.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = styles_default;
  shadow.append(style, root);
  for (const type of ["keydown", "keyup", "keypress"]) {
    root.addEventListener(type, (event) => event.stopPropagation(), { signal });
  }
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onEscape();
  }, { signal });
  pause.addEventListener("click", () => setPaused(!paused), { signal });
  clear.addEventListener("click", () => void client.ask("clear").catch((error2) => foot.say(String(error2.message))), { signal });
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
      if (row !== void 0) detail.show(row);
      else detail.gone();
    }
    foot.draw(paused);
  }, signal);
  client.addEventListener("change", draw, { signal });
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

// src/main.js
var main_default = {
  /** @param {{ model: Model }} context */
  initialize({ model }) {
    const client = clientOf(model);
    return () => client.close();
  },
  /** @param {{ model: Model, el: HTMLElement }} context */
  render({ model, el }) {
    const life = new AbortController();
    const host = document.createElement("div");
    el.replaceChildren(host);
    renderInspector(host, clientOf(model), life.signal);
    return () => life.abort();
  }
};
export {
  main_default as default
};
