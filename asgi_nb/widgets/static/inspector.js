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
    const status2 = this.kernelStatus;
    if (status2 === "idle" || status2 === "busy") return;
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
function oncePerFrame(draw4, signal) {
  let frame = 0;
  signal.addEventListener("abort", () => cancelAnimationFrame(frame));
  return () => {
    if (frame !== 0 || signal.aborted) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      draw4();
    });
  };
}
function keepKeys(host, root, signal) {
  host.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const type of ["keydown", "keyup", "keypress"]) {
    root.addEventListener(type, (event) => event.stopPropagation(), { signal });
  }
}

// src/actions/diff.js
var diff = {
  id: "diff",
  sign: "±",
  word: "Diff",
  label: "Diff with the one before",
  code: (name) => `older.diff(${name}): with the one that it repeats, else the last one of the same route`,
  async run(context) {
    const { value } = await context.command("diff", { seqs: [context.row.seq] });
    context.sheet.open("Compared", context.button, [drawnDiff(value)], context.row.seq);
  }
};
function drawnDiff(found) {
  const { differences } = found;
  const rows = differences.map(
    ({ kind, sign, place, old, new: now, lines: lines2 }) => h(
      "tr",
      { "data-kind": kind },
      h("td", { class: "sign" }, `${sign} ${kind}`),
      h("th", { scope: "row" }, place),
      ...lines2.length > 0 ? [h("td", { colspan: 2 }, h("pre", {}, ...lines2.map(drawnLine)))] : [h("td", {}, kind === "added" ? "" : old), h("td", {}, kind === "removed" ? "" : now)]
    )
  );
  return h(
    "div",
    { class: "diff" },
    h("p", { class: "story" }, `${found.old.title} → ${found.new.title}: ${found.summary}`),
    rows.length === 0 ? null : h(
      "div",
      { class: "scrolling", tabindex: 0, role: "group", "aria-label": "Differences" },
      h(
        "table",
        { class: "records" },
        h("thead", {}, h("tr", {}, ...["what", "where", `before (#${found.old.seq})`, `after (#${found.new.seq})`].map((title2) => h("th", { scope: "col" }, title2)))),
        h("tbody", {}, ...rows)
      )
    ),
    found.more > 0 ? h("p", { class: "note" }, `${found.more} more: see ${found.code}`) : null,
    found.timing === "" ? null : h("p", { class: "note" }, found.timing),
    h("code", { class: "code" }, found.code)
  );
}
function drawnLine(line) {
  const kind = line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "same";
  return h("span", { class: "diff-line", "data-kind": kind }, `${line}
`);
}

// src/actions/waiting.js
var PATIENCE_MS2 = 400;
var LISTENS_MS = 300;
var QUEUED = "Queued: a cell is running. It goes as soon as the kernel listens.";
var SENT = "Sent. Waiting for the answer…";
function watched(client, asked, say) {
  let settled = false;
  let heard = false;
  const timers = [];
  timers.push(window.setTimeout(() => {
    client.ask("here").then(() => {
      heard = true;
      if (!settled) say(SENT);
    }, () => {
    });
    timers.push(window.setTimeout(() => {
      if (!settled && !heard) say(QUEUED);
    }, LISTENS_MS));
  }, PATIENCE_MS2));
  return asked.finally(() => {
    settled = true;
    for (const timer of timers) window.clearTimeout(timer);
    say("");
  });
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
function soFar(ms) {
  if (ms < 1e3) return "…";
  return ms < 6e4 ? `${Math.floor(ms / 1e3)} s` : duration(ms);
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

// src/popover.js
function popover({ label, face, title: title2, onOpen }, signal) {
  const id = uniqueId("popover");
  const button = h("button", { type: "button", "aria-label": label, "aria-expanded": "false", "aria-controls": id, title: title2 ?? label }, face);
  const panel = h("div", { class: "popover", id, role: "group", "aria-label": label, tabindex: -1, hidden: true });
  const element = h("div", { class: "popover-place" }, button, panel);
  function set3(open2) {
    panel.hidden = !open2;
    button.setAttribute("aria-expanded", String(open2));
  }
  let from = button;
  function open(back = button) {
    from = back;
    onOpen?.();
    set3(true);
    (panel.querySelector("button, input, select") ?? panel).focus();
  }
  function close() {
    if (panel.hidden) return;
    const inside = element.contains(
      /** @type {ShadowRoot} */
      element.getRootNode().activeElement
    );
    set3(false);
    if (inside) from.focus({ preventScroll: true });
  }
  button.addEventListener("click", () => panel.hidden ? open() : set3(false), { signal });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    event.stopPropagation();
    close();
  }, { signal });
  document.addEventListener("pointerdown", (event) => {
    if (!event.composedPath().includes(element)) set3(false);
  }, { signal });
  return { element, button, panel, open, close };
}

// src/marks.js
var SIGNS = { red: "●", orange: "▲", yellow: "■", green: "✚", blue: "★", purple: "❖" };
function colourSign({ colour }) {
  if (!(colour in SIGNS)) return null;
  return h("span", { class: "colour", "data-colour": colour, role: "img", "aria-label": `marked ${colour}`, title: `marked ${colour}` }, `${SIGNS[colour]} `);
}
function tagList({ tags: tags2 }) {
  if (tags2.length === 0) return null;
  return h("span", { class: "tags", title: `tags: ${tags2.join(", ")}` }, ...tags2.map((tag) => h("span", { class: "tag" }, tag)));
}
function wordsOf(text2) {
  return [...new Set(text2.split(",").map((word) => word.trim().replace(/\s+/g, " ")))].filter((word) => word !== "");
}
function commonTags(rows) {
  return (rows[0]?.tags ?? []).filter((tag) => rows.every(({ tags: tags2 }) => tags2.includes(tag)));
}
function markMenu({ rows, all, ask, leave }, signal) {
  const menu = popover({ label: "Mark", face: "Mark", title: 'exchange.colour = "red", exchange.tags = ["slow"] (m)', onOpen: fill }, signal);
  menu.panel.classList.add("above", "marks");
  function done() {
    menu.close();
    leave();
  }
  function fill() {
    const chosen = rows();
    const colour = chosen.every((row2) => row2.colour === chosen[0].colour) ? chosen[0]?.colour ?? "" : null;
    const buttons = ["", ...Object.keys(SIGNS)].map((name) => {
      const face = name === "" ? ["No colour"] : [h("span", { class: "colour", "data-colour": name, "aria-hidden": "true" }, `${SIGNS[name]} `), name];
      const button = h("button", { type: "button", "aria-pressed": String(name === colour) }, ...face);
      button.addEventListener("click", () => {
        ask("colour", { colour: name });
        done();
      });
      return button;
    });
    const before = commonTags(chosen);
    const known = [...new Set(all().flatMap(({ tags: tags2 }) => tags2))];
    const id = uniqueId("tags");
    const text2 = h("input", { type: "text", class: "text", "aria-label": "Tags, by commas", placeholder: "slow, login", list: id, maxlength: 300, spellcheck: "false", autocomplete: "off" });
    text2.value = before.join(", ");
    const form2 = h("form", { class: "add-header" }, text2, h("datalist", { id }, ...known.map((tag) => h("option", { value: tag }))), h("button", { type: "submit" }, "Keep"));
    form2.addEventListener("submit", (event) => {
      event.preventDefault();
      const after = wordsOf(text2.value);
      ask("tag", { add: after.filter((tag) => !before.includes(tag)), remove: before.filter((tag) => !after.includes(tag)) });
      done();
    });
    menu.panel.replaceChildren(
      h("p", { class: "menu-title" }, "Colour"),
      h("div", { class: "colours", role: "group", "aria-label": "Colour" }, ...buttons),
      h("p", { class: "menu-title" }, "Tags, by commas"),
      form2
    );
  }
  return menu;
}

// src/menu.js
function menuButton({ label, face, title: title2, head, items }, signal) {
  const id = uniqueId("menu");
  const button = h("button", { type: "button", "aria-label": label, "aria-haspopup": "menu", "aria-expanded": "false", title: title2 ?? label }, ...face);
  const panel = h("div", { class: "popover menu", hidden: true });
  const element = h("div", { class: "popover-place" }, button, panel);
  let opened2 = 0;
  const entries = () => [...panel.querySelectorAll("[role=menuitem]")].map((entry) => (
    /** @type {HTMLElement} */
    entry
  ));
  async function open(last = false) {
    opened2 += 1;
    const mine = opened2;
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    panel.replaceChildren(h("p", { class: "note", role: "status" }, "Asking the kernel…"));
    let found;
    try {
      found = await items();
    } catch (error2) {
      if (mine === opened2) panel.replaceChildren(h("p", { class: "problem", role: "alert" }, String(
        /** @type {Error} */
        error2.message
      )));
      return;
    }
    if (mine !== opened2 || panel.hidden) return;
    const menu = h("div", { role: "menu", id, "aria-label": label });
    for (const item of found) {
      const entry = h("div", { role: "menuitem", tabindex: -1, class: "menu-item", title: item.code }, item.title);
      entry.addEventListener("click", () => {
        close();
        item.run();
      });
      menu.append(entry);
    }
    panel.replaceChildren(head === void 0 ? "" : h("p", { class: "menu-title" }, head), menu);
    entries().at(last ? -1 : 0)?.focus();
  }
  function close() {
    if (panel.hidden) return;
    const inside = element.contains(
      /** @type {ShadowRoot} */
      element.getRootNode().activeElement
    );
    hide();
    if (inside) button.focus();
  }
  function hide() {
    opened2 += 1;
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
  }
  function onMenuKey(event) {
    const all = entries();
    const here = all.indexOf(
      /** @type {HTMLElement} */
      event.composedPath()[0]
    );
    if (here < 0) return;
    const moves = { ArrowDown: (here + 1) % all.length, ArrowUp: (here - 1 + all.length) % all.length, Home: 0, End: all.length - 1 };
    if (event.key in moves) all[moves[event.key]].focus();
    else if (event.key === "Enter" || event.key === " ") all[here].click();
    else if (event.key === "Tab") return hide();
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const letter = event.key.toLowerCase();
      [...all.slice(here + 1), ...all.slice(0, here + 1)].find(({ textContent }) => textContent?.toLowerCase().startsWith(letter))?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
  button.addEventListener("click", () => panel.hidden ? void open() : hide(), { signal });
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    void open(event.key === "ArrowUp");
  }, { signal });
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) {
      event.stopPropagation();
      close();
    } else onMenuKey(event);
  }, { signal });
  document.addEventListener("pointerdown", (event) => {
    if (!panel.hidden && !event.composedPath().includes(element)) hide();
  }, { signal });
  return { element, button, panel, open: () => void open(), close };
}

// src/actions.js
function selectionActions(client, list, say, signal) {
  const label = h("span", { class: "selected-count" });
  const pin = h("button", { type: "button", title: "exchange.pinned = True: it outlives eviction and Clear (p)" });
  const note2 = popover({ label: "Note", face: "Note", title: "exchange.note = … (n)", onOpen: fillNote }, signal);
  const remove = h("button", { type: "button", title: "asgi_nb.traffic.remove(…) (Delete)" }, "Delete");
  const element = h("div", { class: "actions", role: "group", "aria-label": "Selected requests", hidden: true }, label, pin, note2.element, remove);
  const compare2 = popover({ label: "Compare", face: "Compare", title: "asgi_nb.traffic[a].diff(asgi_nb.traffic[b])", onOpen: fillCompare }, signal);
  note2.panel.classList.add("above");
  compare2.panel.classList.add("above", "compare");
  const save = menuButton({ label: "Save as HAR", face: ["HAR ▾"], title: 'asgi_nb.traffic.save_har("traffic.har")', head: "Secrets stay masked", items: harItems }, signal);
  save.panel.classList.add("above");
  const mark = markMenu({ rows, all: () => client.rows.list, ask, leave: () => list.grid.focus() }, signal);
  element.insertBefore(mark.element, note2.element);
  element.insertBefore(compare2.element, remove);
  function selection() {
    return list.selection;
  }
  function rows() {
    return selection().flatMap((seq) => client.rows.get(seq) ?? []);
  }
  function ask(what, args) {
    if (selection().length > 0) client.ask(what, { seqs: selection(), ...args }).then(() => say(""), (error2) => say(String(error2.message)));
  }
  function togglePin() {
    ask("pin", { on: !rows().every(({ pinned }) => pinned) });
  }
  function removeSelected() {
    ask("remove", {});
    list.grid.deselect();
    list.grid.focus();
  }
  function fillNote() {
    const text2 = h("input", { type: "text", class: "text", "aria-label": "Note", maxlength: 200, autocomplete: "off" });
    text2.value = rows()[0]?.note ?? "";
    const form2 = h("form", { class: "add-header" }, text2, h("button", { type: "submit" }, "Keep"));
    form2.addEventListener("submit", (event) => {
      event.preventDefault();
      ask("note", { note: text2.value });
      note2.close();
      list.grid.focus();
    });
    note2.panel.replaceChildren(form2);
  }
  function harItems() {
    const shown = client.rows.list.map(({ seq }) => seq);
    const items = [{ title: `All that is shown (${count(shown.length)})`, run: () => void saveHar(shown) }];
    const chosen = selection();
    if (chosen.length > 0) items.unshift({ title: `Selected (${count(chosen.length)})`, run: () => void saveHar(chosen) });
    return items;
  }
  async function saveHar(seqs) {
    try {
      const { buffer } = await watched(client, client.ask("export", { seqs }), say);
      if (buffer === void 0) return;
      const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
      const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: "application/json" }));
      const link = document.createElement("a");
      link.href = url;
      link.download = "traffic.har";
      link.click();
      URL.revokeObjectURL(url);
    } catch (error2) {
      say(String(
        /** @type {Error} */
        error2.message
      ));
    }
  }
  async function fillCompare() {
    compare2.panel.replaceChildren(h("p", { class: "note" }, "Asking the kernel…"));
    try {
      const { value } = await client.ask("diff", { seqs: selection() });
      compare2.panel.replaceChildren(drawnDiff(value));
    } catch (error2) {
      compare2.panel.replaceChildren(h("p", { class: "note" }, String(
        /** @type {Error} */
        error2.message
      )));
    }
  }
  pin.addEventListener("click", togglePin, { signal });
  remove.addEventListener("click", removeSelected, { signal });
  return {
    element,
    save: save.element,
    togglePin,
    removeSelected,
    openMark() {
      if (selection().length > 0) mark.open(list.grid.grid);
    },
    openNote() {
      if (selection().length > 0) note2.open(list.grid.grid);
    },
    draw() {
      const chosen = selection();
      const { activeElement: active } = (
        /** @type {ShadowRoot} */
        element.getRootNode()
      );
      element.hidden = chosen.length === 0;
      label.textContent = chosen.length > 1 ? `${count(chosen.length)} selected` : "";
      compare2.element.hidden = chosen.length !== 2;
      const here = rows();
      const pinned = here.length > 0 && here.every((row2) => row2.pinned);
      pin.textContent = pinned ? "Unpin" : "Pin";
      if (active !== null && element.contains(active) && active.closest("[hidden]") !== null) list.grid.focus();
    }
  };
}

// src/actions/actions.css
var actions_default = '/* What can be done with an exchange: buttons in its head, menus, the sheet. Tokens are those of styles.css. */\n.exchange-actions { display: flex; flex: none; gap: 4px; }\n.exchange-actions button { padding: 0 6px; white-space: nowrap; }\n@container details (inline-size < 560px) { .exchange-actions .word { display: none; } }\n@container details (inline-size < 440px) {\n  .detail-head { flex-wrap: wrap; }\n  .exchange-actions { flex: 1 0 100%; order: 1; }\n  .detail-head .exchange-actions .menu { inset-inline: 0 auto; }\n}\n.action-note { flex: none; margin: 0; padding: 2px 12px; background: var(--paper-raised); font-size: 12px; overflow-wrap: anywhere; }\n.footer > .popover-place { margin-inline-start: auto; }\n.footer > .popover-place + .actions { margin-inline-start: 0; }\n.footer > .popover-place > button { color: var(--ink); }\n.menu { min-inline-size: 160px; padding: 4px 0; }\n.menu .menu-title, .menu > .note, .menu > .problem { margin: 4px 8px; }\n.menu-item { display: flex; align-items: center; min-block-size: 28px; padding: 2px 12px; cursor: default; white-space: nowrap; }\n.menu-item:hover { background: var(--hover); }\n.menu-item:focus { background: var(--chosen); box-shadow: inset 3px 0 0 var(--accent); outline: none; }\n.detail-head .menu { inset-inline: auto 0; }\n\n.sheet { display: flex; flex: 1; flex-direction: column; min-block-size: 0; padding: 0 12px 12px; overflow: auto; background: var(--paper); }\n.detail:has(> .sheet:not([hidden])) > :is(.tabs, .panel) { display: none; }\n.sheet-head { display: flex; flex: none; align-items: center; min-block-size: 32px; }\n.sheet-head h3 { flex: 1; margin: 0; font: 600 13px/24px var(--font); }\n.sheet > .note, .sheet > .problem { flex: none; margin: 0 0 6px; font-size: 12px; overflow-wrap: anywhere; }\n.sheet > :is(.note, .problem):empty { display: none; }\n.sheet-body { display: flex; flex: 1 0 auto; flex-direction: column; }\n.sheet textarea { inline-size: 100%; padding: 4px 8px; resize: vertical; white-space: pre; overflow: auto; }\n.sheet .copied { flex: 1; min-block-size: 96px; }\n.edit-form { display: flex; flex: 1 0 auto; flex-direction: column; gap: 2px; }\n.edit-form label { margin-block-start: 4px; color: var(--ink-soft); font-size: 12px; }\n.edit-form > * { flex: none; }\n.edit-form textarea { flex: 1 0 56px; min-block-size: 56px; }\n.edit-form .request-line { display: grid; grid-template-columns: 12ch 1fr; gap: 0 8px; }\n.edit-form .request-line[data-fields="1"] { grid-template-columns: 1fr; }\n.edit-form .request-line > label { grid-row: 1; }\n.edit-form .request-line > datalist { display: none; }\n.form-end { position: sticky; inset-block-end: -12px; display: flex; align-items: center; gap: 12px; margin-block-end: -12px; padding-block: 8px 12px; background: var(--paper); }\n.form-end button { flex: none; }\n.primary { border-color: var(--accent); }\n.code { min-inline-size: 0; color: var(--ink-soft); font: 12px/1.4 var(--mono); overflow-wrap: anywhere; }\n.diff { display: flex; flex-direction: column; gap: 6px; }\n.diff .scrolling { flex: none; }\n.diff .records { inline-size: 100%; min-inline-size: 56ch; table-layout: fixed; }\n.diff .records :is(th, td):first-child { inline-size: 11ch; }\n.diff .records :is(th, td):nth-child(2) { inline-size: 18ch; }\n.diff .records td, .diff .records th { white-space: pre-wrap; overflow-wrap: anywhere; vertical-align: top; }\n.diff .records .sign { white-space: nowrap; font-weight: 600; }\n.diff [data-kind="added"] > .sign, .diff-line[data-kind="added"] { color: var(--ok); }\n.diff [data-kind="removed"] > .sign, .diff-line[data-kind="removed"] { color: var(--error); }\n.diff [data-kind="changed"] > .sign { color: var(--warn); }\n\n/* Messages: which are shown, and what is sent */\n.panel.messages { overflow: auto; }\n.messages > .list { min-block-size: 96px; }\n.message-filter, .composer-line { display: flex; flex: none; flex-wrap: wrap; align-items: center; gap: 4px; }\n.message-filter .text { flex: 1 1 12ch; max-inline-size: 32ch; }\n.message-filter .note { font-size: 12px; }\n.composer { flex: none; }\n.composer .note:empty, .composer .problem:empty { display: none; }\n.composer .problem { margin: 2px 0 0; font-size: 12px; overflow-wrap: anywhere; }\n.composer textarea { flex: 1 1 16ch; min-block-size: 26px; padding: 2px 8px; resize: vertical; }\n.composer input[type="number"] { flex: 0 0 12ch; }\n.composer input[type="text"] { flex: 1 1 12ch; }\n.composer summary { margin-block-start: 2px; }\n\n@media (forced-colors: active) {\n  .menu-item:focus { outline: 2px solid Highlight; outline-offset: -2px; }\n}\n';

// src/copy.js
var SAID_MS = 1500;
async function copyText(text2, near) {
  if (navigator.clipboard !== void 0) {
    return navigator.clipboard.writeText(text2).then(() => true, () => false);
  }
  const { activeElement } = (
    /** @type {ShadowRoot} */
    near.getRootNode()
  );
  const area2 = h("textarea", { class: "for-readers", "aria-hidden": "true", tabindex: -1 });
  area2.value = text2;
  near.append(area2);
  area2.select();
  const done = document.execCommand("copy");
  area2.remove();
  activeElement?.focus();
  return done;
}
function copyButton(label, text2) {
  const button = h("button", { type: "button", class: "copy" }, label);
  const state = h("span", { class: "for-readers", role: "status" });
  let timer = 0;
  button.addEventListener("click", async () => {
    const done = await copyText(text2(), button);
    button.textContent = done ? "Copied" : "Not allowed";
    state.textContent = done ? "Copied" : "The browser does not allow copying";
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      button.textContent = label;
      state.textContent = "";
    }, SAID_MS);
  });
  return h("span", { class: "copying" }, button, state);
}

// src/actions/insert.js
function insertBelow(model, host, source2) {
  const shared = (
    /** @type {SharedNotebook | undefined} */
    model.widget_manager?.context?.model?.sharedModel
  );
  if (typeof shared?.insertCell !== "function" || !Array.isArray(shared.cells)) return false;
  shared.insertCell(placeOf(host, shared) + 1, { cell_type: "code", source: source2, metadata: { trusted: true } });
  return true;
}
function placeOf(host, shared) {
  const cell3 = host.closest(".jp-Cell");
  const said = Number(cell3?.getAttribute("data-windowed-list-index") ?? NaN);
  if (Number.isInteger(said) && said < shared.cells.length) return said;
  const drawn = [...host.closest(".jp-Notebook")?.querySelectorAll(".jp-Cell") ?? []];
  if (cell3 !== null && drawn.length === shared.cells.length) return drawn.indexOf(cell3);
  const shows = shared.cells.map((one) => JSON.stringify(one.toJSON?.().outputs ?? []).includes("<Inspector: "));
  return shows.includes(true) ? shows.lastIndexOf(true) : shared.cells.length - 1;
}

// src/actions/text.js
function showText({ sheet, button, row: row2 }, title2, text2, word) {
  const area2 = h("textarea", { class: "text copied", readonly: true, "aria-label": title2, spellcheck: "false" });
  area2.value = text2;
  sheet.open(title2, button, [area2], row2.seq);
  sheet.say(word);
  area2.select();
}

// src/actions/cell.js
var cell = {
  id: "cell",
  sign: "",
  word: "Cell",
  label: "New cell",
  code: () => "Puts code for it into a new cell, which is not run; secrets are masked",
  head: "A cell below, not run",
  async items(context) {
    const { value } = await context.ask("cells");
    return value.map((one) => ({
      title: one.title,
      run: () => void context.attempt(async () => {
        const text2 = String((await context.command("cell", { name: one.name })).value);
        if (insertBelow(context.model, context.host, text2)) {
          context.say("A cell was put in below. It was not run.");
          return;
        }
        const done = await copyText(text2, context.button);
        showText(context, one.title, text2, done ? "Copied: paste it into a new cell." : "Press Ctrl+C, and paste it into a new cell.");
      })
    }));
  }
};

// src/actions/copy.js
var copy = {
  id: "copy",
  sign: "",
  word: "Copy",
  label: "Copy as",
  code: (name) => `${name}.as_curl(), .as_httpx(), …: secrets are masked`,
  key: "c",
  head: "Secrets are masked",
  async items(context) {
    const { value } = await context.ask("copies");
    return value.map((one) => ({
      title: one.title,
      code: one.code,
      run: () => void context.attempt(async () => {
        const text2 = String((await context.command("copy", { name: one.name })).value);
        const done = await copyText(text2, context.button);
        showText(context, one.title, text2, `${done ? "Copied" : "Press Ctrl+C to copy"}: ${one.code}. Secrets are masked.`);
      })
    }));
  }
};

// src/actions/edit.js
var METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
var edit = {
  id: "edit",
  sign: "✎",
  word: "Edit",
  label: "Edit and send",
  code: (name) => `${name}.edit(path=…, json=…).send()`,
  key: "e",
  async run(context) {
    const { row: row2, sheet, button } = context;
    const { value } = await context.command("draft");
    const fields = fieldsOf(value);
    const send = h("button", { type: "submit", class: "primary" }, "Send");
    const code = h("code", { class: "code" });
    const [line, rest] = [fields.filter(({ input }) => input instanceof HTMLInputElement), fields.filter(({ input }) => input instanceof HTMLTextAreaElement)];
    const elements = (some) => some.flatMap(({ element }) => element);
    const form2 = h("form", { class: "edit-form" }, h("div", { class: "request-line", "data-fields": line.length }, ...elements(line)), ...elements(rest), h("div", { class: "form-end" }, send, code));
    const signal = sheet.open(`Edit #${row2.seq}`, button, [form2], row2.seq);
    sheet.say(value.note);
    const changed = () => fields.filter(({ input, was }) => input.value !== was);
    const draw4 = () => {
      const words = changed().map(({ name }) => `${name === "target" ? "path" : name}=…`);
      code.textContent = words.length === 0 ? `${context.name}.replay()` : `${context.name}.edit(${words.join(", ")}).send()`;
    };
    form2.addEventListener("input", draw4, { signal });
    form2.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form2.requestSubmit();
    }, { signal });
    form2.addEventListener("submit", async (event) => {
      event.preventDefault();
      send.disabled = true;
      try {
        const edits = Object.fromEntries(changed().map(({ name, input }) => [name, input.value]));
        const answer = await context.command("send", { edits }, (word) => sheet.say(word === "" ? value.note : word));
        if (!signal.aborted) sheet.close();
        context.select(answer.value);
      } catch (error2) {
        if (!signal.aborted) sheet.fail(String(
          /** @type {Error} */
          error2.message
        ));
      }
      send.disabled = false;
    }, { signal });
    draw4();
  }
};
function fieldsOf({ method: method2, target, headers, body, messages: messages2 }) {
  const fields = [];
  if (method2 !== null) fields.push(methodField(method2));
  fields.push(field("target", "Path and query", h("input", { type: "text", class: "text" }), target));
  fields.push(field("headers", "Headers, one a line", h("textarea", { class: "text", rows: 3 }), headers));
  if (method2 === null) fields.push(field("messages", "Messages of the client, one a line", h("textarea", { class: "text", rows: 6 }), messages2 ?? ""));
  else fields.push(field("body", "Body", h("textarea", { class: "text", rows: 3 }), body ?? ""));
  return fields;
}
function methodField(method2) {
  const list = uniqueId("methods");
  const found = field("method", "Method", h("input", { type: "text", class: "text", list }), method2);
  found.element.push(h("datalist", { id: list }, ...METHODS.map((value) => h("option", { value }))));
  return found;
}
function field(name, title2, input, value) {
  const id = uniqueId(name);
  for (const [key, set3] of Object.entries({ id, name, spellcheck: "false", autocomplete: "off", autocapitalize: "off" })) input.setAttribute(key, set3);
  input.value = value;
  return { name, input, was: input.value, element: (
    /** @type {HTMLElement[]} */
    [h("label", { for: id }, title2), input]
  ) };
}

// src/actions/replay.js
var replay = {
  id: "replay",
  sign: "↻",
  word: "Replay",
  label: "Replay",
  code: (name) => `${name}.replay()`,
  key: "r",
  async run({ command, select }) {
    const { value } = await command("replay");
    select(value);
  }
};

// src/actions/sheet.js
function makeSheet(signal, onClose) {
  const id = uniqueId("sheet");
  const title2 = h("h3", { id });
  const shut = h("button", { type: "button", class: "icon", "aria-label": "Close", title: "Close (Esc)" }, "✕");
  const status2 = h("p", { class: "note", role: "status" });
  const problem = h("p", { class: "problem", role: "alert" });
  const body = h("div", { class: "sheet-body" });
  const element = h("section", { class: "sheet", role: "dialog", "aria-labelledby": id, tabindex: -1, hidden: true }, h("div", { class: "sheet-head" }, title2, shut), status2, problem, body);
  let opener = null;
  let about = null;
  let life = new AbortController();
  signal.addEventListener("abort", () => life.abort());
  function close() {
    if (element.hidden && about === null) return;
    about = null;
    const inside = element.contains(
      /** @type {ShadowRoot} */
      element.getRootNode().activeElement
    );
    life.abort();
    element.hidden = true;
    body.replaceChildren();
    if (inside) opener?.focus();
    onClose?.();
  }
  shut.addEventListener("click", close, { signal });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  }, { signal });
  return {
    element,
    close,
    /**
     * Step aside while something else is looked at, with all that was written; come back with it.
     *
     * @param {number} seq What is looked at.
     */
    follow(seq) {
      if (about !== null) element.hidden = about !== seq;
    },
    /** @param {string} text */
    say(text2) {
      status2.textContent = text2;
      problem.textContent = "";
    },
    /** @param {string} text */
    fail(text2) {
      status2.textContent = "";
      problem.textContent = text2;
    },
    /**
     * Show something, and give the keyboard to it.
     *
     * @param {string} name
     * @param {HTMLElement} from Where the keyboard goes back to.
     * @param {readonly Node[]} content
     * @param {number | null} [seq] What it is about; else it stays, whatever is looked at.
     * @returns {AbortSignal} Aborts when it is closed, or shows something else.
     */
    open(name, from, content, seq = null) {
      about = seq;
      life.abort();
      life = new AbortController();
      opener = from;
      title2.textContent = name;
      status2.textContent = problem.textContent = "";
      body.replaceChildren(...content);
      element.hidden = false;
      const first = (
        /** @type {HTMLElement | null} */
        body.querySelector("input, textarea, select")
      );
      (first ?? element).focus();
      return life.signal;
    }
  };
}

// src/actions/index.js
var ACTIONS = [replay, edit, copy, cell, diff];
function exchangeActions(client, host, select, signal) {
  const sheet = makeSheet(signal);
  const note2 = h("p", { class: "action-note note", role: "status", hidden: true });
  const problem = h("p", { class: "action-note problem", role: "alert", hidden: true });
  let row2 = null;
  function say(text2) {
    note2.textContent = text2;
    note2.hidden = text2 === "";
    problem.textContent = "";
    problem.hidden = true;
  }
  async function attempt(act) {
    say("");
    try {
      await act();
    } catch (error2) {
      say("");
      problem.textContent = String(
        /** @type {Error} */
        error2.message
      );
      problem.hidden = false;
    }
  }
  function contextOf(of, button) {
    const ask = (what, args) => client.ask(what, { seq: of.seq, ...args });
    return {
      row: of,
      name: nameOf(of),
      button,
      sheet,
      model: client.channel.model,
      host,
      ask,
      command: (what, args, tell = say) => watched(client, ask(what, args), tell),
      attempt,
      select,
      say
    };
  }
  const buttons = /* @__PURE__ */ new Map();
  const element = h("div", { class: "exchange-actions", role: "group", "aria-label": "Do with this request" });
  for (const action of ACTIONS) {
    const face = action.sign === "" ? [action.word] : [h("span", { "aria-hidden": "true" }, action.sign), h("span", { class: "word" }, ` ${action.word}`)];
    const { run, items } = action;
    if (items !== void 0) {
      const list = () => row2 === null ? [] : items(contextOf(row2, menu.button));
      const menu = menuButton({ label: action.label, face: [...face, " ▾"], head: action.head, items: list }, signal);
      buttons.set(action.id, { button: menu.button, action, start: menu.open });
      element.append(menu.element);
    } else {
      const button = h("button", { type: "button", "aria-label": action.label }, ...face);
      const start = () => {
        const of = row2;
        if (of !== null && run !== void 0) void attempt(() => run(contextOf(of, button)));
      };
      button.addEventListener("click", start, { signal });
      buttons.set(action.id, { button, action, start });
      element.append(button);
    }
  }
  return {
    element,
    sheet: sheet.element,
    notes: [note2, problem],
    close: sheet.close,
    /** The exchange that the actions are for. @param {Row} latest */
    draw(latest) {
      if (row2 !== null && row2.seq !== latest.seq) say("");
      if (row2?.id !== latest.id) {
        for (const { button, action } of buttons.values()) {
          const key = action.key === void 0 ? "" : ` (${action.key})`;
          button.title = `${action.label}${key}: ${action.code(nameOf(latest))}`;
        }
      }
      row2 = latest;
      sheet.follow(latest.seq);
    },
    /** @param {string} id */
    start: (id) => buttons.get(id)?.start(),
    say
  };
}
function nameOf(row2) {
  return `asgi_nb.traffic["${row2.id}"]`;
}

// src/scroll.js
var ROW_HEIGHT = 24;
var CARD_HEIGHT = 44;
var OVERSCAN = 6;
var MAX_DRAWN = 60;
function visibleRange(scrollTop, height, total, rowHeight = ROW_HEIGHT) {
  const first = Math.max(0, Math.min(total, Math.floor(scrollTop / rowHeight) - OVERSCAN));
  const wanted = Math.ceil(height / rowHeight) + 2 * OVERSCAN + 1;
  return { first, end: Math.min(total, first + Math.min(wanted, MAX_DRAWN)) };
}
function atTail(scrollTop, height, total, rowHeight = ROW_HEIGHT) {
  return scrollTop + height >= total * rowHeight - 4;
}
var HAND_MS = 1e3;
function wasThrown(scrollTop, before, idle) {
  return scrollTop === 0 && before >= ROW_HEIGHT && idle > HAND_MS;
}
function scrollToShow(index, scrollTop, height, rowHeight = ROW_HEIGHT) {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
  return scrollTop;
}
function lowerBound(rows, key, keyOf2) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (keyOf2(rows[middle]) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

// src/rows.js
var MAX_ROWS = 5e3;
var seqOf = (row2) => row2.seq;
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
    for (const row2 of rows) {
      marked?.add(row2.seq);
      const last = list.at(-1);
      if (last === void 0 || row2.seq > last.seq) {
        list.push(row2);
        continue;
      }
      const index = lowerBound(list, row2.seq, seqOf);
      if (list[index].seq === row2.seq) list[index] = row2;
      else older.set(row2.seq, row2);
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
    const row2 = this.list[lowerBound(this.list, seq, seqOf)];
    return row2?.seq === seq ? row2 : void 0;
  }
};

// src/wire.js
var WIRE_VERSION = 2;
var LIVE = /* @__PURE__ */ new Set(["open", "held", "queued", "streaming"]);
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
var PATIENCE_MS3 = 3e3;
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
      (error2) => {
        if (this.wanted === wanted) this.wanted = null;
        wanted.reject(error2);
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
    }, PATIENCE_MS3);
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
      this.timer = window.setTimeout(() => this.#waitOn(), PATIENCE_MS3);
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

// src/compose/compose.css
var compose_default = "/* A new request: it has the place of the details for itself. Tokens are those of styles.css. */\n.detail:has(> .new-request:not([hidden])) > :is(.detail-head, .action-note) { display: none; }\n.new { flex: none; white-space: nowrap; }\n.new-request select { min-inline-size: 0; max-inline-size: 100%; flex: 1 1 24ch; font: 12px/1.4 var(--mono); }\n.chosen-route { display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: center; }\n.edit-form .chosen-route label { margin: 0; }\n.fields { display: flex; flex: 1 0 auto; flex-direction: column; gap: 6px; }\n.fields fieldset, .new-line { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20ch, 100%), 1fr)); gap: 4px 8px; min-inline-size: 0; margin: 0; padding: 0; border: 0; }\n.fields legend { margin-block: 6px 0; padding: 0; color: var(--ink-soft); font: 600 12px/1.4 var(--font); }\n.new-line { grid-template-columns: 12ch 1fr; }\n.new-line > datalist { display: none; }\n.field { display: flex; flex-direction: column; min-inline-size: 0; }\n.edit-form .field label { margin-block-start: 0; color: var(--ink); overflow-wrap: anywhere; }\n.field .kind { color: var(--ink-soft); }\n.field > .text { flex: none; inline-size: 100%; }\n.field > .problem { flex: none; margin: 2px 0 0; font-size: 12px; overflow-wrap: anywhere; }\n.field > .problem:empty { display: none; }\n.fields > .field:has(textarea) { flex: 1 0 auto; }\n.fields > .field > textarea { flex: 1 0 44px; min-block-size: 44px; }\n.fields > .field:last-child > textarea { flex-grow: 2; }\n";

// src/panels/composer.js
var ENDS = {
  client: { send: "send_to_client", close: "close_client", code: 1e3 },
  app: { send: "send_to_app", close: "close_app", code: 1005 }
};
var CODES = [1e3, 1001, 1003, 1008, 1011, 1012, 1013, 4e3];
function composer({ ask, client, signal }) {
  const to = choice("To", [["client", "to client"], ["app", "to app"]]);
  const form2 = choice("Type", [["text", "text"], ["json", "json"], ["hex", "hex"]]);
  const text2 = h("textarea", { class: "text", rows: 1, "aria-label": "Message", placeholder: "Message", spellcheck: "false", autocomplete: "off" });
  const send = h("button", { type: "submit" }, "Send");
  const status2 = h("p", { class: "note", role: "status" });
  const problem = h("p", { class: "problem", role: "alert" });
  const writing = h("form", { class: "composer-line" }, to, form2, text2, send);
  const known = uniqueId("codes");
  const codes = h("input", { type: "number", class: "text", "aria-label": "Close code", min: 1e3, max: 4999, list: known });
  const list = h("datalist", { id: known }, ...CODES.map((value) => h("option", { value })));
  const reason = h("input", { type: "text", class: "text", "aria-label": "Close reason", placeholder: "reason", maxlength: 123, autocomplete: "off" });
  const close = h("button", { type: "submit" }, "Close");
  const closing = h("form", { class: "composer-line" }, codes, list, reason, close);
  const more = h("details", { class: "closing" }, h("summary", {}, "Close the socket"), closing);
  const element = h("section", { class: "composer", "aria-label": "Send into this socket", hidden: true }, writing, more, status2, problem);
  let name = "exchange";
  function draw4() {
    const end = ENDS[to.value];
    send.title = `${name}.websocket.${end.send}(${form2.value === "hex" ? 'bytes.fromhex("…")' : '"…"'})`;
    close.title = `${name}.websocket.${end.close}(${codes.value})`;
    close.textContent = to.value === "client" ? "Close as the app" : "Close as the client";
  }
  async function run(button, what, args) {
    button.disabled = true;
    status2.textContent = problem.textContent = "";
    try {
      await watched(client, ask(what, { to: to.value, ...args }), (word) => status2.textContent = word);
      return true;
    } catch (error2) {
      problem.textContent = String(
        /** @type {Error} */
        error2.message
      );
      return false;
    } finally {
      button.disabled = false;
    }
  }
  to.addEventListener("change", () => {
    codes.value = String(ENDS[to.value].code);
    draw4();
  }, { signal });
  form2.addEventListener("change", draw4, { signal });
  codes.addEventListener("input", draw4, { signal });
  text2.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    writing.requestSubmit();
  }, { signal });
  writing.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = form2.value === "json" ? jsonProblem(text2.value) : "";
    if (wrong !== "") {
      problem.textContent = wrong;
      return;
    }
    if (await run(send, "ws_send", { data: text2.value, binary: form2.value === "hex" })) {
      text2.value = "";
      text2.focus();
    }
  }, { signal });
  closing.addEventListener("submit", (event) => {
    event.preventDefault();
    void run(close, "ws_close", { code: Number(codes.value), reason: reason.value });
  }, { signal });
  codes.value = String(ENDS.client.code);
  draw4();
  return {
    element,
    update({ row: row2, websocket }) {
      name = `asgi_nb.traffic["${row2.id}"]`;
      element.hidden = websocket === null || websocket.closed !== "" || row2.state !== "streaming";
      draw4();
    }
  };
}
function choice(label, options) {
  return h("select", { "aria-label": label }, ...options.map(([value, title2]) => h("option", { value }, title2)));
}
function jsonProblem(text2) {
  try {
    JSON.parse(text2);
    return "";
  } catch (error2) {
    return `Not JSON: ${/** @type {Error} */
    error2.message}`;
  }
}

// src/compose/fields.js
function fieldOf(name, title2, control, wrong = () => "") {
  const id = uniqueId("field");
  const problem = h("p", { class: "problem", id: `${id}-problem` });
  for (const [key, value] of Object.entries({ id, name, spellcheck: "false", autocomplete: "off", autocapitalize: "off", "aria-describedby": problem.id })) control.setAttribute(key, value);
  const element = h("div", { class: "field" }, h("label", { for: id }, ...title2), control, problem);
  function check() {
    const text2 = control.validity.badInput ? "Expected a number." : wrong(control.value);
    problem.textContent = text2;
    if (text2 === "") control.removeAttribute("aria-invalid");
    else control.setAttribute("aria-invalid", "true");
    return text2 === "";
  }
  control.addEventListener("change", check);
  control.addEventListener("input", () => {
    if (control.hasAttribute("aria-invalid")) check();
  });
  return { name, control, element, check };
}
function inputField(input, wrong) {
  const isNumber = input.kind === "int" || input.kind === "float";
  const control = h("input", {
    type: isNumber ? "number" : "text",
    class: "text",
    step: isNumber ? input.kind === "int" ? "1" : "any" : null,
    "aria-required": input.required ? "true" : null,
    placeholder: input.default === "" ? null : `${input.default} without it`
  });
  const hint = h("span", { class: "kind" }, ` ${input.kind}${input.required ? ", needed" : ""}`);
  return fieldOf(input.name, [input.name, hint], control, (value) => wrong(input, value));
}
function valuesOf(fields) {
  return Object.fromEntries(fields.map(({ name, control }) => [name, control.value]));
}

// src/compose/target.js
var PARAMETER = /\{([a-zA-Z_]\w*)(?::[a-zA-Z_]\w*)?\}/g;
var EXPECTED = {
  str: "one part of a path, without a slash",
  int: "a whole number, such as 7",
  float: "a number, such as 1.5",
  uuid: "a UUID: 32 hexadecimal digits, with or without hyphens"
};
function filledPath(path2, values, inputs) {
  return path2.replace(PARAMETER, (_, name) => {
    const value = values[name] ?? "";
    const whole = inputs.find((input) => input.name === name)?.kind === "path";
    return whole ? value.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(value);
  });
}
function queryOf(values, more) {
  const pairs2 = Object.entries(values).filter(([, value]) => value !== "").map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  const rest = more.trim().replace(/^[?&]/, "");
  if (rest !== "") pairs2.push(rest);
  return pairs2.length === 0 ? "" : `?${pairs2.join("&")}`;
}
function wrongInPath(input, value) {
  if (value === "" && !input.required) return "";
  const unsigned = input.pattern.startsWith("[0-9]") ? ", without a sign" : "";
  const expected = input.kind in EXPECTED ? EXPECTED[input.kind] + unsigned : `what matches ${input.pattern}`;
  if (value === "") return `Expected ${expected}; got nothing.`;
  return matches(input.pattern, value) ? "" : `Expected ${expected}; got “${value}”.`;
}
function wrongInField(input, value) {
  if (value === "") return input.required ? "The handler needs it; got nothing." : "";
  if (input.kind === "int" && !/^\s*[+-]?\d+\s*$/.test(value)) return `Expected a whole number, such as 7; got “${value}”.`;
  if (input.kind === "float" && !Number.isFinite(Number(value))) return `Expected a number, such as 1.5; got “${value}”.`;
  return "";
}
function matches(pattern, value) {
  if (pattern === "") return true;
  try {
    return new RegExp(`^(?:${pattern})$`, "us").test(value);
  } catch {
    return true;
  }
}
function pythonOf(method2, target, headers, body) {
  const more = [headers.trim() === "" ? "" : ", headers=…", body === "" ? "" : ", body=…"];
  return `asgi_nb.request(${JSON.stringify(`${method2} ${target}`)}${more.join("")})`;
}

// src/compose/index.js
var METHODS2 = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
var WITH_BODY = /* @__PURE__ */ new Set(["POST", "PUT", "PATCH", "QUERY"]);
var TYPES = { json: "content-type: application/json", form: "content-type: application/x-www-form-urlencoded" };
var OTHER = "other";
function newRequest(client, { select, onOpen, onLeave }, signal) {
  const sheet = makeSheet(signal, () => {
    if (!moving) onLeave();
  });
  sheet.element.classList.add("new-request");
  const button = h("button", { type: "button", class: "new", "aria-label": "New request", title: 'New request (+): asgi_nb.request("GET /…")' }, h("span", { "aria-hidden": "true" }, "+"), h("span", { class: "word" }, " New"));
  const chooseId = uniqueId("route");
  const choose = h("select", { id: chooseId }, h("option", { value: OTHER }, "Another path…"));
  const place = h("span", { class: "note" });
  const fields = h("div", { class: "fields" });
  const send = h("button", { type: "submit", class: "primary" }, "Send");
  const code = h("code", { class: "code" });
  const form2 = h(
    "form",
    { class: "edit-form", novalidate: true },
    h("div", { class: "chosen-route" }, h("label", { for: chooseId }, "Route"), choose, place),
    fields,
    h("div", { class: "form-end" }, send, code)
  );
  let routes = [];
  let route3 = null;
  let parts = drawn(null);
  parts.line[0].control.value = "GET";
  parts.line[1].control.value = "/";
  let moving = false;
  let asked = false;
  function drawn(inputs) {
    const path2 = (inputs?.path ?? []).map((input) => inputField(input, wrongInPath));
    const query = (inputs?.query ?? []).map((input) => inputField(input, wrongInField));
    const headers = (inputs?.headers ?? []).map((input) => inputField(input, wrongInField));
    const method2 = h("input", { type: "text", class: "text", list: uniqueId("methods") });
    const list = h("datalist", { id: method2.getAttribute("list") }, ...METHODS2.map((value) => h("option", { value })));
    const line = inputs === null ? [fieldOf("method", ["Method"], method2), fieldOf("target", ["Path and query"], h("input", { type: "text", class: "text" }))] : [];
    const more = inputs === null ? [] : [fieldOf("more-query", ["More of the query"], h("input", { type: "text", class: "text", placeholder: "a=1&b=2" }))];
    const others = fieldOf("headers", [inputs?.headers.length ? "More headers, one a line" : "Headers, one a line"], h("textarea", { class: "text", rows: 2 }));
    const isJson2 = inputs?.body === "json";
    const body = fieldOf("body", [isJson2 ? "Body, JSON" : "Body"], h("textarea", { class: "text", rows: 4 }), (value) => isJson2 ? jsonProblem(value) : "");
    const wantsBody = inputs === null || inputs.body !== "" || WITH_BODY.has(route3?.method ?? "");
    others.control.value = TYPES[inputs?.body ?? ""] ?? "";
    body.control.value = inputs?.skeleton ?? "";
    fields.replaceChildren(
      ...group("Path", path2),
      ...group("Query", [...query, ...more]),
      ...group("Headers", headers),
      line.length > 0 ? h("div", { class: "new-line" }, list, ...line.map(({ element }) => element)) : "",
      others.element,
      wantsBody ? body.element : ""
    );
    return { inputs, path: path2, query, headers, line, more, others, body, wantsBody };
  }
  function written() {
    const { inputs, path: path2, query, headers, line, more, others, body, wantsBody } = parts;
    const given = Object.entries(valuesOf(headers)).filter(([, value]) => value !== "").map(([name, value]) => `${name}: ${value}`);
    const rest2 = { headers: [...given, others.control.value].filter((text2) => text2.trim() !== "").join("\n"), body: wantsBody ? body.control.value : "" };
    if (inputs === null || route3 === null) {
      const [method2, target2] = line.map(({ control }) => control.value.trim());
      return { method: (method2 ?? "").toUpperCase(), target: target2 ?? "", ...rest2 };
    }
    const target = filledPath(route3.path, valuesOf(path2), inputs.path) + queryOf(valuesOf(query), more[0].control.value);
    return { method: route3.method, target, ...rest2 };
  }
  const rest = () => [...parts.line, ...parts.more, parts.others, ...parts.wantsBody ? [parts.body] : []];
  const all = () => [...parts.path, ...parts.query, ...parts.headers, ...rest()];
  function drawCode() {
    const { method: method2, target, headers, body } = written();
    code.textContent = pythonOf(method2, target, headers, body);
  }
  async function show(keep) {
    const chosen = routes.find((one) => keyOf(one) === choose.value) ?? null;
    const before = written();
    const old = { path: valuesOf(parts.path), query: valuesOf(parts.query), headers: valuesOf(parts.headers), rest: valuesOf(rest()) };
    const was = route3;
    let inputs = null;
    if (chosen !== null) inputs = (await client.ask("inputs", { n: chosen.n })).value;
    if (choose.value !== (chosen === null ? OTHER : keyOf(chosen))) return;
    route3 = chosen;
    place.textContent = chosen === null ? "" : chosen.place;
    parts = drawn(inputs);
    refill(parts.path, old.path);
    refill(parts.query, old.query);
    refill(parts.headers, old.headers);
    if (keep) refill(rest(), old.rest);
    if (chosen === null && !keep) {
      parts.line[0].control.value = was === null ? "GET" : before.method;
      parts.line[1].control.value = was === null ? "/" : before.target;
      parts.others.control.value = before.headers;
      parts.body.control.value = before.body;
    }
    drawCode();
  }
  async function open() {
    moving = false;
    onOpen();
    sheet.open("New request", button, [form2]);
    try {
      routes = (await client.ask("routes")).value;
      const before = asked ? choose.value : "";
      choose.replaceChildren(
        ...routes.map((one) => h("option", { value: keyOf(one) }, `${one.method} ${one.path}`)),
        h("option", { value: OTHER }, "Another path…")
      );
      asked = true;
      const same = [...choose.options].some(({ value }) => value === before);
      if (same) choose.value = before;
      await show(same);
      sheet.say(routes.length === 0 ? "There is no route to choose: a cell that begins with %%asgi_route GET / makes one." : "");
    } catch (error2) {
      sheet.fail(String(
        /** @type {Error} */
        error2.message
      ));
    }
  }
  async function submit() {
    const wrong = all().filter((field3) => !field3.check());
    if (wrong.length > 0) {
      sheet.fail(`Nothing was sent: ${wrong.length === 1 ? "a field needs" : `${wrong.length} fields need`} another value. Choose “Another path” to send it all the same.`);
      wrong[0].control.focus();
      return;
    }
    send.disabled = true;
    try {
      const { value } = await watched(client, client.ask("request", written()), sheet.say);
      leave();
      select(value);
    } catch (error2) {
      sheet.fail(String(
        /** @type {Error} */
        error2.message
      ));
    }
    send.disabled = false;
  }
  function leave() {
    moving = true;
    sheet.close();
  }
  button.addEventListener("click", () => void open(), { signal });
  choose.addEventListener("change", () => {
    sheet.say("");
    show(false).catch((error2) => sheet.fail(String(error2.message)));
  }, { signal });
  form2.addEventListener("input", drawCode, { signal });
  form2.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form2.requestSubmit();
  }, { signal });
  form2.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!send.disabled) void submit();
  }, { signal });
  return {
    button,
    sheet: sheet.element,
    open: () => void open(),
    /** Make room for the details of an exchange. */
    leave
  };
}
function keyOf({ method: method2, path: path2 }) {
  return `${method2} ${path2}`;
}
function refill(fields, values) {
  for (const { name, control } of fields) control.value = values[name] ?? control.value;
}
function group(title2, fields) {
  if (fields.length === 0) return [];
  return [h("fieldset", {}, h("legend", {}, title2), ...fields.map(({ element }) => element))];
}

// src/columns/status.js
var status = {
  id: "status",
  title: "Status",
  width: "7ch",
  fixed: true,
  cell: statusText,
  // What has none yet comes last, with "open" sockets beside it.
  value: (row2) => typeof row2.status === "number" ? row2.status : null
};
function statusText(row2) {
  if (row2.state === "error") return `! ${row2.status ?? "error"}`;
  if (row2.state === "aborted") return row2.status === null ? "aborted" : `${row2.status} ✕`;
  if (row2.state === "held") return "held";
  if (row2.state === "queued") return "queued";
  return row2.status === null ? "…" : String(row2.status);
}
function toneOf(row2) {
  if (row2.state === "error") return "error";
  if (row2.state === "aborted") return "warn";
  if (row2.state !== "done") return "open";
  const { status: status2 } = row2;
  if (status2 === null || status2 === "open" || status2 < 300) return "ok";
  if (status2 < 400) return "moved";
  if (status2 < 500) return "warn";
  return [1e3, 1001, 1005].includes(status2) ? "ok" : status2 < 1e3 ? "error" : "warn";
}

// src/columns/time.js
var time = {
  id: "time",
  title: "Time",
  width: "8ch",
  end: true,
  cell: (row2) => took(row2, row2.started_at),
  value: (row2) => row2.duration_ms,
  tick: countTimes
};
function took(row2, now) {
  return row2.duration_ms === null && LIVE.has(row2.state) ? soFar((now - row2.started_at) * 1e3) : duration(row2.duration_ms);
}
function countTimes(drawn, _inView, now) {
  for (const { element, row: row2 } of drawn) {
    if (row2.duration_ms !== null) continue;
    const cell3 = element.querySelector(".cell.time");
    const text2 = took(row2, now);
    if (cell3 !== null && cell3.textContent !== text2) cell3.textContent = text2;
  }
}

// src/panels/insight.js
function withInsight(el, { ask, signal }, draw4) {
  let drawn = "";
  let asking = false;
  let again = false;
  async function fetch() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    do {
      again = false;
      try {
        const { value } = await ask("insight");
        if (signal.aborted) return;
        const text2 = JSON.stringify(value);
        if (text2 !== drawn) {
          drawn = text2;
          draw4(value);
        }
      } catch (error2) {
        if (!signal.aborted) el.replaceChildren(h("p", { class: "note" }, String(
          /** @type {Error} */
          error2.message
        )));
      }
    } while (again && !signal.aborted);
    asking = false;
  }
  el.replaceChildren(h("p", { class: "note" }, "Asking the kernel…"));
  void fetch();
  return () => void fetch();
}

// src/panels/events.js
var isEventStream = ({ response: response2 }) => response2?.body.media_type === "text/event-stream";
var events = {
  id: "events",
  title: "Events",
  applies: isEventStream,
  render(el, _exchange, context) {
    const body = h("tbody");
    const note2 = h("p", { class: "note", role: "status" });
    const box = h("input", { type: "search", class: "text", placeholder: "filter: part of id, event or data", "aria-label": "Filter events", autocomplete: "off", spellcheck: "false" });
    const head = ["#", "At", "Event", "Id", "Data"].map((title2) => h("th", { scope: "col" }, title2));
    const table = h("table", { class: "records events-table", "aria-label": "Server-sent events, oldest first" }, h("thead", {}, h("tr", {}, ...head)), body);
    const content = [h("div", { class: "events-tools" }, box), note2, table];
    let held = { events: [], more_events: 0 };
    function draw4() {
      const wanted = box.value.toLowerCase();
      const shown = held.events.filter(({ id, event, data }) => [id, event, data].some((text2) => text2.toLowerCase().includes(wanted)));
      const parts = [wanted === "" ? `${count(shown.length)} events` : `${count(shown.length)} of ${count(held.events.length)} events`];
      if (held.more_events > 0) parts.push(`${count(held.more_events)} older ones are not shown`);
      note2.textContent = parts.join(" · ");
      body.replaceChildren(...shown.map(row));
    }
    box.addEventListener("input", draw4, { signal: context.signal });
    return withInsight(el, context, (insight) => {
      held = insight;
      if (!table.isConnected) el.replaceChildren(...content);
      draw4();
    });
  }
};
function row({ n, ms, event, id, data, retry }) {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, String(n)),
    h("td", {}, ms === null ? "" : duration(ms)),
    h("td", {}, event),
    h("td", {}, id),
    h("td", {}, h("pre", {}, data), retry === null ? "" : h("span", { class: "note" }, `retry after ${duration(retry)}`))
  );
}

// src/panels/origin.js
var STATES = {
  current: "✓ the cell is the same now",
  changed: "△ the cell has changed since",
  gone: "× the cell’s route is gone"
};
function originBadge({ cell: cell3, function: name, line, state }) {
  return h(
    "p",
    { class: "origin-badge" },
    cell3 === name ? `Answered by ${name}` : `Answered by ${name}, line ${line} of cell ${cell3} as it was then`,
    state in STATES ? h("span", { class: "badge", "data-state": state }, STATES[state]) : ""
  );
}

// src/panels/error.js
var error = {
  id: "error",
  title: "Error",
  applies: ({ error: error2 }) => error2 !== null,
  render(el, { error: error2, origin }) {
    if (error2 === null) return;
    const { frames } = error2;
    el.replaceChildren(
      h("p", { class: "fault" }, h("strong", {}, error2.type), error2.message === "" ? "" : `: ${error2.message}`),
      h("p", { class: "note" }, error2.where),
      origin === null ? "" : originBadge(origin),
      frames.length === 0 ? "" : h("h3", {}, "Where, the last call below"),
      h(
        "ol",
        { class: "frames" },
        ...frames.map(
          ({ place, line, function: name, source: source2, cell: cell3 }) => h(
            "li",
            { class: "frame", "data-cell": cell3 },
            h("div", {}, h("strong", {}, place), `, line ${line}, in ${name}`),
            source2 === "" ? "" : h("pre", { class: "code", tabindex: 0, role: "region", "aria-label": `${place}, line ${line}` }, source2)
          )
        )
      ),
      error2.skipped > 0 ? h("p", { class: "note" }, `${count(error2.skipped)} frames are left out`) : "",
      h(
        "details",
        {},
        h("summary", {}, "The whole traceback"),
        h("pre", { class: "traceback", tabindex: 0, role: "region", "aria-label": "Traceback" }, error2.traceback)
      )
    );
  }
};

// src/grid_head.js
function headCell(column, order, sortable) {
  const sorts = column.value !== void 0 && sortable;
  const by = order?.id === column.id;
  const text2 = by ? `${column.title} ${order.down ? "▼" : "▲"}` : column.title;
  const attributes = { class: cellClass(column), role: "columnheader", title: sorts ? `Sort by ${column.title}` : void 0 };
  if (!sorts) return h("span", attributes, text2);
  const direction = by ? order.down ? "descending" : "ascending" : "none";
  return h("span", { ...attributes, "data-column": column.id, "aria-sort": direction }, text2);
}
function cellClass(column) {
  return `cell ${column.id}${column.end ? " end" : ""}${column.wide === "last" ? " wide-last" : column.wide ? " wide" : ""}`;
}

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
    this.chosen = /* @__PURE__ */ new Set();
    this.base = null;
    this.ordered = true;
    this.rowHeight = ROW_HEIGHT;
    this.following = true;
    this.pinned = 0;
    this.top = 0;
    this.touched = -Infinity;
    this.seen = -Infinity;
    this.columns = options.columns;
    this.drawn = /* @__PURE__ */ new Map();
    this.refill = false;
    this.pressed = null;
    this.id = uniqueId("grid");
    this.draw = oncePerFrame(() => this.#draw(), signal);
    this.space = h("div", { class: "space", role: "presentation" });
    this.body = h("div", { class: "rows", role: "rowgroup" }, this.space);
    this.empty = h("p", { class: "empty" }, options.empty);
    this.jump = h("button", { class: "jump", type: "button", hidden: true });
    this.head = h("div", { class: "row", role: "row", "aria-rowindex": 1 });
    this.grid = h(
      "div",
      { class: "grid", role: "grid", tabindex: 0, "aria-label": options.label, "aria-multiselectable": options.onChoose !== void 0 },
      h("div", { class: "head", role: "rowgroup" }, this.head),
      this.body
    );
    this.element = h("div", { class: "list" }, this.grid, this.empty, this.jump);
    this.setColumns(options.columns, null);
    for (const type of ["wheel", "pointerdown", "touchmove", "keydown"]) {
      const touch = () => this.touched = performance.now();
      this.grid.addEventListener(type, touch, { signal, passive: true, capture: true });
    }
    this.space.addEventListener("pointerdown", (event) => {
      this.pressed = /** @type {Element} */
      event.target.closest("[data-key]");
    }, { signal });
    for (const type of ["pointerup", "pointercancel"]) {
      document.addEventListener(type, () => this.#release(), { signal, capture: true });
    }
    this.body.addEventListener("scroll", () => this.#onScroll(), { signal, passive: true });
    this.space.addEventListener("click", (event) => this.#onClick(event), { signal });
    this.space.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault(), { signal });
    this.grid.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.head.addEventListener("click", (event) => {
      const id = (
        /** @type {Element} */
        event.target.closest("[data-column]")?.getAttribute("data-column")
      );
      if (id) options.onSort?.(id);
    }, { signal });
    this.jump.addEventListener("click", () => this.ordered ? this.toTail() : options.onReturn?.(), { signal });
    const resized = new ResizeObserver(() => this.draw());
    resized.observe(this.body);
    signal.addEventListener("abort", () => resized.disconnect());
  }
  /**
   * Show these columns from now on.
   *
   * @param {readonly Column<R>[]} columns
   * @param {Order | null} order
   */
  setColumns(columns, order) {
    this.columns = columns;
    const tracks = (some) => some.map(({ width }) => width).join(" ");
    this.element.style.setProperty("--tracks", tracks(columns));
    this.element.style.setProperty("--tracks-less", tracks(columns.filter(({ wide }) => wide !== true)));
    this.element.style.setProperty("--tracks-narrow", tracks(columns.filter(({ wide }) => !wide)));
    this.grid.setAttribute("aria-colcount", String(columns.length));
    this.head.replaceChildren(...columns.map((column) => headCell(column, order, this.options.onSort !== void 0)));
    this.refill = true;
    this.draw();
  }
  /** Give each row two lines, or one. @param {boolean} wanted */
  setCards(wanted) {
    if (wanted === this.element.hasAttribute("data-cards")) return;
    const top = this.body.scrollTop / this.rowHeight;
    this.rowHeight = wanted ? CARD_HEIGHT : ROW_HEIGHT;
    this.element.toggleAttribute("data-cards", wanted);
    this.space.style.height = `${this.rows.length * this.rowHeight}px`;
    this.body.scrollTop = top * this.rowHeight;
    this.pinned = this.body.scrollTop;
    this.#keepTop();
    this.draw();
  }
  /**
   * Show these rows from now on.
   *
   * @param {readonly R[]} rows Not kept in step, so call again after a change.
   * @param {boolean} [ordered] Whether they are sorted by key.
   */
  update(rows, ordered = true) {
    const { keyOf: keyOf2 } = this.options;
    this.#putBack();
    const top = this.body.scrollTop;
    if (this.#hasLeft()) this.following = false;
    const anchor = this.following ? void 0 : this.rows[Math.floor(top / this.rowHeight)];
    this.rows = rows.slice();
    this.ordered = ordered;
    if (!ordered) this.following = false;
    this.space.style.height = `${rows.length * this.rowHeight}px`;
    this.grid.setAttribute("aria-rowcount", String(rows.length + 1));
    if (anchor !== void 0) {
      const index = this.#indexOf(keyOf2(anchor));
      const moved = index * this.rowHeight + top % this.rowHeight;
      if (index >= 0 && moved !== top) this.body.scrollTop = moved;
      this.#keepTop();
    }
    this.#draw();
  }
  /** Go to the newest row, and follow. */
  toTail() {
    this.#follow();
    this.draw();
    this.focus();
  }
  /** The rows between the upper and the lower edge: what is drawn beyond them is not seen. */
  inView() {
    const { scrollTop, clientHeight } = this.body;
    return this.rows.slice(Math.floor(scrollTop / this.rowHeight), Math.ceil((scrollTop + clientHeight) / this.rowHeight));
  }
  /** Show the first row. */
  toTop() {
    this.following = false;
    this.body.scrollTop = this.top = 0;
    this.draw();
  }
  focus() {
    this.grid.focus({ preventScroll: true });
  }
  /** Select a row, and bring it into view. @param {number} key @returns {boolean} Whether it is here. */
  select(key) {
    const index = this.#indexOf(key);
    const row2 = this.rows[index];
    if (row2 === void 0 || this.options.keyOf(row2) !== key) return false;
    this.#choose(index, "one");
    if (!this.following) this.body.scrollTop = scrollToShow(index, this.body.scrollTop, this.body.clientHeight, this.rowHeight);
    return true;
  }
  /** Forget which rows are selected. */
  deselect() {
    this.selected = this.base = null;
    this.chosen = /* @__PURE__ */ new Set();
    this.options.onChoose?.(this.chosen);
    this.draw();
  }
  /** The place of a row, or of the next one when the rows are ordered; else -1. @param {number} key */
  #indexOf(key) {
    const { keyOf: keyOf2 } = this.options;
    if (this.ordered) return lowerBound(this.rows, key, keyOf2);
    return this.rows.findIndex((row2) => keyOf2(row2) === key);
  }
  #draw() {
    const { rows, body } = this;
    const { keyOf: keyOf2 } = this.options;
    const height = body.clientHeight;
    this.#putBack();
    if (this.following) {
      this.pinned = Math.max(0, rows.length * this.rowHeight - height);
      body.scrollTop = this.pinned;
    }
    this.#keepTop();
    const { first, end } = visibleRange(body.scrollTop, height, rows.length, this.rowHeight);
    const drawn = /* @__PURE__ */ new Map();
    for (let index = first; index < end; index += 1) {
      const row2 = rows[index];
      const key = keyOf2(row2);
      const old = this.drawn.get(key);
      const element = old?.element ?? h("div", { class: "row", role: "row", id: `${this.id}-${key}`, "data-key": key });
      const waits = old !== void 0 && element === this.pressed;
      if (!waits && (old?.row !== row2 || this.refill)) this.#fill(element, row2);
      element.style.transform = `translateY(${index * this.rowHeight}px)`;
      element.setAttribute("aria-rowindex", String(index + 2));
      element.setAttribute("aria-selected", String(key === this.selected || this.chosen.has(key)));
      element.toggleAttribute("data-active", key === this.selected);
      drawn.set(key, { element, row: waits ? old.row : row2 });
    }
    for (const [key, { element }] of this.drawn) if (!drawn.has(key)) element.remove();
    let above = null;
    for (const { element } of drawn.values()) {
      const next = above === null ? this.space.firstChild : above.nextSibling;
      if (next !== element) this.space.insertBefore(element, next);
      above = element;
    }
    this.drawn = drawn;
    this.refill &&= this.pressed !== null;
    const active = this.selected !== null && drawn.has(this.selected) ? `${this.id}-${this.selected}` : null;
    if (active === null) this.grid.removeAttribute("aria-activedescendant");
    else this.grid.setAttribute("aria-activedescendant", active);
    this.#count();
    this.options.onDrawn?.();
  }
  /**
   * @param {HTMLElement} element
   * @param {R} row
   */
  #fill(element, row2) {
    element.dataset.tone = this.options.toneOf(row2);
    element.replaceChildren(
      ...this.columns.map((column) => h("span", { class: cellClass(column), role: "gridcell" }, column.cell(row2)))
    );
  }
  /** Say how many rows came since the tail was last in view. */
  #count() {
    const { rows, options } = this;
    const last = rows.at(-1);
    if (this.ordered && last !== void 0 && (this.following || this.#atTail())) this.seen = options.keyOf(last);
    const { seen } = this;
    const fresh = this.ordered ? rows.length - lowerBound(rows, seen + 1, options.keyOf) : rows.reduce((sum, row2) => sum + Number(options.keyOf(row2) > seen), 0);
    this.jump.hidden = fresh === 0;
    this.jump.textContent = `▼ ${count(fresh)} new — jump`;
    this.empty.hidden = rows.length > 0;
  }
  #atTail() {
    return atTail(this.body.scrollTop, this.body.clientHeight, this.rows.length, this.rowHeight);
  }
  #follow() {
    this.following = true;
    this.pinned = this.body.scrollTop;
  }
  /** Whether somebody scrolled up since the tail was last scrolled to. Rows that came since do not count. */
  #hasLeft() {
    return this.body.scrollTop < this.pinned - this.rowHeight / 2 && !this.#atTail();
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
      else if (this.ordered && this.#atTail()) this.#follow();
    }
    this.draw();
  }
  /**
   * @param {number} index
   * @param {"one" | "range" | "toggle"} how
   */
  #choose(index, how) {
    const { keyOf: keyOf2, onSelect, onChoose } = this.options;
    const row2 = this.rows[index];
    const key = keyOf2(row2);
    this.following = this.following && index === this.rows.length - 1;
    if (onChoose === void 0 || how === "one") this.chosen = /* @__PURE__ */ new Set([key]);
    else if (how === "toggle") this.chosen = without(new Set(this.chosen), key) ?? /* @__PURE__ */ new Set([...this.chosen, key]);
    else this.chosen = this.#range(index);
    if (how !== "range") this.base = key;
    this.selected = key;
    onChoose?.(this.chosen);
    onSelect(row2);
    this.draw();
  }
  /** No row waits any more to be filled. */
  #release() {
    if (this.pressed === null) return;
    this.pressed = null;
    this.draw();
  }
  /** The keys from where the range began to a row. @param {number} to */
  #range(to) {
    const from = this.base === null ? to : Math.max(0, this.#indexOf(this.base));
    const rows = this.rows.slice(Math.min(from, to), Math.max(from, to) + 1);
    return new Set(rows.map(this.options.keyOf));
  }
  /** @param {MouseEvent} event */
  #onClick(event) {
    const element = (
      /** @type {Element} */
      event.target.closest("[data-key]")
    );
    if (element === null) return;
    const { keyOf: keyOf2 } = this.options;
    const key = Number(element.getAttribute("data-key"));
    const index = this.#indexOf(key);
    if (index < 0 || index === this.rows.length || keyOf2(this.rows[index]) !== key) return;
    const how = event.shiftKey ? "range" : event.ctrlKey || event.metaKey ? "toggle" : "one";
    this.#choose(index, how);
    if (how === "one") this.options.onOpen();
  }
  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.altKey || this.rows.length === 0) return;
    const last = this.rows.length - 1;
    if (event.ctrlKey || event.metaKey) {
      if (event.key !== "a" || this.options.onChoose === void 0) return;
      this.chosen = new Set(this.rows.map(this.options.keyOf));
      this.options.onChoose(this.chosen);
      this.draw();
      event.preventDefault();
      return;
    }
    const page = Math.max(1, Math.floor(this.body.clientHeight / this.rowHeight) - 1);
    const found = this.selected === null ? -1 : this.#indexOf(this.selected);
    const here = found < 0 ? null : found;
    const down = here === null ? last : here + 1;
    const up = here === null ? last : here - 1;
    const moves = {
      ArrowDown: down,
      j: down,
      ArrowUp: up,
      k: up,
      PageDown: (here ?? last) + page,
      PageUp: (here ?? last) - page,
      Home: 0,
      End: last
    };
    if (event.key in moves) {
      const index = Math.min(last, Math.max(0, moves[event.key]));
      this.#choose(index, event.shiftKey ? "range" : "one");
      if (event.key === "End" && this.ordered) this.#follow();
      else this.body.scrollTop = scrollToShow(index, this.body.scrollTop, this.body.clientHeight, this.rowHeight);
    } else if (event.key === "Enter" && this.selected !== null) {
      this.options.onOpen();
    } else {
      return;
    }
    event.preventDefault();
  }
};
function without(set3, member) {
  return set3.delete(member) ? set3 : null;
}

// src/panels/old_code.js
function onOldCode({ replaced, state }) {
  return replaced && LIVE.has(state);
}
function oldCodeSign({ ask, signal }) {
  const problem = h("span", { class: "problem", role: "alert" });
  const one = h("button", { type: "button", title: "Closes with 1012, “service restart”: its client may connect again, to the current code" }, "Close");
  const all = h("button", { type: "button", title: "asgi_nb.app.close_replaced()" }, "Close all on old code");
  const element = h(
    "div",
    { class: "old-code", role: "group", "aria-label": "Old code" },
    h("span", {}, h("strong", {}, "⟲ on old code "), "its cell was run again; this socket goes on with the code it began with"),
    one,
    all,
    problem
  );
  let seq = 0;
  async function close(args) {
    try {
      await ask("close_replaced", args);
      problem.textContent = "";
    } catch (error2) {
      problem.textContent = String(
        /** @type {Error} */
        error2.message
      );
    }
  }
  one.addEventListener("click", () => void close({ seqs: [seq] }), { signal });
  all.addEventListener("click", () => void close({}), { signal });
  return {
    element,
    update(row2) {
      seq = row2.seq;
      element.hidden = !onOldCode(row2);
    }
  };
}

// src/panels/message_filter.js
var DIRECTIONS = [["all", "All"], ["receive", "↑ in"], ["send", "↓ out"], ["injected", "+ injected"]];
function messageFilter(changed, signal) {
  const direction = h("select", { "aria-label": "Direction" }, ...DIRECTIONS.map(([value, title2]) => h("option", { value }, title2)));
  const box = h("input", { type: "text", class: "text", "aria-label": "Messages that match", placeholder: "regular expression", title: "Looked for in the first 200 characters of each message", spellcheck: "false", autocomplete: "off" });
  const note2 = h("span", { class: "note", role: "status" });
  const element = h("div", { class: "message-filter" }, direction, box, note2);
  let pattern = null;
  function read() {
    try {
      pattern = box.value === "" ? null : new RegExp(box.value, "iu");
      box.removeAttribute("aria-invalid");
      note2.textContent = "";
    } catch (error2) {
      box.setAttribute("aria-invalid", "true");
      note2.textContent = String(
        /** @type {Error} */
        error2.message
      );
    }
    changed();
  }
  box.addEventListener("input", read, { signal });
  direction.addEventListener("change", changed, { signal });
  return {
    element,
    /** @param {readonly WsMessage[]} messages @returns {readonly WsMessage[]} */
    shown(messages2) {
      const found = filtered(messages2, direction.value, pattern);
      if (!box.hasAttribute("aria-invalid")) note2.textContent = found.length === messages2.length ? "" : `${found.length} of ${messages2.length}`;
      return found;
    }
  };
}
function filtered(messages2, direction, pattern) {
  if (direction === "all" && pattern === null) return messages2;
  return messages2.filter(
    (message) => (direction === "all" || message.direction === direction || direction === "injected" && message.injected) && (pattern === null || pattern.test(message.preview))
  );
}

// src/tips.js
var GRACE_MS = 200;
var GAP = 4;
function explained(label, about) {
  if (about === "") return label;
  const id = uniqueId("about");
  return h(
    "span",
    { class: "about" },
    h("button", { type: "button", class: "explained", "aria-describedby": id }, label),
    h("span", { id, hidden: true }, about)
  );
}
function showTips(root, signal) {
  const tip = h("div", { class: "tip", role: "tooltip", popover: "manual" });
  root.append(tip);
  let shown = null;
  let timer = 0;
  const wordOf = (target) => (
    /** @type {HTMLElement | null} */
    target instanceof Element ? target.closest(".explained") : null
  );
  function show(word) {
    window.clearTimeout(timer);
    if (shown === word) return;
    hide();
    tip.textContent = word.nextElementSibling?.textContent ?? "";
    shown = word;
    tip.showPopover();
    const place = word.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = tip;
    const below = place.bottom + GAP + offsetHeight <= window.innerHeight;
    tip.style.insetInlineStart = `${Math.max(GAP, Math.min(place.left, window.innerWidth - offsetWidth - GAP))}px`;
    tip.style.insetBlockStart = `${Math.max(GAP, below ? place.bottom + GAP : place.top - GAP - offsetHeight)}px`;
  }
  function hide() {
    window.clearTimeout(timer);
    if (shown === null) return;
    shown = null;
    tip.hidePopover();
  }
  function hideSoon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(hide, GRACE_MS);
  }
  root.addEventListener("pointerover", (event) => {
    const word = wordOf(event.target);
    if (word !== null) show(word);
    else if (event.target === tip) window.clearTimeout(timer);
    else if (shown !== null) hideSoon();
  }, { signal });
  root.addEventListener("pointerleave", hideSoon, { signal });
  root.addEventListener("focusin", (event) => {
    const word = wordOf(event.target);
    if (word !== null && word.matches(":focus-visible")) show(word);
  }, { signal });
  root.addEventListener("focusout", hide, { signal });
  root.addEventListener("click", (event) => {
    const word = wordOf(event.target);
    if (word !== null) show(word);
  }, { signal });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || shown === null) return;
    event.stopPropagation();
    hide();
  }, { signal });
  root.addEventListener("scroll", hide, { signal, capture: true, passive: true });
  signal.addEventListener("abort", hide);
  return { hide };
}

// src/viewers/kinds.js
var BINARY = "application/octet-stream";
var isJson = (mediaType) => /^application\/(?:[\w.-]+\+)?json$/.test(mediaType);
var isJsonLines = (mediaType) => /^application\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-lines)$/.test(mediaType);
var isTable = (mediaType) => mediaType === "text/csv" || mediaType === "text/tab-separated-values";
var isForm = (mediaType) => mediaType === "application/x-www-form-urlencoded" || mediaType === "multipart/form-data";
var IMAGES = /* @__PURE__ */ new Set([
  "image/apng",
  "image/avif",
  "image/bmp",
  "image/gif",
  "image/jpeg",
  "image/png",
  "image/svg+xml",
  "image/vnd.microsoft.icon",
  "image/webp",
  "image/x-icon"
]);

// src/viewers/csv.js
var MAX_ROWS2 = 500;
var MAX_COLUMNS = 50;
function parseTable(source2, limit) {
  const head = source2.slice(0, source2.search(/[\r\n]|$/));
  const separator = [",", ";", "	"].reduce((best, one) => head.split(one).length > head.split(best).length ? one : best);
  const rows = [];
  let row2 = [];
  let at = 0;
  while (at < source2.length && rows.length < limit) {
    let cell3 = "";
    if (source2[at] === '"') {
      let end = source2.indexOf('"', at + 1);
      while (end >= 0 && source2[end + 1] === '"') end = source2.indexOf('"', end + 2);
      const stop = end < 0 ? source2.length : end;
      cell3 = source2.slice(at + 1, stop).replaceAll('""', '"');
      at = stop + 1;
    }
    const start = at;
    while (at < source2.length && source2[at] !== separator && source2[at] !== "\n") at += 1;
    row2.push(cell3 + source2.slice(start, at).replace(/\r$/, ""));
    if (source2[at] !== separator) {
      rows.push(row2);
      row2 = [];
    } else if (at + 1 === source2.length) {
      row2.push("");
      rows.push(row2);
      row2 = [];
    }
    at += 1;
  }
  return rows;
}
var csv = {
  id: "csv",
  title: "Table",
  applies: ({ mediaType }) => isTable(mediaType),
  render({ bytes }) {
    const all = parseTable(new TextDecoder().decode(bytes), MAX_ROWS2 + 2);
    const [head = [], ...rest] = all;
    const shown = rest.slice(0, MAX_ROWS2);
    const width = Math.max(0, ...all.map((row2) => row2.length));
    const notes = [`${count(shown.length)} rows${rest.length > MAX_ROWS2 ? ", and more" : ""}, ${width} columns`];
    if (width > MAX_COLUMNS) notes.push(`the first ${MAX_COLUMNS} columns are shown`);
    return h(
      "div",
      {},
      h("p", { class: "note" }, notes.join("; ")),
      h(
        "div",
        { class: "scrolling", tabindex: 0, role: "region", "aria-label": "Body, table" },
        h(
          "table",
          { class: "records" },
          h("thead", {}, h("tr", {}, ...head.slice(0, MAX_COLUMNS).map((cell3) => h(cell3 === "" ? "td" : "th", cell3 === "" ? {} : { scope: "col" }, cell3)))),
          h("tbody", {}, ...shown.map((row2) => h("tr", {}, ...row2.slice(0, MAX_COLUMNS).map((cell3) => h("td", {}, cell3)))))
        )
      )
    );
  }
};

// src/panels/fields.js
var opened = /* @__PURE__ */ new Map();
function fieldTable(title2, rows, place, { ask, signal }, open) {
  const body = rows.map(
    (field3, index) => h("tr", {}, h("th", { scope: "row" }, explained(field3.name, field3.about)), h("td", {}, ...hiddenValue(field3, place, index, ask, signal)))
  );
  if (rows.length === 0) return h("p", { class: "note" }, `${title2}: none`);
  const fold = h(
    "details",
    { class: "pairs fold", open: opened.get(place) ?? open },
    h("summary", {}, title2, h("span", { class: "note" }, ` ${count(rows.length)}`)),
    h("table", { "aria-label": title2 }, h("tbody", {}, ...body))
  );
  fold.firstElementChild?.addEventListener("click", () => opened.set(place, !fold.open), { signal });
  return fold;
}
function hiddenValue({ name, value, hidden }, place, index, ask, signal) {
  if (!hidden) return [value];
  const text2 = h("span", { class: "value" }, value);
  const button = h("button", { type: "button", class: "reveal", "aria-pressed": "false", "aria-label": `Show the secret in ${name || "this field"}`, title: "For you only: it is kept nowhere" }, "Show");
  button.addEventListener("click", async () => {
    const open = button.getAttribute("aria-pressed") === "true";
    try {
      text2.textContent = open ? value : String((await ask("reveal", { place, index })).value);
      button.setAttribute("aria-pressed", String(!open));
      button.textContent = open ? "Show" : "Hide";
    } catch (error2) {
      text2.textContent = String(
        /** @type {Error} */
        error2.message
      );
    }
  }, { signal });
  return [text2, " ", button];
}

// src/viewers/form.js
var form = {
  id: "form",
  title: "Form",
  applies: ({ declared }, { ask }) => ask !== null && isForm(declared),
  render(_content, { ask, signal }) {
    const el = h("div", {}, h("p", { class: "note" }, "Asking the kernel…"));
    void draw(el, ask, signal);
    return el;
  }
};
async function draw(el, ask, signal) {
  if (ask === null) return;
  try {
    const { value } = await ask("form");
    if (signal.aborted) return;
    const notes = [value.more > 0 ? `${count(value.more)} more fields are not shown` : "", value.cut ? "the body was cut" : ""].filter(Boolean);
    el.replaceChildren(
      ...notes.map((note2) => h("p", { class: "note" }, note2)),
      value.rows.length === 0 ? h("p", { class: "note" }, "No field was found.") : h("div", { class: "pairs" }, h("table", { "aria-label": "Form" }, h("tbody", {}, ...value.rows.map(row2))))
    );
  } catch (error2) {
    el.replaceChildren(h("p", { class: "note" }, String(
      /** @type {Error} */
      error2.message
    )));
  }
  function row2(field3, index) {
    const shown = field3.filename === null ? hiddenValue(
      field3,
      "form",
      index,
      /** @type {NonNullable<typeof ask>} */
      ask,
      signal
    ) : [`file ${field3.filename === "" ? "(without a name)" : field3.filename}, ${size(field3.size)}${field3.content_type === "" ? "" : `, ${field3.content_type}`}`];
    return h("tr", {}, h("th", { scope: "row" }, field3.name), h("td", {}, ...shown));
  }
}

// src/viewers/hex.js
var WIDTH = 8;
var PAGE = 16 * 1024;
function hexDump(bytes, from = 0) {
  const lines2 = [];
  for (let start = from; start < Math.min(bytes.length, from + PAGE); start += WIDTH) {
    const row2 = [...bytes.subarray(start, start + WIDTH)];
    const codes = row2.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const glyphs = row2.map((byte) => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·").join("");
    lines2.push(`${start.toString(16).padStart(6, "0")}  ${codes.padEnd(WIDTH * 3 - 1)}  ${glyphs}`);
  }
  return lines2.join("\n");
}
var hex = {
  id: "hex",
  title: "Hex",
  applies: () => true,
  render({ bytes, mediaType }, { memory, signal }) {
    memory.from ??= 0;
    const dump = h("pre", { class: "text hex", tabindex: 0, role: "region", "aria-label": "Body, hexadecimal" });
    const place = h("span", { class: "note", role: "status" });
    const back = h("button", { type: "button", "aria-label": "Previous 16 KiB" }, "◂");
    const on = h("button", { type: "button", "aria-label": "Next 16 KiB" }, "▸");
    const pages = h("div", { class: "pages" }, back, on, place);
    function draw4() {
      const end = Math.min(bytes.length, memory.from + PAGE);
      dump.textContent = hexDump(bytes, memory.from);
      place.textContent = `bytes ${count(memory.from)} to ${count(end)} of ${count(bytes.length)}`;
      back.disabled = memory.from === 0;
      on.disabled = end === bytes.length;
      pages.hidden = bytes.length <= PAGE;
    }
    back.addEventListener("click", () => {
      memory.from = Math.max(0, memory.from - PAGE);
      draw4();
    }, { signal });
    on.addEventListener("click", () => {
      memory.from += PAGE;
      draw4();
    }, { signal });
    draw4();
    const note2 = mediaType === "application/octet-stream" ? "" : h("p", { class: "note" }, "The text as it is shown, in UTF-8.");
    return h("div", {}, note2, pages, dump);
  }
};

// src/viewers/inert_css.js
var ESCAPE = /\\(?:([0-9a-f]{1,6})(?:\r\n|[ \t\r\n\f])?|([^]))/gi;
var IN_NAMES = /[a-z-]/i;
var LOADING = /\b(url|src|image|image-set)\(/gi;
var PICTURE = /^\s*["']?\s*data:image\//i;
var LOCAL = /^\s*(["']?)#[\w.:-]+\1\s*\)/;
function inertCss(css, local = false) {
  return css.replace(ESCAPE, plainEscape).replace(/@import\b/gi, "@left-out").replace(LOADING, (all, name, at, whole) => {
    const address = whole.slice(at + all.length);
    return PICTURE.test(address) || local && LOCAL.test(address) ? all : `left-out-${name}(`;
  }).replaceAll("<", "\\3c ");
}
function plainEscape(all, hex2, other) {
  if (hex2 === void 0) return other !== void 0 && IN_NAMES.test(other) ? other : all;
  const code = parseInt(hex2, 16);
  const meant = code < 128 ? String.fromCharCode(code) : "";
  return IN_NAMES.test(meant) ? meant : `\\${hex2} `;
}

// src/viewers/inert_text.js
var TEXT = 3;
var escaped = (text2) => text2.replace(/[&<>"\u00a0]/g, (sign) => `&#${sign.charCodeAt(0)};`);
function textOf(node) {
  return [...node.childNodes].map((child) => child.nodeType === TEXT ? child.nodeValue ?? "" : textOf(child)).join("");
}

// src/viewers/inert_svg.js
var set = (names) => new Set(names.split(" "));
var ELEMENT = 1;
var TEXT2 = 3;
var NAMESPACE = /^http:[/]{2}www\.w3\.org[/]2000[/]svg$/;
var KEPT = set("svg g defs path rect circle ellipse line polyline polygon text tspan linearGradient radialGradient stop");
var WORDS = set("title desc");
var PLAIN = /* @__PURE__ */ new Map([["a", "g"], ["switch", "g"]]);
var ATTRIBUTES = set(
  "x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy width height d points pathLength viewBox preserveAspectRatio transform rotate offset gradientUnits gradientTransform spreadMethod stop-color stop-opacity fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color display visibility overflow paint-order vector-effect shape-rendering text-rendering font-family font-size font-weight font-style font-variant text-anchor text-decoration letter-spacing word-spacing dominant-baseline alignment-baseline baseline-shift textLength lengthAdjust writing-mode"
);
var NAMES = set("id class lang role");
function inertSvg(node) {
  if (node.nodeType === TEXT2) return escaped(node.nodeValue ?? "");
  if (node.nodeType !== ELEMENT || node.namespaceURI && !NAMESPACE.test(node.namespaceURI)) return "";
  const name = PLAIN.get(node.localName ?? "") ?? node.localName ?? "";
  if (WORDS.has(name)) return `<${name}>${escaped(textOf(node))}</${name}>`;
  if (!KEPT.has(name)) return "";
  const attributes = [...node.attributes ?? []].map((one) => inertAttribute(one.name, one.value)).join("");
  return `<${name}${attributes}>${[...node.childNodes].map(inertSvg).join("")}</${name}>`;
}
function inertAttribute(name, value) {
  if (NAMES.has(name) || /^aria-[a-z]+$/.test(name)) return ` ${name}="${escaped(value)}"`;
  return ATTRIBUTES.has(name) || name === "style" ? ` ${name}="${escaped(inertCss(value, true))}"` : "";
}

// src/viewers/inert.js
var ELEMENT2 = 1;
var TEXT3 = 3;
var set2 = (names) => new Set(names.split(" "));
var VOID = set2("br hr img input wbr col");
var KEPT2 = set2(
  "html body address article aside footer header h1 h2 h3 h4 h5 h6 hgroup main nav section search blockquote dd div dl dt figcaption figure hr li menu ol p pre ul a abbr b bdi bdo br cite code data dfn em i kbd mark q rp rt ruby s samp small span strong sub sup time u var wbr del ins caption col colgroup table tbody td tfoot th thead tr img style details summary dialog button datalist fieldset form input label legend meter optgroup option output progress select textarea center font tt big strike dir nobr"
);
var DROPPED = set2("script template link meta base title basefont bgsound math frameset frame noframes noembed param source track area");
var NAMED = set2("iframe object embed applet video audio canvas fencedframe portal");
var VERBATIM = set2("xmp listing plaintext");
var ATTRIBUTES2 = set2(
  "class id lang dir title alt width height align valign bgcolor color face size border cellpadding cellspacing colspan rowspan headers scope span nowrap start reversed type value placeholder checked selected disabled readonly multiple rows cols min max step low high optimum label name for open datetime role hidden"
);
var ODD_INPUTS = set2("image file");
var PICTURE2 = /^\s*data:image\//i;
function inertMarkup(node) {
  if (node.nodeType === TEXT3) return escaped(node.nodeValue ?? "");
  if (node.nodeType !== ELEMENT2) return "";
  const name = node.localName ?? "";
  if (DROPPED.has(name)) return "";
  if (name === "svg") return inertSvg(node);
  if (NAMED.has(name)) return `<span>[${name}]</span>`;
  if (name === "style") return `<style${attributesOf(node, name)}>${inertCss(textOf(node))}</style>`;
  if (VERBATIM.has(name)) return `<pre>${escaped(textOf(node))}</pre>`;
  const inside = [...node.childNodes].map(inertMarkup).join("");
  if (!KEPT2.has(name) && !/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(name)) return inside;
  const start = `<${name}${attributesOf(node, name)}>`;
  return VOID.has(name) ? start : `${start}${inside}</${name}>`;
}
function attributesOf(node, element) {
  return [...node.attributes ?? []].map(({ name, value }) => inertAttribute2(element, name, value)).join("");
}
function inertAttribute2(element, name, value) {
  const write = (as, text2) => ` ${as}="${escaped(text2)}"`;
  if (name === "style") return write(name, inertCss(value));
  if (name === "src") return element === "img" && PICTURE2.test(value) ? write(name, value) : "";
  if (name === "href") return element === "a" ? write(name, "about:blank") + write("title", value) : "";
  if (name === "type" && element === "input" && ODD_INPUTS.has(value.trim().toLowerCase())) return "";
  if (name === "title" && element === "a") return "";
  if (name === "media" && element === "style") return write(name, value);
  return ATTRIBUTES2.has(name) || /^aria-[a-z]+$/.test(name) ? write(name, value) : "";
}

// src/viewers/html.js
var POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
var HEAD = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><base href="about:blank" target="_blank">`;
var html = {
  id: "html",
  title: "Preview",
  applies: ({ mediaType }) => mediaType === "text/html" || mediaType === "application/xhtml+xml",
  render({ bytes }) {
    const read = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "text/html");
    const frame = h("iframe", { sandbox: true, referrerpolicy: "no-referrer", title: "Preview of the page, without scripts", class: "page-preview" });
    frame.setAttribute("csp", POLICY);
    frame.srcdoc = HEAD + inertMarkup(read.documentElement);
    return h("div", {}, h("p", { class: "note" }, "Without scripts, and without what it would load from elsewhere."), frame);
  }
};

// src/viewers/image.js
var image = {
  id: "image",
  title: "Image",
  applies: ({ declared, bytes, total }) => IMAGES.has(declared) && (bytes.length > 0 || total > 0),
  render({ bytes, total, declared, cut: cut2 }, { more, signal }) {
    const note2 = h("p", { class: "note", role: "status" }, "Loading…");
    if (bytes.length < total) {
      more();
      return h("div", {}, note2);
    }
    const picture = h("img", { alt: "The image in the body" });
    const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: declared }));
    const release = () => URL.revokeObjectURL(url);
    signal.addEventListener("abort", release);
    picture.addEventListener("load", () => {
      release();
      note2.textContent = `${picture.naturalWidth} × ${picture.naturalHeight} pixels, ${size(total)}`;
    });
    picture.addEventListener("error", () => {
      release();
      picture.remove();
      note2.textContent = cut2 ? "Only a part of the image is kept, too little to be drawn." : `The browser cannot draw this as ${declared}.`;
    });
    picture.src = url;
    return h("div", {}, note2, h("div", { class: "checkerboard" }, picture));
  }
};

// src/viewers/json.js
var TOKEN = /\s+|"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|-?\d[\d.eE+-]*|-?[A-Za-z]+|[{}[\],:]/y;
function layOut(source2) {
  const parts = [];
  let depth = 0;
  const newline = () => parts.push(["", `
${"  ".repeat(depth)}`]);
  const tokens = split(source2);
  if (tokens === null) return [["", source2]];
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
function split(source2) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source2.length) {
    const token = TOKEN.exec(source2)?.[0];
    if (token === void 0) return null;
    if (token.trim() !== "") tokens.push(token);
  }
  return tokens;
}
var MAX_COLOURED = 5e3;
var json = {
  id: "json",
  title: "Laid out",
  applies: ({ mediaType }) => isJson(mediaType),
  render: ({ bytes }) => coloured(new TextDecoder().decode(bytes))
};
function coloured(source2) {
  const parts = layOut(source2);
  const content = parts.length > MAX_COLOURED ? [parts.map(([, text2]) => text2).join("")] : parts.map(([look, text2]) => look === "" ? text2 : h("span", { class: look }, text2));
  return h("pre", { class: "text json", tabindex: 0, role: "region", "aria-label": "Body, JSON" }, ...content);
}

// src/viewers/json_parse.js
var MAX_NODES = 2e5;
var SPACE = /[ \t\n\r]*/y;
var STRING = /"[^"\\\n\t]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}|x(?:7f|[89a-f][0-9a-f])|U000[0-9a-f]{5})[^"\\\n\t]*)*"/y;
var NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;
var LITERAL = /(?:true|false|null)(?!\w)/y;
function parseJson(source2) {
  const open = [];
  let root = null;
  let nodes = 0;
  let at = 0;
  let first = false;
  let key = null;
  function match(pattern) {
    pattern.lastIndex = at;
    return pattern.exec(source2)?.[0];
  }
  const space = () => at += match(SPACE)?.length ?? 0;
  const fail = (text2) => ({ root: null, error: { at, text: at >= source2.length ? `${text2}, but it ends here` : text2 } });
  for (; ; ) {
    space();
    const parent = open.at(-1);
    const mark = source2[at];
    if (first && parent !== void 0 && mark === (parent.kind === "object" ? "}" : "]")) {
    } else {
      if (parent?.kind === "object") {
        const name = match(STRING);
        if (name === void 0) return fail(first ? 'expected a key in double quotes or "}"' : "expected a key in double quotes");
        at += name.length;
        key = name;
        space();
        if (source2[at] !== ":") return fail('expected ":" after the key');
        at += 1;
        space();
      }
      nodes += 1;
      if (nodes > MAX_NODES) return fail(`it has more than ${MAX_NODES} values, too many for a tree`);
      const start = at;
      const opened2 = source2[at];
      const node = { kind: "literal", key, children: [], start, end: start };
      key = null;
      if (opened2 === "{" || opened2 === "[") {
        node.kind = opened2 === "{" ? "object" : "array";
        at += 1;
      } else {
        const string = match(STRING);
        const number2 = string === void 0 ? match(NUMBER) : void 0;
        const word = string ?? number2 ?? match(LITERAL);
        if (word === void 0) return fail(opened2 === '"' ? "this text has no end, or a wrong escape" : "expected a value");
        node.kind = string !== void 0 ? "string" : number2 !== void 0 ? "number" : "literal";
        at += word.length;
        node.end = at;
      }
      if (parent === void 0) root = node;
      else parent.children.push(node);
      if (node.kind === "object" || node.kind === "array") {
        open.push(node);
        first = true;
        continue;
      }
    }
    for (; ; ) {
      const around = open.at(-1);
      if (around === void 0) {
        space();
        return at < source2.length ? fail("expected nothing more") : { root, error: null };
      }
      space();
      const close = around.kind === "object" ? "}" : "]";
      if (source2[at] === close) {
        at += 1;
        around.end = at;
        open.pop();
        continue;
      }
      if (source2[at] !== ",") return fail(`expected "," or "${close}"`);
      at += 1;
      first = false;
      break;
    }
  }
}
function placeOf2(source2, at) {
  const before = source2.slice(0, at);
  const line = before.split("\n").length;
  return { line, column: at - before.lastIndexOf("\n") };
}
function textOf2(literal) {
  const plain = literal.replace(/\\(?:x(..)|U(.{8})|.)/g, (escape, two, eight) => {
    const code = Number.parseInt(two ?? eight ?? "", 16);
    return Number.isNaN(code) ? escape : String.fromCodePoint(code);
  });
  return (
    /** @type {string} */
    JSON.parse(plain)
  );
}
var UNSAFE = /[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]/g;
function quoted(text2) {
  return JSON.stringify(text2).replace(UNSAFE, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
function pathTo(steps, style) {
  const parts = steps.map((step) => {
    if (typeof step === "number") return `[${step}]`;
    const name = textOf2(step);
    return style === "jsonpath" && /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${quoted(name)}]`;
  });
  return (style === "jsonpath" ? "$" : "data") + parts.join("");
}
function valueOf(source2, node) {
  const json2 = source2.slice(node.start, node.end);
  return node.kind === "string" ? textOf2(json2) : json2;
}

// src/viewers/lines.js
var MAX_LINES = 500;
var lines = {
  id: "lines",
  title: "Lines",
  applies: ({ mediaType }) => isJsonLines(mediaType),
  render({ bytes }) {
    const all = new TextDecoder().decode(bytes).split("\n").filter((line) => line.trim() !== "");
    const rows = all.slice(0, MAX_LINES).map((line, index) => {
      const { error: error2 } = parseJson(line);
      return h(
        "tr",
        {},
        h("th", { scope: "row" }, String(index + 1)),
        h("td", {}, line, error2 === null ? "" : h("span", { class: "fault" }, ` not JSON: ${error2.text}`))
      );
    });
    return h(
      "div",
      {},
      h("p", { class: "note" }, all.length > MAX_LINES ? `the first ${MAX_LINES} of ${count(all.length)} documents` : `${count(all.length)} documents`),
      h("div", { class: "scrolling", tabindex: 0, role: "region", "aria-label": "Body, lines" }, h("table", { class: "records" }, h("tbody", {}, ...rows)))
    );
  }
};

// src/viewers/text.js
var text = {
  id: "text",
  title: "Text",
  applies: ({ mediaType }) => mediaType !== BINARY,
  render: ({ bytes }) => h("pre", { class: "text", tabindex: 0, role: "region", "aria-label": "Body, text" }, new TextDecoder().decode(bytes))
};

// src/viewers/tree.js
var PAGE2 = 100;
var OPEN_AT_FIRST = 30;
var LINE = 300;
var tree = {
  id: "tree",
  title: "Tree",
  applies: ({ mediaType }) => isJson(mediaType),
  render({ bytes, total, cut: cut2 }, { memory }) {
    const source2 = new TextDecoder().decode(bytes);
    const { root, error: error2 } = parseJson(source2);
    if (root === null) {
      const whole = bytes.length >= total && !cut2;
      return broken(source2, error2, whole);
    }
    return new Tree(source2, root, memory).element;
  }
};
function broken(source2, error2, whole) {
  if (error2 === null || source2.trim() === "") return h("p", { class: "note" }, "There is no JSON to show.");
  const { line, column } = placeOf2(source2, error2.at);
  const said = whole ? `Not JSON: line ${line}, column ${column}: ${error2.text}.` : "Only a part of the JSON is here, too little for a tree.";
  const marked = source2.slice(error2.at, error2.at + 1);
  return h(
    "div",
    {},
    h("p", { class: whole ? "fault" : "note" }, said),
    h(
      "pre",
      { class: "text", tabindex: 0, role: "region", "aria-label": "Body, text" },
      source2.slice(0, error2.at),
      whole ? h("mark", { class: "wrong" }, marked === "" || marked === "\n" ? "⏎" : marked) : marked,
      marked === "\n" && whole ? "\n" : "",
      source2.slice(error2.at + 1)
    )
  );
}
var Tree = class {
  /**
   * @param {string} source
   * @param {Node} root
   * @param {Record<string, any>} memory
   */
  constructor(source2, root, memory) {
    this.source = source2;
    this.places = /* @__PURE__ */ new WeakMap();
    memory.style ??= "jsonpath";
    this.path = h("output", { class: "json-path" });
    const style = h(
      "select",
      { "aria-label": "Write paths as" },
      h("option", { value: "jsonpath" }, "JSONPath"),
      h("option", { value: "python" }, "Python")
    );
    style.value = memory.style;
    style.addEventListener("change", () => {
      memory.style = style.value;
      this.#say();
    });
    this.memory = memory;
    this.list = h("ul", { class: "tree", role: "tree", "aria-label": "Body, JSON" });
    this.current = this.#item(root, [], 1, 1, 1);
    this.current.setAttribute("tabindex", "0");
    this.list.append(this.current);
    this.#openSome(root);
    this.list.addEventListener("click", (event) => this.#onClick(event));
    this.list.addEventListener("keydown", (event) => this.#onKey(event));
    this.list.addEventListener("focusin", (event) => this.#onFocus(event));
    this.element = h(
      "div",
      { class: "tree-view" },
      h(
        "div",
        { class: "tree-tools" },
        copyButton("Copy value", () => valueOf(source2, this.#place().node)),
        copyButton("Copy path", () => this.path.textContent ?? ""),
        style,
        this.path
      ),
      this.list
    );
    this.#say();
  }
  #place() {
    return (
      /** @type {{ node: Node, steps: (string | number)[] }} */
      this.places.get(this.current)
    );
  }
  #say() {
    this.path.textContent = pathTo(this.#place().steps, this.memory.style);
  }
  /**
   * @param {Node} node
   * @param {(string | number)[]} steps
   * @param {number} level
   * @param {number} size
   * @param {number} position
   */
  #item(node, steps, level, size3, position) {
    const holds = node.children.length > 0;
    const item = h("li", {
      role: "treeitem",
      tabindex: -1,
      "aria-level": level,
      "aria-setsize": size3,
      "aria-posinset": position,
      "aria-expanded": holds ? "false" : null,
      "aria-selected": "false"
    });
    item.append(h("span", { class: "line" }, ...this.#label(node, steps)));
    this.places.set(item, { node, steps });
    return item;
  }
  /**
   * @param {Node} node
   * @param {(string | number)[]} steps
   */
  #label(node, steps) {
    const key = node.key ?? (steps.length > 0 ? String(steps.at(-1)) : "");
    const name = key === "" ? [] : [h("span", { class: "key" }, cut(key)), ": "];
    if (node.kind === "object" || node.kind === "array") {
      const [left, right, word] = node.kind === "object" ? ["{", "}", "key"] : ["[", "]", "item"];
      const { length } = node.children;
      if (length === 0) return [...name, left + right];
      return [...name, left, h("span", { class: "size-of" }, `${count(length)} ${word}${length === 1 ? "" : "s"}`), right];
    }
    return [...name, h("span", { class: node.kind === "string" ? "string" : "literal" }, cut(this.source.slice(node.start, node.end)))];
  }
  /** Open the tree from the top, level by level, while it fits one screen. @param {Node} root */
  #openSome(root) {
    let room = OPEN_AT_FIRST;
    const queue = [{ item: this.current, node: root }];
    for (const { item, node } of queue) {
      const { length } = node.children;
      if (length === 0 || length > room && node !== root) continue;
      room -= length;
      this.#expand(item);
      for (const child of item.querySelectorAll(":scope > ul > [aria-expanded]")) {
        const place = this.places.get(child);
        if (place !== void 0) queue.push({ item: child, node: place.node });
      }
    }
  }
  /** @param {Element} item */
  #expand(item) {
    const place = this.places.get(item);
    if (place === void 0 || !item.hasAttribute("aria-expanded")) return;
    item.setAttribute("aria-expanded", "true");
    if (item.querySelector(":scope > ul") !== null) return;
    const group2 = h("ul", { role: "group" });
    item.append(group2);
    this.#fill(item, group2, 0);
  }
  /**
   * Draw the next page of children, and the line behind which the rest waits.
   *
   * @param {Element} item
   * @param {Element} group
   * @param {number} from
   */
  #fill(item, group2, from) {
    const { node, steps } = (
      /** @type {{ node: Node, steps: (string | number)[] }} */
      this.places.get(item)
    );
    const level = Number(item.getAttribute("aria-level")) + 1;
    const { length } = node.children;
    const end = Math.min(length, from + PAGE2);
    for (let index = from; index < end; index += 1) {
      const child = node.children[index];
      group2.append(this.#item(child, [...steps, child.key ?? index], level, length, index + 1));
    }
    if (end === length) return;
    const rest = h("li", { role: "treeitem", tabindex: -1, class: "rest", "data-from": end, "aria-level": level, "aria-setsize": length, "aria-posinset": end + 1, "aria-selected": "false" });
    rest.append(h("span", { class: "line" }, `… ${count(length - end)} more: Enter shows the next ${count(Math.min(PAGE2, length - end))}`));
    group2.append(rest);
  }
  /** @param {Element} rest */
  #more(rest) {
    const group2 = (
      /** @type {Element} */
      rest.parentElement
    );
    const item = (
      /** @type {Element} */
      group2.parentElement
    );
    const last = (
      /** @type {HTMLElement} */
      rest.previousElementSibling
    );
    rest.remove();
    this.#fill(item, group2, Number(rest.getAttribute("data-from")));
    this.#focus(last.nextElementSibling ?? last);
  }
  /** @param {Element} item */
  #toggle(item) {
    if (item.classList.contains("rest")) this.#more(item);
    else if (item.getAttribute("aria-expanded") === "false") this.#expand(item);
    else if (item.hasAttribute("aria-expanded")) item.setAttribute("aria-expanded", "false");
  }
  /** @param {Element | null | undefined} item */
  #focus(item) {
    if (item instanceof HTMLElement) item.focus();
  }
  /** @param {FocusEvent} event */
  #onFocus(event) {
    const item = (
      /** @type {Element} */
      event.target.closest("[role=treeitem]")
    );
    if (item === null) return;
    this.current.setAttribute("tabindex", "-1");
    this.current.setAttribute("aria-selected", "false");
    item.setAttribute("tabindex", "0");
    if (!this.places.has(item)) return;
    this.current = /** @type {HTMLLIElement} */
    item;
    item.setAttribute("aria-selected", "true");
    this.#say();
  }
  /** @param {MouseEvent} event */
  #onClick(event) {
    const item = (
      /** @type {Element} */
      event.target.closest("[role=treeitem]")
    );
    if (item === null || /** @type {Element} */
    event.target.closest(".line") === null) return;
    this.#focus(item);
    this.#toggle(item);
  }
  /** The next line on the screen. @param {Element} item @returns {Element | null} */
  #after(item) {
    if (item.getAttribute("aria-expanded") === "true") return item.querySelector("[role=treeitem]");
    let up = item;
    while (up !== null && up !== this.list) {
      if (up.nextElementSibling !== null && up.matches("[role=treeitem]")) return up.nextElementSibling;
      up = up.parentElement;
    }
    return null;
  }
  /** The last line within. @param {Element} item @returns {Element} */
  #deepest(item) {
    let found = item;
    while (found.getAttribute("aria-expanded") === "true") {
      found = found.querySelector(":scope > ul")?.lastElementChild ?? found;
    }
    return found;
  }
  /** @param {Element} item */
  #parent(item) {
    return item.parentElement?.closest("[role=treeitem]") ?? null;
  }
  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const item = (
      /** @type {Element} */
      event.target.closest("[role=treeitem]")
    );
    if (item === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const expanded = item.getAttribute("aria-expanded");
    const moves = {
      ArrowDown: () => this.#focus(this.#after(item)),
      ArrowUp: () => this.#focus(item.previousElementSibling === null ? this.#parent(item) : this.#deepest(item.previousElementSibling)),
      ArrowRight: () => expanded === "false" ? this.#expand(item) : expanded === "true" && this.#focus(this.#after(item)),
      ArrowLeft: () => expanded === "true" ? item.setAttribute("aria-expanded", "false") : this.#focus(this.#parent(item)),
      Home: () => this.#focus(this.list.firstElementChild),
      End: () => this.#focus(this.list.lastElementChild === null ? null : this.#deepest(this.list.lastElementChild)),
      Enter: () => this.#toggle(item),
      " ": () => this.#toggle(item),
      "*": () => [...item.parentElement?.children ?? []].forEach((sibling) => this.#expand(sibling))
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    moves[event.key]();
  }
};
function cut(text2) {
  return text2.length <= LINE ? text2 : `${text2.slice(0, LINE)}…`;
}

// src/viewers/index.js
var VIEWERS = [form, image, tree, json, lines, csv, text, html, hex];
function viewersFor(content, tools) {
  return VIEWERS.filter((viewer) => viewer.applies(content, tools));
}

// src/panels/parts.js
function pairs(title2, rows) {
  return h(
    "section",
    { class: "pairs" },
    h("h3", {}, title2),
    rows.length === 0 ? h("p", { class: "note" }, "none") : h(
      "table",
      { "aria-label": title2 },
      h("tbody", {}, ...rows.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value))))
    )
  );
}
function sideView(el, side, context) {
  let drawn = "";
  let view = null;
  return ({ status: status2, about }, tables, body, live) => {
    const roomy = side === "request" || body === null || body.size === 0;
    const head = JSON.stringify([status2, tables, body === null, roomy]);
    if (head !== drawn) {
      drawn = head;
      view = body === null ? null : view ?? bodyView(side, context);
      el.replaceChildren(
        status2 === "" ? "" : h("p", { class: "status-line" }, explained(status2, about)),
        ...tables.map(({ title: title2, rows, place }) => fieldTable(title2, rows, place, context, roomy)),
        view?.element ?? ""
      );
    }
    if (body !== null) view?.update(body, live);
  };
}
var LIVE_BYTES = 64 * 1024;
function bodyView(side, context) {
  const note2 = h("span", { class: "note" });
  const element = h("section", { class: "body" }, h("h3", {}, "Body", note2));
  let shown = null;
  let fetched = 0;
  return {
    element,
    /**
     * @param {import("./index.js").Body} body
     * @param {boolean} live
     */
    update(body, live) {
      note2.textContent = ` ${bodyNote(body)}`;
      if (body.kept === fetched || live && fetched >= LIVE_BYTES) return;
      fetched = body.kept;
      if (shown === null) {
        const fields = side === "request" && isForm(body.media_type) ? context.ask : null;
        shown = payload((start) => context.ask("body", { side, start }), context.signal, { ask: fields, cut: body.kept < body.size });
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
function payload(ask, signal, about = { ask: null, cut: false }) {
  const note2 = h("p", { class: "note", hidden: true });
  const choice2 = h("select", { "aria-label": "Show the body as", hidden: true });
  const view = h("div", { class: "payload" }, h("p", { class: "note" }, "Asking the kernel…"));
  const more = h("button", { type: "button", class: "more", hidden: true });
  const memories = {};
  let slice = { total: 0, media_type: "", declared: "", note: "" };
  let bytes = new Uint8Array(0);
  let latest = 0;
  let wanted = "";
  let viewing = new AbortController();
  signal.addEventListener("abort", () => viewing.abort());
  async function fetch(start) {
    latest += 1;
    const mine = latest;
    more.disabled = true;
    try {
      const { value, buffer } = await ask(start);
      if (signal.aborted || mine !== latest) return;
      slice = value;
      bytes = joined(bytes.subarray(0, start), buffer);
      note2.textContent = slice.note;
      note2.hidden = slice.note === "";
      more.textContent = `Show more (${size(bytes.length)} of ${size(slice.total)})`;
      more.hidden = bytes.length >= slice.total;
      draw4();
    } catch (error2) {
      if (mine === latest) view.replaceChildren(h("p", { class: "note" }, String(
        /** @type {Error} */
        error2.message
      )));
    }
    more.disabled = false;
  }
  function draw4() {
    viewing.abort();
    viewing = new AbortController();
    const content = { bytes, total: slice.total, mediaType: slice.media_type, declared: slice.declared, cut: about.cut };
    const tools = { signal: viewing.signal, more: () => void fetch(bytes.length), memory: {}, ask: about.ask };
    const viewers = slice.total === 0 ? [] : viewersFor(content, tools);
    const viewer = viewers.find(({ id }) => id === wanted) ?? viewers[0];
    choice2.hidden = viewers.length < 2;
    if ([...choice2.options].map(({ value }) => value).join() !== viewers.map(({ id }) => id).join()) {
      choice2.replaceChildren(...viewers.map(({ id, title: title2 }) => h("option", { value: id }, title2)));
    }
    if (viewer === void 0) {
      view.replaceChildren();
      return;
    }
    choice2.value = viewer.id;
    memories[viewer.id] ??= {};
    view.replaceChildren(viewer.render(content, { ...tools, memory: memories[viewer.id] }));
  }
  choice2.addEventListener("change", () => {
    wanted = choice2.value;
    draw4();
  }, { signal });
  more.addEventListener("click", () => void fetch(bytes.length), { signal });
  void fetch(0);
  return { element: h("div", { class: "payload-view" }, choice2, note2, view, more), refresh: () => void fetch(0) };
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
  { id: "direction", title: "Direction", width: "minmax(4ch, 11ch)", cell: ({ direction, injected }) => `${direction === "receive" ? "↑ receive" : "↓ send"}${injected ? " +" : ""}` },
  { id: "preview", title: "Message", width: "minmax(8ch, 1fr)", cell: ({ preview }) => preview },
  { id: "opcode", title: "Type", width: "7ch", wide: true, cell: ({ text: text2 }) => text2 ? "text" : "binary" },
  { id: "size", title: "Size", width: "7ch", end: true, cell: (message) => size(message.size) },
  { id: "time", title: "At", width: "8ch", end: true, wide: true, cell: ({ ms }) => duration(ms) }
];
var messages = {
  id: "messages",
  title: "Messages",
  applies: ({ websocket }) => websocket !== null,
  render(el, exchange, context) {
    const { ask, signal } = context;
    let held = [];
    let next = 1;
    let asking = false;
    let current = exchange;
    let chosen = new AbortController();
    signal.addEventListener("abort", () => chosen.abort());
    const state = h("p", { class: "note", role: "status" });
    const oldCode = oldCodeSign(context);
    const filter = messageFilter(() => grid.update(filter.shown(held)), signal);
    const speak = composer(context);
    const view = h("div", { class: "message-view" });
    view.hidden = true;
    const grid = new Grid(
      {
        label: "WebSocket messages, oldest first",
        empty: "No messages yet.",
        columns: COLUMNS,
        keyOf: ({ n }) => n,
        toneOf: ({ direction, injected }) => injected ? `${direction} injected` : direction,
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
          grid.update(filter.shown(held));
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
      oldCode.update(current.row);
      speak.update(current);
      const gone = Math.max(websocket.dropped, (held[0]?.n ?? 1) - 1);
      const parts = [websocket.closed === "" ? "open" : websocket.closed];
      if (gone > 0) parts.push(`${gone} older messages were dropped`);
      state.textContent = parts.join(" · ");
    }
    el.replaceChildren(state, oldCode.element, filter.element, grid.element, view, speak.element);
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
        h("thead", {}, h("tr", {}, ...["At", "Stream", "Text"].map((title2) => h("th", { scope: "col" }, title2)))),
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
    const draw4 = sideView(el, "request", context);
    function update({ row: row2, request: request2 }) {
      const tables = [
        { title: "Query", place: "query", rows: request2.query },
        { title: "Headers", place: "request", rows: request2.headers },
        { title: "Cookies", place: "cookies", rows: request2.cookies }
      ];
      draw4({ status: "", about: "" }, tables.filter(({ place, rows }) => place === "request" || rows.length > 0), row2.kind === "http" ? request2.body : null, LIVE.has(row2.state));
    }
    update(exchange);
    return update;
  }
};

// src/panels/response.js
var response = {
  id: "response",
  title: "Response",
  applies: ({ row: row2, response: response2, websocket }) => row2.kind === "http" || response2 !== null || websocket !== null && websocket.headers.length > 0,
  render(el, exchange, context) {
    const draw4 = sideView(el, "response", context);
    function update({ row: row2, response: response2, websocket }) {
      const live = LIVE.has(row2.state);
      if (response2 !== null) {
        const tables = [{ title: "Headers", place: "response", rows: response2.headers }];
        draw4({ status: `${response2.status} ${response2.reason}`, about: response2.about }, tables, response2.body, live);
      } else if (websocket !== null) {
        draw4({ status: "", about: "" }, [{ title: "Headers of the accept", place: "accept", rows: websocket.headers }], null, live);
      } else {
        draw4({ status: live ? "No response yet." : "The app sent no response.", about: "" }, [], null, live);
      }
    }
    update(exchange);
    return update;
  }
};

// src/panels/route.js
var route = {
  id: "route",
  title: "Route",
  applies: () => true,
  render(el, exchange, context) {
    let current = exchange;
    const fetch = withInsight(el, context, (insight) => draw2(el, current, insight));
    return (latest) => {
      current = latest;
      fetch();
    };
  }
};
function draw2(el, { facts, origin }, { routing, origin: code }) {
  const matched = facts.find(([title2]) => title2 === "Route")?.[1] ?? [];
  el.replaceChildren(
    origin === null ? "" : originBadge(origin),
    ...routing.hints.map((hint) => h("p", { class: "hint" }, hint)),
    matched.length > 0 ? pairs("Matched", matched) : "",
    routing.candidates.length === 0 ? h("p", { class: "note" }, "Nothing is known of other routes: they are noted for the notebook’s own app.") : candidates(routing),
    code === null || code.source === "" ? "" : source(code)
  );
}
function candidates({ candidates: all, more }) {
  return h(
    "section",
    { class: "routes" },
    h("h3", {}, "Every route, the nearest first"),
    h(
      "table",
      { class: "records" },
      h("thead", {}, h("tr", {}, ...["", "Route", "Why", "Cell"].map((title2) => title2 === "" ? h("td", {}) : h("th", { scope: "col" }, title2)))),
      h("tbody", {}, ...all.map(candidate))
    ),
    more > 0 ? h("p", { class: "note" }, `and ${count(more)} more`) : ""
  );
}
function candidate({ route: route3, verdict, reason, chosen, cell: cell3 }) {
  const look = chosen ? "chosen" : verdict;
  const words = { chosen: "✓ answered", full: "○ would fit", partial: "◐ partly", none: "× no" }[look];
  return h(
    "tr",
    { "data-verdict": look },
    h("td", { class: "verdict" }, words ?? ""),
    h("th", { scope: "row" }, route3),
    h("td", { class: "why" }, reason),
    h("td", { class: "origin" }, cell3)
  );
}
function source({ cell: cell3, line, source: text2 }) {
  const lines2 = text2.split("\n").map(
    (one, index) => h("span", { class: "source-line", "data-here": index + 1 === line }, h("span", { class: "line-number" }, String(index + 1).padStart(3)), one, "\n")
  );
  return h(
    "details",
    { class: "source", open: true },
    h("summary", {}, `Cell ${cell3} as it was then`),
    h("pre", { class: "code", tabindex: 0, role: "region", "aria-label": `Source of cell ${cell3}` }, ...lines2)
  );
}

// src/panels/summary.js
var summary = {
  id: "summary",
  title: "Summary",
  applies: () => true,
  render(el, { story, started_at, facts, faults, origin, response: response2 }) {
    const groups = facts.filter(([, rows]) => rows.length > 0);
    el.replaceChildren(
      h("p", { class: "story" }, story),
      response2 === null || response2.about === "" ? "" : h("p", { class: "note" }, `${response2.status}: ${response2.about}`),
      origin === null ? "" : originBadge(origin),
      ...faults.map((fault) => h("p", { class: "fault" }, h("strong", {}, "Fault "), fault)),
      pairs("Exchange", [["started", clock(started_at)]]),
      ...groups.map(([title2, rows]) => pairs(title2, rows))
    );
  }
};

// src/panels/timing.js
var MAX_SLICES = 250;
var timing = {
  id: "timing",
  title: "Timing",
  applies: () => true,
  render: (el, _exchange, context) => withInsight(el, context, (insight) => draw3(el, insight))
};
function draw3(el, insight) {
  const end = lastMoment(insight);
  const parts = [
    ...insight.blocked.map(blockedNote),
    layers(insight, end),
    slices(insight, end),
    chunks(insight, end),
    background(insight, end),
    stages(insight)
  ];
  el.replaceChildren(...parts.filter((part) => part !== null));
}
function lastMoment({ stages: stages2, spans, slices: slices2, background: background2 }) {
  const ends = [
    ...stages2.map(({ ms }) => ms),
    ...spans.map(({ start_ms, end_ms }) => end_ms ?? start_ms),
    ...slices2.rows.map(([start, stop]) => stop ?? start),
    ...background2.map(({ start_ms, end_ms }) => end_ms ?? start_ms)
  ];
  return ends.reduce((last, one) => Math.max(last, one), 1e-3);
}
function blockedNote({ title: title2, loop, ms, cell: cell3, line, text: text2, remedy }) {
  const where = cell3 === null ? "" : ` at ${cell3}, line ${line}`;
  return h(
    "div",
    { class: "guilty" },
    h("p", { class: "fault" }, h("strong", {}, "Blocked "), `${title2} held the ${loop}’s loop for ${duration(ms)}${where}. Nothing else ran there meanwhile.`),
    text2 === "" ? "" : h("pre", { class: "text", tabindex: 0, role: "region", "aria-label": "The line that held the loop" }, text2),
    remedy === "" ? "" : h("p", { class: "hint" }, remedy)
  );
}
function bar(look, from, to, end) {
  const element = h("span", { class: look });
  element.style.insetInlineStart = `${100 * from / end}%`;
  element.style.inlineSize = `${100 * Math.max(0, to - from) / end}%`;
  return element;
}
function lane(label, ...bars) {
  return h("div", { class: "lane", role: "img", "aria-label": label }, ...bars);
}
function layers({ spans }, end) {
  if (spans.length === 0) return null;
  return h(
    "section",
    { class: "layers" },
    h("h3", {}, "Layers, from the outside in"),
    h("ol", {}, ...spans.map((span2) => layer(span2, end)))
  );
}
function layer(span2, end) {
  const stop = span2.end_ms ?? end;
  const own = span2.self_ms === null ? "still running" : `${duration(span2.self_ms)} of its own`;
  const item = h(
    "li",
    { class: "layer", "data-kind": span2.kind },
    h("div", { class: "layer-head" }, h("span", { class: "layer-title" }, span2.title), h("span", { class: "note" }, own)),
    lane(`from ${duration(span2.start_ms)} to ${span2.end_ms === null ? "now" : duration(stop)}`, bar("span", span2.start_ms, stop, end)),
    changes(span2)
  );
  item.style.setProperty("--depth", String(Math.min(span2.depth, 8)));
  return item;
}
function changes({ request: request2, response: response2, answered, calls, error: error2 }) {
  const said = [
    ...request2.map((words) => ["→ request: ", words]),
    ...response2.map((words) => ["← response: ", words]),
    ...answered ? [["", "answered by itself: what lies inside never saw the request"]] : [],
    ...calls > 1 ? [["", `called what lies inside ${calls} times`]] : [],
    ...error2 === null ? [] : [["! ", `raised ${error2}`]]
  ];
  if (said.length === 0) return null;
  return h("ul", { class: "changes" }, ...said.map(([way, words]) => h("li", {}, way, words)));
}
function slices({ slices: { rows, running_ms, waiting_ms, merged } }, end) {
  if (rows.length === 0) return null;
  const shown = rows.slice(0, MAX_SLICES);
  const from = shown[0][0];
  const to = shown.reduce((last, [start, stop]) => Math.max(last, stop ?? end, start), from);
  const places = [...new Set(rows.map(([, , kind]) => PLACES[kind] ?? kind))].join(" and ");
  const words = `ran for ${duration(running_ms)} in ${count(rows.length)} ${rows.length === 1 ? "stretch" : "stretches"} ${places}, waited for ${duration(waiting_ms)}`;
  return h(
    "section",
    { class: "slices" },
    h("h3", {}, "The endpoint’s code"),
    lane(words, bar("waits", from, to, end), ...shown.map(([start, stop]) => bar("runs", start, stop ?? end, end))),
    h("p", { class: "legend" }, h("span", { class: "key-runs" }), "runs ", h("span", { class: "key-waits" }), "waits, others have their turn"),
    h("p", {}, `It ${words}.`),
    merged > 0 ? h("p", { class: "note" }, `${count(merged)} short stretches are joined to their neighbours`) : ""
  );
}
var PLACES = { server: "on the server’s loop", kernel: "on the kernel’s loop", thread: "in a worker thread" };
function chunks({ chunks: all, more_chunks }, end) {
  if (all.length === 0) return null;
  const total = all.length + more_chunks;
  const words = `${count(total)} pieces, the first of ${size(all[0][1])} after ${duration(all[0][0])}`;
  return h(
    "section",
    { class: "chunks" },
    h("h3", {}, "The body, piece by piece"),
    lane(words, ...all.map(([ms]) => bar("tick", ms, ms, end))),
    h("p", {}, `${words}.`)
  );
}
function background({ background: tasks }, end) {
  if (tasks.length === 0) return null;
  return h(
    "section",
    { class: "layers" },
    h("h3", {}, "After the response"),
    h(
      "ol",
      {},
      ...tasks.map(
        ({ name, start_ms, end_ms, error: error2 }) => h(
          "li",
          { class: "layer" },
          h("div", { class: "layer-head" }, h("span", { class: "layer-title" }, name), h("span", { class: "note" }, end_ms === null ? "still running" : duration(end_ms - start_ms))),
          lane(`from ${duration(start_ms)}`, bar("span", start_ms, end_ms ?? end, end)),
          error2 === null ? "" : h("p", { class: "fault" }, `raised ${error2}`)
        )
      )
    )
  );
}
function stages({ stages: all }) {
  const rows = all.map(
    ({ words, ms }, index) => h("tr", {}, h("th", { scope: "row" }, words), h("td", {}, duration(ms)), h("td", {}, index === 0 ? "" : `+${duration(ms - all[index - 1].ms)}`))
  );
  return h(
    "section",
    { class: "stages" },
    h("h3", {}, "Stages"),
    h(
      "table",
      { class: "records" },
      h("thead", {}, h("tr", {}, ...["What happened", "At", "After"].map((title2) => h("th", { scope: "col" }, title2)))),
      h("tbody", {}, ...rows)
    )
  );
}

// src/panels/index.js
var PANELS = [summary, request, response, messages, events, timing, route, output, error];

// src/detail.js
var PACE_MS = 250;
function firstTab(exchange) {
  if (exchange.error !== null) return "error";
  if (exchange.row.kind === "websocket") return "messages";
  return isEventStream(exchange) ? "events" : "response";
}
var Detail = class {
  /**
   * @param {import("./client.js").Client} client
   * @param {() => void} onClose
   * @param {() => number} now Seconds, by the kernel's clock.
   * @param {AbortSignal} signal
   */
  constructor(client, onClose, now, signal) {
    this.client = client;
    this.now = now;
    this.titled = null;
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
    this.head = h("div", { class: "detail-head" }, this.title, this.close);
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Parts of the exchange" });
    this.panelId = uniqueId("panel");
    this.panel = h("div", { class: "panel", role: "tabpanel", id: this.panelId, tabindex: 0 });
    this.element = h(
      "section",
      { class: "detail", "aria-label": "Details" },
      this.head,
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
    showTips(this.element, signal);
    this.signal = signal;
  }
  /**
   * Show this exchange; called again whenever its row changes.
   *
   * @param {Row} row
   */
  show(row2) {
    if (row2.seq !== this.seq) {
      this.seq = row2.seq;
      this.asked = null;
      window.clearTimeout(this.timer);
      this.timer = 0;
      this.#end();
      this.panel.replaceChildren(h("p", { class: "note" }, "Asking the kernel…"));
    }
    this.#head(row2);
    if (row2 !== this.asked && !this.asking && this.timer === 0) void this.#ask(row2);
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
  async #ask(row2) {
    this.asking = true;
    this.asked = row2;
    let answer;
    try {
      answer = /** @type {Exchange} */
      (await this.client.ask("detail", { seq: row2.seq })).value;
    } catch (error2) {
      answer = String(
        /** @type {Error} */
        error2.message
      );
    }
    this.asking = false;
    if (this.signal.aborted || this.seq === null) return;
    if (row2.seq === this.seq) {
      if (typeof answer === "string") this.#say(answer);
      else this.#render(answer);
    }
    const again = () => {
      this.timer = 0;
      const now = this.seq === null ? void 0 : this.client.rows.get(this.seq);
      if (now !== void 0 && now !== this.asked && !this.asking) void this.#ask(now);
    };
    if (row2.seq === this.seq) this.timer = window.setTimeout(again, PACE_MS);
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
  #head(row2) {
    const { title: title2 } = this;
    this.titled = row2;
    const text2 = `${row2.method} ${row2.path}`;
    title2.replaceChildren(
      h("span", { class: "what", title: text2 }, text2),
      h("span", { class: "outcome", "data-tone": toneOf(row2) }, statusText(row2)),
      h("span", { class: "took" }, took(row2, this.now()))
    );
  }
  /** Time has gone by. */
  tick() {
    const place = this.title.querySelector(".took");
    if (this.titled === null || place === null) return;
    const text2 = took(this.titled, this.now());
    if (place.textContent !== text2) place.textContent = text2;
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
      ask: (what, args) => this.client.ask(what, { seq, ...args }),
      client: this.client
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
          ({ id, title: title2 }) => h(
            "button",
            { type: "button", role: "tab", class: "tab", id: `${this.panelId}-${id}`, "data-panel": id, "aria-controls": this.panelId },
            title2
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

// src/details.css
var details_default = '/* What is inside of the details: panels and viewers. Tokens are those of styles.css. */\n.detail { container: details / inline-size; }\n.tip {\n  position: fixed;\n  inset: auto;\n  max-inline-size: min(36ch, 90vw);\n  margin: 0;\n  padding: 6px 8px;\n  border: 1px solid var(--line);\n  border-radius: 4px;\n  background: var(--paper);\n  color: var(--ink);\n  font: 12px/1.4 var(--font);\n  box-shadow: 0 4px 12px rgb(0 0 0 / 25%);\n}\n\n/* Names, values, explanations */\n.explained { min-block-size: 24px; padding: 0; border: 0; border-radius: 2px; background: none; color: inherit; font: inherit; text-align: start; overflow-wrap: anywhere; text-decoration: underline dotted var(--ink-soft); text-underline-offset: 3px; cursor: help; }\n.reveal, .copy { min-block-size: 24px; padding: 0 6px; font: 12px/1.4 var(--font); }\n.pairs th, .pairs td { vertical-align: baseline; }\n.pairs th, .pairs td { block-size: 24px; }\n.pairs td { white-space: pre-wrap; }\n.fold > summary { margin: 6px 0 2px; font: 600 12px/24px var(--font); }\n.fold:first-child > summary { margin-block-start: 0; }\n.fold > summary .note { font-weight: 400; }\n.status-line .explained { font-weight: 600; }\n.story { margin: 0 0 6px; }\n.origin-badge { display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: baseline; margin: 6px 0; }\n.badge { padding: 0 6px; border: 1px solid currentColor; border-radius: 9px; font-size: 12px; white-space: nowrap; }\n.badge[data-state="current"] { color: var(--ok); }\n.badge[data-state="changed"] { color: var(--warn); }\n.badge[data-state="gone"] { color: var(--error); }\n.hint { margin: 0 0 8px; padding-inline-start: 8px; border-inline-start: 3px solid var(--accent); }\n.records { inline-size: 100%; border-collapse: collapse; font-size: 12px; }\n.records th, .records td { padding: 2px 12px 2px 0; text-align: start; vertical-align: baseline; overflow-wrap: anywhere; }\n.records thead th { color: var(--ink-soft); font-weight: 400; white-space: nowrap; }\n.records tbody th { font-weight: 600; }\n.records tbody tr + tr { border-block-start: 1px solid var(--line); }\n.scrolling { overflow: auto; max-block-size: 100%; }\n.scrolling .records { inline-size: auto; min-inline-size: 100%; font-family: var(--mono); }\n.scrolling .records td { white-space: pre; overflow-wrap: normal; }\ndetails > summary { min-block-size: 24px; margin-block-start: 8px; cursor: pointer; color: var(--ink-soft); font-size: 12px; line-height: 24px; }\n\n/* Bodies */\n.body { position: relative; }\n.body > h3 { min-block-size: 24px; line-height: 24px; }\n.body > .payload-view > select { position: absolute; inset-block-start: 0; inset-inline-end: 0; }\n.message-view .payload-view > select { margin-block-end: 4px; }\n.stages td { white-space: nowrap; }\n.payload-view > .note { margin-block-end: 4px; }\n.pages { display: flex; gap: 6px; align-items: center; margin-block-end: 4px; }\n.checkerboard { display: inline-block; max-inline-size: 100%; padding: 0; border: 1px solid var(--line); background: repeating-conic-gradient(#ccc 0 25%, #fff 0 50%) 0 0 / 16px 16px; }\n.checkerboard img { display: block; min-inline-size: 24px; image-rendering: pixelated; max-inline-size: 100%; block-size: auto; }\n.page-preview { inline-size: 100%; block-size: 320px; border: 1px solid var(--line); background: #fff; color-scheme: light; }\n.wrong { background: none; color: var(--error); font-weight: 700; text-decoration: underline wavy; text-underline-offset: 3px; }\n.tree-tools { display: flex; flex-wrap: wrap; gap: 4px 6px; align-items: center; margin-block-end: 4px; }\n.json-path { flex: 1 1 12ch; min-inline-size: 0; color: var(--ink-soft); font: 12px/1.4 var(--mono); overflow-wrap: anywhere; }\n.tree, .tree ul { margin: 0; padding: 0; list-style: none; }\n.tree { padding: 4px 8px; border: 1px solid var(--line); border-radius: 3px; background: var(--paper-raised); color: var(--ink); font: 12px/24px var(--mono); }\n.tree ul { padding-inline-start: 16px; }\n.tree [aria-expanded="false"] > ul { display: none; }\n.tree .line { display: block; position: relative; min-block-size: 24px; padding-inline-start: 16px; overflow-wrap: anywhere; cursor: default; }\n.tree [aria-expanded] > .line::before { content: "▸"; position: absolute; inset-inline-start: 2px; color: var(--ink-soft); }\n.tree [aria-expanded="true"] > .line::before { content: "▾"; }\n.tree .line:hover { background: var(--hover); }\n.tree [aria-selected="true"] > .line { background: var(--chosen); }\n.tree li:focus-visible { outline: none; }\n.tree li:focus-visible > .line { outline: 2px solid var(--accent); outline-offset: -2px; }\n.tree .key { color: var(--moved); }\n.tree .string { color: var(--ok); }\n.tree .literal { color: var(--warn); }\n.tree .size-of, .tree .rest { color: var(--ink-soft); }\n\n/* Timing: bars on one axis */\n.layers ol, .changes, .frames { margin: 0; padding: 0; list-style: none; }\n.layer { padding-block: 3px; padding-inline-start: calc(var(--depth, 0) * 8px); }\n.layer-head { display: flex; flex-wrap: wrap; gap: 0 8px; justify-content: space-between; font-size: 12px; }\n.layer-title { font-weight: 600; overflow-wrap: anywhere; }\n.layer[data-kind="middleware"] { border-inline-start: 1px solid transparent; }\n.lane { position: relative; block-size: 14px; margin-inline-start: calc(var(--depth, 0) * -8px); overflow: hidden; border-radius: 2px; background: var(--hover); }\n.lane > span { position: absolute; inset-block: 2px; min-inline-size: 2px; border-radius: 2px; }\n.lane .span { background: var(--moved); }\n.layer[data-kind="endpoint"] .span { background: var(--ok); }\n.lane .runs { inset-block: 1px; background: var(--warn); }\n.lane .waits { inset-block: 1px; background: repeating-linear-gradient(45deg, var(--line) 0 3px, transparent 3px 6px); outline: 1px solid var(--line); outline-offset: -1px; }\n.lane .tick { min-inline-size: 1px; inset-block: 0; background: var(--moved); }\n.legend { display: flex; gap: 4px; align-items: center; margin: 4px 0; color: var(--ink-soft); font-size: 12px; }\n.key-runs, .key-waits { inline-size: 18px; block-size: 12px; border-radius: 2px; }\n.key-runs { background: var(--warn); }\n.key-waits { margin-inline-start: 8px; background: repeating-linear-gradient(45deg, var(--line) 0 3px, transparent 3px 6px); outline: 1px solid var(--line); outline-offset: -1px; }\n.slices p, .chunks p { margin: 2px 0; font-size: 12px; }\n.changes { padding-inline-start: 8px; font: 12px/1.5 var(--mono); overflow-wrap: anywhere; }\n.guilty { margin-block-end: 8px; }\n.guilty .fault { margin-block-end: 2px; }\n\n/* Routes, code, frames */\n.verdict, .routes .origin { white-space: nowrap; overflow-wrap: normal; }\n[data-verdict="chosen"] > * { font-weight: 600; }\n[data-verdict="chosen"] .verdict { color: var(--ok); }\n[data-verdict="partial"] .verdict, [data-verdict="full"] .verdict { color: var(--warn); }\n[data-verdict="none"] .verdict { color: var(--ink-soft); font-weight: 400; }\n.code { white-space: pre-wrap; overflow-wrap: anywhere; }\n.source-line { display: block; }\n.source-line[data-here] { background: var(--chosen); }\n.line-number { display: inline-block; margin-inline-end: 1ch; color: var(--ink-soft); user-select: none; }\n.frame { margin-block-end: 6px; font-size: 12px; overflow-wrap: anywhere; }\n.frame .code { margin-block-start: 2px; padding: 2px 8px; }\n.frame[data-cell] .code { border-inline-start: 3px solid var(--accent); }\n.frame:not([data-cell]) { color: var(--ink-soft); }\n\n/* Events */\n.events-tools { display: flex; margin-block-end: 4px; }\n.events-tools .text { max-inline-size: 40ch; }\n.events-table pre { margin: 0; padding: 0; border: 0; background: none; white-space: pre-wrap; overflow-wrap: anywhere; }\n\n@container details (inline-size < 420px) {\n  .routes thead { display: none; }\n  .routes tr { display: grid; grid-template-columns: 1fr auto; padding-block: 2px; }\n  .routes th { grid-column: 1 / -1; grid-row: 1; }\n  .routes .why { grid-column: 1 / -1; }\n}\n@container details (inline-size < 360px) {\n  .pairs table, .pairs tbody, .pairs tr, .pairs th, .pairs td { display: block; inline-size: auto; }\n  .pairs th, .pairs td { block-size: auto; }\n  .pairs th { padding-block-end: 0; }\n}\n@media (prefers-reduced-motion: no-preference) {\n  .tip { transition: opacity 80ms; }\n}\n@media (forced-colors: active) {\n  .lane > span, .key-runs, .key-waits { forced-color-adjust: none; }\n  .lane { outline: 1px solid CanvasText; outline-offset: -1px; background: Canvas; }\n  .lane .span, .layer[data-kind="endpoint"] .span, .lane .runs, .lane .tick, .key-runs { background: CanvasText; }\n  .lane .waits, .key-waits { background: repeating-linear-gradient(45deg, GrayText 0 2px, Canvas 2px 6px); outline-color: CanvasText; }\n  .tree [aria-selected="true"] > .line, .source-line[data-here] { forced-color-adjust: none; background: Highlight; color: HighlightText; }\n  .tree [aria-selected="true"] > .line * { color: HighlightText; }\n}\n';

// src/stats.js
var RATE_SPAN = 10;
function percentile(ascending, part) {
  return ascending[Math.max(0, Math.ceil(part * ascending.length) - 1)];
}
function latency(rows, held = /* @__PURE__ */ new Set()) {
  const durations = [];
  for (const row2 of rows) if (row2.kind === "http" && row2.duration_ms !== null && !held.has(row2.seq)) durations.push(row2.duration_ms);
  if (durations.length === 0) return null;
  durations.sort((a, b) => a - b);
  return { p50: percentile(durations, 0.5), p95: percentile(durations, 0.95) };
}
var Rate = class {
  constructor() {
    this.samples = [];
  }
  /**
   * @param {number} at Seconds.
   * @param {number} value
   */
  add(at, value) {
    const { samples } = this;
    if (value < (samples.at(-1)?.value ?? 0)) samples.length = 0;
    samples.push({ at, value });
    while (samples.length > 2 && samples[1].at < at - RATE_SPAN) samples.shift();
  }
  /** Per second; 0 while too little is known. */
  get perSecond() {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (first === void 0 || last === void 0 || last.at - first.at < 0.5) return 0;
    return (last.value - first.value) / (last.at - first.at);
  }
};

// src/footer.js
var SAID_MS2 = 2e4;
var ANNOUNCE_MS = 2e3;
var STATS_MS = 500;
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
function footer(client, signal) {
  const light = h("span", { class: "light" });
  const counts = h("span", { class: "counts" });
  const problem = h("span", { class: "problem", role: "alert" });
  const status2 = h("span", { class: "for-readers", role: "status" });
  const element = h("div", { class: "footer" }, counts, problem, status2);
  const rate = new Rate();
  const told = { yet: false, seq: -1, timer: 0 };
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
      status2.textContent = `${fresh.length} new${failed > 0 ? `, ${failed} with errors` : ""}`;
    }
    told.seq = last;
    told.yet = client.link === "live";
  }
  function sum() {
    const now = performance.now();
    if (now < sums.at + STATS_MS) return;
    sums.at = now;
    sums.masked = client.rows.list.reduce((total, row2) => total + row2.masked, 0);
    sums.latency = latency(client.rows.list, client.wereHeld);
  }
  return {
    element,
    light,
    /** @param {string} text */
    say(text2) {
      said = text2;
      problem.textContent = problem.title = text2;
      window.clearTimeout(fading);
      if (text2 !== "") fading = window.setTimeout(() => this.say(""), SAID_MS2);
    },
    /** @param {boolean} paused */
    draw(paused) {
      const [glyph, text2] = paused && client.link === "live" ? ["‖", "paused"] : LINKS[client.link];
      light.textContent = `${glyph} ${text2}`;
      light.dataset.link = client.link;
      const trouble = advice(client) || said;
      if (problem.textContent !== trouble) problem.textContent = trouble;
      if (client.link === "live") rate.add(performance.now() / 1e3, client.counts.last_seq);
      sum();
      const { kept, dropped, bytes } = client.counts;
      const filtered2 = client.where !== "";
      const parts = [
        filtered2 ? `${count(client.matching)} of ${count(kept)}${client.whole ? "" : " so far"}` : `${count(kept)} kept`,
        size(bytes),
        `${count(dropped)} dropped`,
        `${count(sums.masked)} masked`
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
    }
  };
}

// src/held_form.js
function editForm(held, { ask, close }) {
  const problem = h("p", { class: "problem", role: "alert" });
  const fields = h("div", { class: "held-fields" }, h("p", { class: "note" }, "Asking the kernel…"));
  const show = h("button", { type: "button", title: "Shows the secrets on this page; nothing exports them", hidden: true }, "Show");
  const go = h("button", { type: "submit", title: "held.go() (Ctrl+Enter)" }, "Go with this");
  const element = shell(`Edit ${held.stage === "request" ? "the request" : "the answer"}`, [fields, problem], [go, show], close, submit);
  let inputs = {};
  let revealed = false;
  async function load(reveal) {
    try {
      const contents = await ask("held", { reveal });
      revealed = reveal;
      fill(contents);
    } catch (error2) {
      problem.textContent = String(
        /** @type {Error} */
        error2.message
      );
    }
  }
  function fill(contents) {
    const { status: status2 } = contents;
    const first = status2 === null ? [field2("method", "Method", contents.method), field2("target", "Path and query", contents.target)] : [field2("status", "Status", String(status2), { inputmode: "numeric" })];
    const body = contents.body === null ? null : area("body", "Body", contents.body, 4);
    const all = [...first, area("headers", "Headers, one a line", contents.headers, 4), ...body === null ? [] : [body]];
    inputs = Object.fromEntries(all.map(({ input }) => [input.name, input]));
    fields.replaceChildren(
      h("div", { class: "held-first" }, ...first.map(({ label }) => label)),
      h("div", { class: "held-texts" }, ...all.slice(first.length).map(({ label }) => label)),
      contents.note === "" ? "" : h("p", { class: "note" }, contents.note)
    );
    show.hidden = !contents.hidden;
    Object.values(inputs)[0].focus();
  }
  async function submit() {
    const edits = {};
    for (const [name, input] of Object.entries(inputs)) {
      if (input.value !== input.defaultValue) edits[name] = name === "status" ? Number(input.value) : input.value;
    }
    try {
      await ask("held_go", { edits, reveal: revealed });
      close();
    } catch (error2) {
      problem.textContent = String(
        /** @type {Error} */
        error2.message
      );
    }
  }
  show.addEventListener("click", () => void load(true));
  void load(false);
  return element;
}
function answerForm(held, { ask, close }) {
  const problem = h("p", { class: "problem", role: "alert" });
  const status2 = field2("status", "Status", String(held.status ?? 200), { inputmode: "numeric" });
  const body = area("body", "Body: JSON, or text", "", 4);
  const fields = h("div", { class: "held-fields" }, h("div", { class: "held-first" }, status2.label), body.label);
  const send = h("button", { type: "submit", title: "held.answer((…, status)) (Ctrl+Enter)" }, "Answer with this");
  async function submit() {
    try {
      await ask("held_answer", { status: Number(status2.input.value), body: body.input.value });
      close();
    } catch (error2) {
      problem.textContent = String(
        /** @type {Error} */
        error2.message
      );
    }
  }
  const element = shell("Answer in the app's place", [fields, problem], [send], close, submit);
  window.requestAnimationFrame(() => status2.input.focus());
  return element;
}
function shell(label, content, buttons, close, submit) {
  const leave = h("button", { type: "button", title: "It stays held (Esc)" }, "Close");
  const element = h("form", { class: "held-editor", "aria-label": label }, ...content, h("div", { class: "held-buttons" }, ...buttons, leave));
  leave.addEventListener("click", close);
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit();
  });
  return element;
}
function field2(name, title2, value, more = {}) {
  const input = h("input", { type: "text", class: "text", name, autocomplete: "off", spellcheck: "false", ...more });
  return { label: labelled(title2, name, input, value), input };
}
function area(name, title2, value, rows) {
  const input = h("textarea", { class: "text", name, rows, spellcheck: "false" });
  return { label: labelled(title2, name, input, value), input };
}
function labelled(title2, name, input, value) {
  input.defaultValue = value.replaceAll("\r\n", "\n");
  input.value = input.defaultValue;
  return h("label", { class: `held-field held-${name}` }, h("span", {}, title2), input);
}

// src/held.js
var COUNT_MS = 250;
var NEARLY = 15;
function heldStrip(client, { say, leave }, signal) {
  const lines2 = h("ul", { class: "held-lines" });
  const rules = h("ul", { class: "held-lines" });
  const form2 = h("div", { class: "held-form", hidden: true });
  const alert = h("p", { class: "for-readers", role: "alert" });
  const strip = h("div", { class: "held", role: "group", "aria-label": "Held requests", hidden: true }, lines2, rules);
  const element = h("div", { class: "held-place" }, alert, strip);
  const shown = /* @__PURE__ */ new Map();
  let open = null;
  let ruled = "";
  let extending = 0;
  const ticking = window.setInterval(count2, COUNT_MS);
  signal.addEventListener("abort", () => {
    window.clearInterval(ticking);
    open?.life.abort();
  });
  const failed = (error2) => say(String(error2.message));
  function ask(what, args) {
    return client.ask(what, args).then(({ value }) => {
      say("");
      return value;
    }, failed);
  }
  function line(held) {
    const left = h("span", { class: "held-left" });
    const item = h(
      "li",
      { class: "held-line", "data-n": held.n },
      h("span", { class: "held-sign", "aria-hidden": "true" }, "❚❚"),
      h("span", { class: "held-what", title: title(held) }, title(held)),
      left,
      ...buttons(held)
    );
    return { item, left, held };
  }
  function buttons(held) {
    const what = held.stage === "request" ? "the app never sees it" : "the client never sees the app's answer";
    const all = [
      ["go", "Go", "held.go()"],
      ["edit", "Edit", `held.${held.stage}.headers["x"] = …; held.go()`],
      ["answer", "Answer", `held.answer(("text", 409)): ${what}`],
      ["drop", "Drop", `held.answer(503): ${what}`],
      ["reset", "Reset", "held.reset(): the client has no answer at all, its connection is cut"],
      ["more", "+60 s", "held.extend(60)"]
    ];
    const offered = held.asks ? all : all.slice(0, 1);
    return offered.map(([id, face, text2]) => h("button", { type: "button", "data-do": id, "aria-label": `${face}: ${title(held)}`, title: text2 }, face));
  }
  function ruleLine(rule) {
    const times = rule.times === null ? "all that match" : rule.times === 1 ? "the next" : `the next ${rule.times}`;
    const where = rule.where === "" ? "" : ` ${rule.where}`;
    const passed = rule.passed === 0 ? "" : `, ${rule.passed} passed: too many at once`;
    const verb = rule.asks ? "Holds" : rule.does === "reset" ? "Resets the connection of" : rule.does.startsWith("by") ? "Delays" : "Answers";
    const text2 = `${verb} ${times}${where}${rule.does === "" || rule.does === "reset" ? "" : ` ${rule.does}`}${rule.at === "response" ? ", at the answer" : ""}${passed}`;
    return h(
      "li",
      { class: "held-line", "data-hold": rule.hold },
      h("span", { class: "held-sign", "aria-hidden": "true" }, "◎"),
      h("span", { class: "held-what", title: text2 }, text2),
      ...instead(rule).map(([how, face, code]) => h("button", { type: "button", "data-do": how, "aria-label": `${face}: ${text2}`, title: code }, face)),
      h("button", { type: "button", "data-do": "cancel", "aria-label": `Cancel: ${text2}`, title: "hold.cancel()" }, "Cancel")
    );
  }
  function instead({ asks, times, where, at }) {
    if (!asks) return times === null ? [] : [["all", "All", `asgi_nb.hold(${JSON.stringify(where)}, times=None, …): until it is cancelled`]];
    const start = `asgi_nb.hold(${JSON.stringify(where)}, `;
    const all = [["all", "All", `${start}times=None): until it is cancelled`], ["delay", "Delay 2 s", `${start}delay=2)`], ["fail", "Fail with 503", `${start}answer=503): ${at === "request" ? "the app never sees it" : "in place of the app's answer"}`], ["reset", "Reset the connection", `${start}reset=True): the client has no answer at all`]];
    return times === null ? all.slice(1) : all;
  }
  function draw4() {
    const gone = client.isLost || client.link === "stopped";
    const held = gone ? [] : client.held;
    const keyboard = element.contains(
      /** @type {ShadowRoot} */
      element.getRootNode().activeElement
    );
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
      if (old !== void 0) {
        old.held = one;
        continue;
      }
      const made = line(one);
      shown.set(one.n, made);
      lines2.append(made.item);
      if (one.asks) fresh.push(one);
    }
    if (fresh.length > 0) alert.textContent = `${held.length} held: ${fresh.map(title).join(", ")}`;
    else if (held.length === 0) alert.textContent = "";
    drawRules(gone ? [] : client.holds);
    strip.hidden = shown.size === 0 && rules.childElementCount === 0;
    if (keyboard && !element.contains(
      /** @type {ShadowRoot} */
      element.getRootNode().activeElement
    )) {
      if (!focus()) leave();
    }
    count2();
  }
  function drawRules(holds) {
    const now = JSON.stringify(holds);
    if (now === ruled) return;
    ruled = now;
    rules.replaceChildren(...holds.map(ruleLine));
  }
  function count2() {
    for (const { left, held } of shown.values()) {
      const text2 = `${Math.max(0, Math.ceil(((held.until ?? 0) - performance.now()) / 1e3))} s`;
      if (left.textContent !== text2) left.textContent = text2;
    }
  }
  function onClick(event) {
    const button = (
      /** @type {Element} */
      event.target.closest("[data-do]")
    );
    const item = button?.closest("li");
    if (!button || !item) return;
    const hold = item.getAttribute("data-hold");
    if (hold !== null) {
      const how = button.getAttribute("data-do");
      return void (how === "cancel" ? ask("hold_cancel", { hold: Number(hold) }) : ask("hold_instead", { hold: Number(hold), how }));
    }
    const one = shown.get(Number(item.getAttribute("data-n")));
    if (one === void 0) return;
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
  function context(n) {
    return {
      ask: (what, args = {}) => client.ask(what, { n, ...args }).then(({ value }) => value),
      close: () => close("")
    };
  }
  function openForm(n, content) {
    open?.life.abort();
    const life = new AbortController();
    open = { n, life };
    form2.replaceChildren(content);
    form2.hidden = false;
    shown.get(n)?.item.append(form2);
    content.addEventListener("input", () => keepHeld(n), { signal: life.signal });
  }
  function keepHeld(n) {
    const until = shown.get(n)?.held.until ?? 0;
    const now = performance.now();
    if (until - now > NEARLY * 1e3 || now < extending) return;
    extending = now + NEARLY * 1e3;
    void ask("held_more", { n });
  }
  function close(reason) {
    if (open === null) return;
    const { n } = open;
    open.life.abort();
    open = null;
    const inside = form2.contains(
      /** @type {ShadowRoot} */
      element.getRootNode().activeElement
    );
    form2.hidden = true;
    form2.replaceChildren();
    if (inside && !focusLine(n) && !focus()) leave();
    if (reason !== "") say(reason);
  }
  function focusLine(n) {
    const button = shown.get(n)?.item.querySelector("button");
    button?.focus();
    return Boolean(button);
  }
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
  return { element, draw: draw4, focus };
}
function title(held) {
  const answer = held.status === null ? "" : ` → ${held.status}`;
  return `${held.method} ${held.target}${answer}`;
}
function holdButton(client, say, signal) {
  const button = h("button", { type: "button", title: 'asgi_nb.hold("…"): hold the next request that the filter matches, for 30 s at most', "aria-label": "Hold next" }, "Hold", h("span", { class: "word" }, " next"));
  button.addEventListener("click", () => {
    client.ask("hold", { where: client.where }).then(() => say(""), (error2) => say(String(error2.message)));
  }, { signal });
  return button;
}

// src/keys.js
var KEYS = [
  { keys: [], shown: "↑ ↓ j k", text: "one row up or down; with Shift, select them all" },
  { keys: [], shown: "Home End PgUp PgDn", text: "far moves; End follows what comes" },
  { keys: [], shown: "Enter", text: "open the details" },
  { keys: [], shown: "Esc", text: "back to the list, then close the details" },
  { keys: ["/"], shown: "/", text: "filter", action: "filter", anywhere: true },
  { keys: ["p"], shown: "p", text: "pin or unpin what is selected", action: "pin" },
  { keys: ["r"], shown: "r", text: "replay", action: "replay", inHead: true },
  { keys: ["e"], shown: "e", text: "edit and send", action: "edit", inHead: true },
  { keys: ["c"], shown: "c", text: "copy as curl, Python, …", action: "copy", inHead: true },
  { keys: ["+"], shown: "+", text: "write a new request", action: "compose", anywhere: true },
  { keys: ["m"], shown: "m", text: "mark with a colour and tags", action: "mark" },
  { keys: ["n"], shown: "n", text: "write a note", action: "note" },
  { keys: ["Delete", "Backspace"], shown: "Delete", text: "delete what is selected", action: "remove" },
  { keys: [], shown: "Ctrl+A", text: "select every row" },
  { keys: ["h"], shown: "h", text: "go to what is held", action: "held" },
  { keys: ["s"], shown: "s", text: "stop the list, or let it go on", action: "pause" },
  { keys: ["?"], shown: "?", text: "these keys", action: "help", anywhere: true }
];
function keyTable() {
  return h("table", { class: "keys" }, h("tbody", {}, ...KEYS.map(({ shown, text: text2 }) => h("tr", {}, h("th", { scope: "row" }, shown), h("td", {}, text2)))));
}
function listenForKeys(root, actions, signal) {
  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const target = (
      /** @type {HTMLElement} */
      event.composedPath()[0]
    );
    if (target.matches("input, select, textarea, [contenteditable]")) return;
    const key = KEYS.find(({ keys }) => keys.includes(event.key));
    if (key?.action === void 0 || !(key.action in actions)) return;
    const inHead = target.closest(".detail-head, .tabs") !== null;
    if (target.closest(".detail, .held") !== null && !(key.anywhere || inHead && key.inHead)) return;
    event.preventDefault();
    actions[key.action]();
  }, { signal });
}

// src/columns/cell.js
var cell2 = {
  id: "origin",
  title: "Cell",
  width: "6ch",
  wide: true,
  cell: (row2) => row2.cell ?? "",
  value: (row2) => row2.cell
};

// src/columns/header.js
function header(name, index) {
  return {
    id: `header-${index}`,
    title: name,
    width: "minmax(8ch, 16ch)",
    wide: true,
    cell: (row2) => row2.headers?.[index] ?? "",
    value: (row2) => row2.headers?.[index] ?? null
  };
}

// src/columns/method.js
var method = {
  id: "method",
  title: "Method",
  width: "8ch",
  fixed: true,
  cell: (row2) => row2.method,
  value: (row2) => row2.method
};

// src/columns/note.js
var note = {
  id: "note",
  title: "Note",
  width: "minmax(6ch, 18ch)",
  wide: true,
  off: true,
  cell: (row2) => h("span", { title: row2.note || null }, row2.note),
  value: (row2) => row2.note || null
};

// src/columns/number.js
var number = {
  id: "number",
  title: "#",
  width: "6ch",
  wide: "last",
  end: true,
  fixed: true,
  cell: (row2) => String(row2.seq),
  value: (row2) => row2.seq
};

// src/columns/path.js
var path = {
  id: "path",
  title: "Path",
  width: "minmax(10ch, 1fr)",
  fixed: true,
  cell(row2) {
    const pin = row2.pinned ? h("span", { class: "pin", role: "img", "aria-label": row2.note ? `pinned, note: ${row2.note}` : "pinned", title: row2.note || "pinned" }, "◆ ") : null;
    const note2 = row2.note && !row2.pinned ? h("span", { class: "pin", role: "img", "aria-label": `note: ${row2.note}`, title: row2.note }, "✎ ") : null;
    const target = h("span", { class: "target", title: row2.path }, colourSign(row2), pin, note2, row2.path);
    const tags2 = tagList(row2);
    if (row2.kind !== "websocket") return tags2 === null ? target : h("span", { class: "with-traffic" }, target, tags2);
    const traffic = `↑${count(row2.received ?? 0)} ↓${count(row2.sent ?? 0)}`;
    const old = onOldCode(row2) ? h("span", { class: "old-sign", title: "Its cell was run again: this socket goes on with the code it began with" }, "⟲ old code") : null;
    return h("span", { class: "with-traffic" }, target, tags2, old, h("span", { class: "traffic" }, traffic));
  },
  value: (row2) => row2.path
};

// src/columns/route.js
var route2 = {
  id: "route",
  title: "Route",
  width: "minmax(8ch, 20ch)",
  wide: true,
  off: true,
  cell: (row2) => row2.route ?? "",
  value: (row2) => row2.route
};

// src/columns/size.js
var size2 = {
  id: "size",
  title: "Size",
  width: "8ch",
  wide: true,
  off: true,
  end: true,
  cell: (row2) => h("span", { title: `${row2.request_size} bytes up, ${row2.response_size} down` }, size(row2.response_size)),
  value: (row2) => row2.response_size
};

// src/columns/started.js
var started = {
  id: "started",
  title: "Started",
  width: "12ch",
  wide: true,
  off: true,
  end: true,
  cell: (row2) => clock(row2.started_at),
  value: (row2) => row2.started_at
};

// src/columns/tags.js
var tags = {
  id: "tagged",
  title: "Tags",
  width: "minmax(6ch, 18ch)",
  wide: true,
  off: true,
  cell: (row2) => tagList(row2) ?? "",
  value: (row2) => row2.tags.join(", ") || null
};

// src/waterfall.js
var LEAST = 1e-3;
function endOf(row2, now) {
  if (row2.duration_ms !== null) return row2.started_at + row2.duration_ms / 1e3;
  return LIVE.has(row2.state) ? Math.max(now, row2.started_at) : row2.started_at;
}
function timeWindow(rows, now) {
  let from = Infinity;
  let to = -Infinity;
  for (const row2 of rows) {
    from = Math.min(from, row2.started_at);
    to = Math.max(to, endOf(row2, now));
  }
  return { from, to: Math.max(to, from + LEAST) };
}
function span(row2, scale, now) {
  const width = scale.to - scale.from;
  const start = (row2.started_at - scale.from) / width;
  return { start, length: Math.min(1 - start, (endOf(row2, now) - row2.started_at) / width) };
}
function runSpans(row2, seconds) {
  const whole = Math.max(seconds * 1e3, Number.MIN_VALUE);
  return (row2.runs ?? []).map(([from, to]) => {
    const start = Math.min(1, from / whole);
    return { start, length: Math.max(0, Math.min(1, (to ?? whole) / whole) - start) };
  });
}

// src/columns/waterfall.js
var waterfall = {
  id: "waterfall",
  title: "Waterfall",
  // A part of what is left, so that the path has the most of it.
  width: "minmax(6ch, 0.35fr)",
  wide: true,
  // Its words are in the columns beside it.
  cell: ({ runs }) => h("span", { class: "track", "aria-hidden": "true" }, h("span", { class: "bar" }, ...(runs ?? []).map(() => h("span", { class: "ran" })))),
  tick: drawBars
};
function drawBars(drawn, inView, now) {
  if (inView.length === 0) return;
  const scale = timeWindow(inView, now);
  for (const { element, row: row2 } of drawn) {
    const bar2 = (
      /** @type {HTMLElement | null} */
      element.querySelector(".bar")
    );
    if (bar2 === null) continue;
    const { start, length } = span(row2, scale, now);
    bar2.style.setProperty("--from", `${(start * 100).toFixed(2)}%`);
    bar2.style.setProperty("inline-size", `${(length * 100).toFixed(2)}%`);
    bar2.toggleAttribute("data-runs", bar2.childElementCount > 0);
    const shown = runSpans(row2, length * (scale.to - scale.from));
    shown.forEach((run, index) => {
      const part = (
        /** @type {HTMLElement | undefined} */
        bar2.children[index]
      );
      part?.style.setProperty("inset-inline-start", `${(run.start * 100).toFixed(2)}%`);
      part?.style.setProperty("inline-size", `${(run.length * 100).toFixed(2)}%`);
    });
  }
}

// src/columns/index.js
var COLUMNS2 = [number, method, status, path, route2, cell2, size2, started, time, waterfall, note, tags];
function chosenColumns(chosen, headers) {
  const shown = COLUMNS2.filter(({ id, fixed }) => fixed || chosen.has(id));
  const at = shown.findIndex(({ id }) => [time, waterfall, note, tags].some((last) => last.id === id));
  const place = at < 0 ? shown.length : at;
  return [...shown.slice(0, place), ...headers.map(header), ...shown.slice(place)];
}

// src/sort.js
function sorted(rows, value, down) {
  const sign = down ? -1 : 1;
  return rows.map((row2) => ({ row: row2, key: value(row2) ?? null })).sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null) || a.row.seq - b.row.seq;
    return sign * compare(a.key, b.key) || a.row.seq - b.row.seq;
  }).map(({ row: row2 }) => row2);
}
function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === typeof b) return a < b ? -1 : Number(a > b);
  return typeof a === "number" ? -1 : 1;
}
function nextOrder(order, id) {
  if (order?.id !== id) return { id, down: false };
  return order.down ? null : { id, down: true };
}

// src/list.js
var SORT_MS = 500;
var GROW_MS = 250;
var GROW_CALMLY_MS = 1e3;
var ExchangeList = class {
  /**
   * @param {object} handlers
   * @param {(row: Row) => void} handlers.onSelect
   * @param {() => void} handlers.onOpen
   * @param {(keys: ReadonlySet<number>) => void} handlers.onChoose
   * @param {() => void} handlers.onColumns The columns or their order have changed.
   * @param {() => number} now Seconds, by the kernel's clock; it stands still while the list does.
   * @param {AbortSignal} signal
   */
  constructor({ onSelect, onOpen, onChoose, onColumns }, now, signal) {
    this.chosen = new Set(COLUMNS2.filter(({ off }) => !off).map(({ id }) => id));
    this.headers = [];
    this.order = null;
    this.onColumns = onColumns;
    this.source = [];
    this.sortedAt = -Infinity;
    this.timer = 0;
    this.now = now;
    this.grid = new Grid(
      {
        label: "Requests, oldest first",
        empty: "No requests yet. Each one shows up here as it comes in.",
        columns: chosenColumns(this.chosen, this.headers),
        keyOf: seqOf,
        toneOf: (row2) => `${toneOf(row2)}${row2.lit ? " lit" : ""}${row2.colour ? ` mark-${row2.colour}` : ""}`,
        onSelect,
        onOpen,
        onChoose,
        onSort: (id) => this.sortBy(nextOrder(this.order, id)),
        onReturn: () => {
          this.sortBy(null);
          this.grid.toTail();
        },
        onDrawn: () => this.#onDrawn()
      },
      signal
    );
    this.element = this.grid.element;
    this.growing = 0;
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.awake = true;
    signal.addEventListener("abort", () => {
      window.clearTimeout(this.growing);
      window.clearTimeout(this.timer);
    });
  }
  #onDrawn() {
    this.#tick();
    if (this.growing === 0) this.#grow();
  }
  /** Let what goes on grow, for as long as there is any in sight. The rows stay where they are, however they are sorted. */
  #grow() {
    this.growing = 0;
    if (!this.awake || !this.grid.inView().some(({ state }) => LIVE.has(state))) return;
    const pace = this.calm.matches ? GROW_CALMLY_MS : GROW_MS;
    this.growing = window.setTimeout(() => {
      if (this.awake) this.#tick();
      this.#grow();
    }, pace);
  }
  #tick() {
    const { grid } = this;
    for (const { tick } of this.columns) tick?.(grid.drawn.values(), grid.inView(), this.now());
  }
  get columns() {
    return chosenColumns(this.chosen, this.headers);
  }
  /** @param {readonly Row[]} rows Sorted by number. */
  update(rows) {
    this.source = rows;
    const column = this.columns.find(({ id }) => id === this.order?.id);
    if (this.order === null || column?.value === void 0) {
      this.grid.update(rows);
      return;
    }
    const wait = this.sortedAt + SORT_MS - performance.now();
    if (wait > 0) {
      if (this.timer === 0) {
        this.timer = window.setTimeout(() => {
          this.timer = 0;
          this.update(this.source);
        }, wait);
      }
      return;
    }
    window.clearTimeout(this.timer);
    this.timer = 0;
    this.sortedAt = performance.now();
    this.grid.update(sorted(rows, column.value, this.order.down), false);
  }
  /** @param {Order | null} order */
  sortBy(order) {
    this.order = order?.id === "number" && !order.down ? null : order;
    this.#relay();
  }
  /**
   * @param {ReadonlySet<string>} chosen
   * @param {readonly string[]} headers
   */
  setColumns(chosen, headers) {
    this.chosen = chosen;
    this.headers = headers;
    if (!this.columns.some(({ id }) => id === this.order?.id)) this.order = null;
    this.#relay();
  }
  #relay() {
    this.sortedAt = -Infinity;
    this.grid.setColumns(this.columns, this.order);
    this.update(this.source);
    if (this.order !== null) this.grid.toTop();
    this.onColumns();
  }
  /** The numbers of the selected rows. */
  get selection() {
    return [...this.grid.chosen];
  }
};

// src/styles.css
var styles_default = `/* The list's own tokens, beside those of tokens.css. Everything below uses tokens only. */
:host {
  --chosen: color-mix(in srgb, var(--accent) 12%, var(--paper));
  /* Mixed with the ink, so that each keeps 4.5:1 on light and on dark paper. */
  --ok: color-mix(in srgb, #1a9c4b 66%, var(--ink));
  --moved: color-mix(in srgb, #2b7fd8 74%, var(--ink));
  --warn: color-mix(in srgb, #c77700 70%, var(--ink));
  --error: color-mix(in srgb, #e0323c 70%, var(--ink));
  --yellow: color-mix(in srgb, #b39400 60%, var(--ink));
  --purple: color-mix(in srgb, #8e44d8 66%, var(--ink));
}

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
  container: inspector / inline-size;
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
.toolbar, .footer, .folded, .quick, .actions {
  display: flex;
  flex: none;
  align-items: center;
  gap: 8px;
}
.toolbar, .footer { padding: 4px 8px; background: var(--paper-raised); }
.quick, .actions { gap: 4px; }
.toolbar { border-block-end: 1px solid var(--line); }
.footer { min-block-size: 32px; padding-block: 2px; border-block-start: 1px solid var(--line); color: var(--ink-soft); font-size: 12px; }
.footer span { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.light { flex: none; white-space: nowrap; }
.light[data-link="live"]::first-letter { color: var(--ok); }
.light[data-link="waiting"] { color: var(--warn); }
.light[data-link="stopped"], .problem { color: var(--error); }
.light:is([data-link="gone"], [data-link="ended"]) { color: var(--error); }
.counts { flex: 0 1 auto; min-inline-size: 4ch; }
.problem { flex: 1 1 0; }
.actions { margin-inline-start: auto; color: var(--ink); }
.toolbar button { flex: none; white-space: nowrap; }
/* A cell of JupyterLab in a 1200 px window has 768: what is typed needs the room more than words that repeat */
@container inspector (inline-size < 880px) {
  .toolbar, .folded { gap: 4px; }
  .toolbar button { padding-inline: 6px; }
  .toolbar .icon { padding: 0; }
}
@container inspector (640px <= inline-size < 880px) {
  .toolbar .word { display: none; }
}
@container inspector (inline-size < 400px) {
  .new .word { display: none; }
}
.record[aria-pressed="true"] { border-color: var(--line); background: var(--paper); }
.record[aria-pressed="true"]::first-letter { color: var(--error); }
.more-tools { display: none; }

/* The filter */
.filter { position: relative; display: flex; flex: 1 1 12ch; min-inline-size: 0; }
.text { flex: 1; min-inline-size: 0; min-block-size: 24px; padding: 0 8px; border: 1px solid var(--line); border-radius: 3px; background: var(--paper); color: var(--ink); font: 12px/1.4 var(--mono); }
.text::placeholder { color: var(--ink-soft); opacity: 1; }
.text[aria-invalid="true"] { border-color: var(--error); }
.filter .icon { margin-inline-start: -26px; }
.filter .icon ~ .icon { margin-inline-start: 0; }
.filter:has(.icon:not([hidden])) .text { padding-inline-end: 52px; }
.filter .icon:first-of-type:not([hidden]) { margin-inline-start: -52px; }
.filter-note { flex: none; margin: 0; padding: 2px 8px 4px; background: var(--paper-raised); color: var(--error); font-size: 12px; overflow-wrap: anywhere; }
.filter-note code { font-family: var(--mono); color: var(--ink); }
.filter-note mark { background: none; color: var(--error); text-decoration: underline wavy; text-underline-offset: 3px; }
.proposals, .popover { position: absolute; z-index: 3; inset-block-start: calc(100% + 2px); margin: 0; border: 1px solid var(--line); border-radius: 4px; background: var(--paper); color: var(--ink); box-shadow: 0 4px 12px rgb(0 0 0 / 25%); }
.proposals { inset-inline: 0; max-block-size: 220px; padding: 4px 0; overflow-y: auto; list-style: none; }
.proposals li { display: flex; gap: 12px; min-block-size: 24px; padding: 2px 8px; cursor: default; }
.proposals li:hover { background: var(--hover); }
.proposals li[aria-selected="true"] { background: var(--chosen); box-shadow: inset 3px 0 0 var(--accent); }
.proposal { flex: none; max-inline-size: 60%; overflow: hidden; font-family: var(--mono); font-size: 12px; text-overflow: ellipsis; white-space: nowrap; }
.proposals .note { flex: 1; min-inline-size: 0; overflow: hidden; font-size: 12px; text-align: end; text-overflow: ellipsis; white-space: nowrap; }

/* Panels below buttons */
.popover-place { position: relative; flex: none; }
.popover { inset-inline-end: 0; inline-size: max-content; max-inline-size: min(320px, 80vw); max-block-size: 320px; padding: 8px; overflow-y: auto; }
.popover.above { inset-block: auto calc(100% + 2px); }
.compare { max-inline-size: min(560px, 90vw); }
.menu-title { margin: 8px 0 2px; color: var(--ink-soft); font-size: 12px; }
.menu-title:first-child { margin-block-start: 0; }
.choice { display: flex; gap: 6px; align-items: center; min-block-size: 24px; }
.columns-menu { min-inline-size: 200px; }
.add-header, .order { display: flex; gap: 6px; align-items: center; }
select { min-block-size: 24px; border: 1px solid var(--line); border-radius: 3px; background: var(--paper); color: var(--ink); font: inherit; }
input[type="checkbox"] { inline-size: 16px; block-size: 16px; margin: 0; accent-color: var(--accent); }
/* Its rows fit into one line each, where there is the room */
.popover:has(> .keys) { max-inline-size: min(480px, 90vw); }
.keys { border-collapse: collapse; font-size: 12px; }
.keys th { padding: 2px 12px 2px 0; font-family: var(--mono); font-weight: 600; text-align: start; white-space: nowrap; }
.keys td { padding: 2px 0; }

/* A toolbar that has not the room takes two lines, and folds the rest away */
[data-layout="narrow"] .toolbar { flex-wrap: wrap; gap: 4px; }
[data-layout="narrow"] .light { flex: 1 1 auto; overflow: hidden; text-overflow: ellipsis; }
[data-layout="narrow"] .filter { flex: 1 1 100%; order: 1; }
[data-layout="narrow"] .more-tools { display: inline-block; }
[data-layout="narrow"] .folded { display: none; flex: 1 1 100%; flex-wrap: wrap; order: 2; }
[data-layout="narrow"] .toolbar[data-unfolded] .folded { display: flex; }
/* Below the whole toolbar: its button may stand at either edge */
[data-layout="narrow"] .toolbar { position: relative; }
[data-layout="narrow"] .folded .popover-place { position: static; }
[data-layout="narrow"] .folded .popover { inset-inline: auto 8px; }
/* A footer that has not the room puts what is done with a selection into a line of its own, and panels above all of it */
/* Without a bar nothing says that there are more tabs */
[data-layout="narrow"] .tabs { scrollbar-width: thin; }
[data-layout="narrow"] .footer { position: relative; flex-wrap: wrap; gap: 4px 8px; }
[data-layout="narrow"] .counts { flex: 1 1 12ch; }
[data-layout="narrow"] .actions { flex: 0 1 auto; flex-wrap: wrap; }
[data-layout="narrow"] .footer .popover-place { position: static; }
[data-layout="narrow"] .footer .popover { inset-inline: auto 8px; max-inline-size: calc(100% - 16px); }
.for-readers { position: absolute; inline-size: 1px; block-size: 1px; clip-path: inset(50%); }

/* What is held */
.held { flex: none; max-block-size: 70%; overflow-y: auto; border-block-end: 1px solid var(--line); background: color-mix(in srgb, var(--warn) 12%, var(--paper)); }
.held-place { display: contents; }
.held-lines { margin: 0; padding: 0; list-style: none; }
.held-line { display: flex; gap: 4px; align-items: center; padding: 3px 8px; }
.held-sign { flex: none; color: var(--warn); }
.held-what { flex: 1 1 auto; min-inline-size: 0; overflow: hidden; font-family: var(--mono); font-size: 12px; text-overflow: ellipsis; white-space: nowrap; }
.held-left { flex: none; min-inline-size: 5ch; font-variant-numeric: tabular-nums; text-align: end; }
.held-line[data-n] .held-what { font-weight: 600; }
.held-line button { flex: none; }
.held-line:has(form) { flex-wrap: wrap; }
.held-form { flex: 1 1 100%; min-inline-size: 0; }
.held-editor { display: flex; flex-direction: column; gap: 6px; padding: 4px 0; }
.held-editor p { margin: 0; }
.held-fields { display: flex; flex-direction: column; gap: 6px; }
.held-first { display: flex; flex-wrap: wrap; gap: 6px; }
.held-field { display: flex; flex-direction: column; gap: 2px; font-size: 12px; }
.held-field.held-target { flex: 1 1 16ch; }
.held-field.held-method, .held-field.held-status { flex: 0 1 12ch; }
.held-texts { display: flex; flex-wrap: wrap; gap: 6px; }
.held-texts > .held-field { flex: 1 1 32ch; min-inline-size: 0; }
.held-field textarea { min-block-size: 60px; padding: 4px 8px; resize: vertical; }
.held-buttons { display: flex; gap: 6px; }
[data-layout="narrow"] .held-line { flex-wrap: wrap; }
[data-layout="narrow"] .held-line[data-n] .held-what { flex-basis: calc(100% - 12ch); }

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
.space > .row[aria-selected="true"] { background: var(--chosen); }
.space > .row[data-active] { box-shadow: inset 3px 0 0 var(--accent); }
.space > .row[data-tone~="lit"]::before { content: "◂"; position: absolute; inset-inline-end: 0; color: var(--warn); }
.space > .row[data-tone~="lit"] { background: color-mix(in srgb, var(--warn) 14%, var(--paper)); }
.space > .row[data-tone~="lit"][aria-selected="true"] { background: var(--chosen); }
/* A reader's marks */
.colour { color: var(--mark); }
[data-colour="red"], [data-tone~="mark-red"] { --mark: var(--error); }
[data-colour="orange"], [data-tone~="mark-orange"] { --mark: var(--warn); }
[data-colour="yellow"], [data-tone~="mark-yellow"] { --mark: var(--yellow); }
[data-colour="green"], [data-tone~="mark-green"] { --mark: var(--ok); }
[data-colour="blue"], [data-tone~="mark-blue"] { --mark: var(--moved); }
[data-colour="purple"], [data-tone~="mark-purple"] { --mark: var(--purple); }
.space > .row[data-tone*="mark-"]:not([data-tone~="lit"], [aria-selected="true"], :hover) { background: color-mix(in srgb, var(--mark) 8%, var(--paper)); }
.tags { display: flex; flex: 0 1 auto; gap: 4px; min-inline-size: 0; overflow: hidden; }
.tag { flex: none; block-size: 18px; margin-block: 3px; padding: 0 6px; border: 1px solid var(--line); border-radius: 9px; background: var(--paper-raised); color: var(--ink); font: 11px/16px var(--font); }
.colours { display: grid; grid-template-columns: 1fr 1fr; gap: 4px; }
.colours > button { text-align: start; }
.colours > :first-child { grid-column: 1 / -1; }
.head [data-column] { cursor: pointer; }
.head [data-column]:hover { color: var(--ink); text-decoration: underline; }
.track { position: relative; display: block; block-size: 100%; overflow: hidden; }
.bar { position: absolute; inset-block: 8px; inset-inline-start: min(var(--from, 0%), 100% - 2px); min-inline-size: 2px; border-radius: 2px; background: var(--moved); }
.bar[data-runs] { background: color-mix(in srgb, var(--moved) 30%, var(--paper)); }
.ran { position: absolute; inset-block: 0; min-inline-size: 1px; border-radius: 2px; background: var(--moved); }
.row[data-tone~="error"] .bar { background: var(--error); }
.row[data-tone~="open"] .bar { background: repeating-linear-gradient(45deg, var(--moved) 0 4px, transparent 4px 6px); outline: 1px solid var(--moved); }
/* Cards: method, status and time in one line, the path below */
.list[data-cards] .head { display: none; }
.list[data-cards] .row { grid-template-columns: auto auto 1fr; grid-template-rows: 22px 20px; block-size: 44px; line-height: 22px; border-block-end: 1px solid var(--line); }
.list[data-cards] .cell { display: none; }
.list[data-cards] :is(.method, .status, .time, .path) { display: block; }
.list[data-cards] .path { grid-row: 2; grid-column: 1 / -1; line-height: 18px; }
.list[data-cards] .tag { block-size: 16px; margin-block: 1px; line-height: 14px; }
.list[data-cards] .time { text-align: start; }
.grid:focus-visible { outline: none; }
.grid:focus-visible .row[data-active] { outline: 2px solid var(--accent); outline-offset: -2px; }
.grid:focus-visible:not([aria-activedescendant]) { outline: 2px solid var(--accent); outline-offset: -2px; }
.cell { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.end { text-align: end; }
.number, .origin, .time, .size, .opcode, .direction { color: var(--ink-soft); }
.space .method, .space .status { font-weight: 600; }
.space .path, .space .preview { font-family: var(--mono); font-size: 12px; }
.with-traffic { display: flex; gap: 8px; }
.with-traffic > .target { min-inline-size: 5ch; }
.pin { color: var(--accent); }
.target { display: block; overflow: hidden; text-overflow: ellipsis; }
.traffic { flex: none; color: var(--ink-soft); }
.row[data-tone~="ok"] .status, .outcome[data-tone="ok"] { color: var(--ok); }
.row[data-tone~="moved"] .status, .row[data-tone~="open"] .status, .outcome[data-tone="moved"], .outcome[data-tone="open"] { color: var(--moved); }
.row[data-tone~="warn"] .status, .outcome[data-tone="warn"] { color: var(--warn); }
.row[data-tone~="error"] .status, .outcome[data-tone="error"] { color: var(--error); }
.row[data-tone~="receive"] .direction { color: var(--moved); }
.row[data-tone~="send"] .direction { color: var(--ok); }
.empty { position: absolute; inset-block-start: 40px; inset-inline: 0; margin: 0; padding-inline: 16px; color: var(--ink-soft); text-align: center; }
.jump { position: absolute; inset-block-end: 8px; inset-inline-start: 50%; transform: translateX(-50%); border-color: var(--accent); border-radius: 12px; background: var(--paper-raised); box-shadow: 0 1px 4px rgb(0 0 0 / 25%); white-space: nowrap; }
/* The path first: below this, bars and numbers would leave it ten letters. */
@container (inline-size < 560px) {
  .row { grid-template-columns: var(--tracks-less); }
  .cell.wide { display: none; }
}
@container (inline-size < 460px) {
  .list:not([data-cards]) .tags { display: none; }
  .row { grid-template-columns: var(--tracks-narrow); }
  .cell.wide-last { display: none; }
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

.old-code { display: flex; flex: none; flex-wrap: wrap; gap: 6px; align-items: center; font-size: 12px; }
.old-code strong, .old-sign { color: var(--warn); }
.old-sign { flex: none; font-size: 12px; }

@media (forced-colors: active) {
  .row .bar, .row .ran { forced-color-adjust: none; background: CanvasText; }
  .row .bar[data-runs], .row[data-tone~="open"] .bar { background: Canvas; outline: 1px solid CanvasText; }
  .space > .row[aria-selected="true"] { forced-color-adjust: none; background: Highlight; color: HighlightText; }
  .space > .row[aria-selected="true"] .cell, .space > .row[aria-selected="true"] .traffic { color: HighlightText; }
  .tab { border-block-end-color: Canvas; }
  .tab[aria-selected="true"] { border-block-end-color: Highlight; }
}
`;

// src/tokens.css
var tokens_default = "/* What every widget looks by: JupyterLab's tokens, then VS Code's, then our own. */\n:host {\n  all: initial;\n  display: block;\n  color-scheme: inherit;\n  --ink: var(--jp-content-font-color1, var(--vscode-editor-foreground, light-dark(#1f2328, #e6e6e6)));\n  --ink-soft: var(--jp-content-font-color2, var(--vscode-descriptionForeground, light-dark(#59636e, #a8b0b8)));\n  --paper: var(--jp-layout-color0, var(--vscode-editor-background, light-dark(#fff, #1e1e1e)));\n  --paper-raised: var(--jp-layout-color1, var(--vscode-sideBar-background, light-dark(#f6f8fa, #252526)));\n  --line: var(--jp-border-color2, var(--vscode-panel-border, light-dark(#d0d7de, #3d444d)));\n  --accent: var(--jp-brand-color1, var(--vscode-focusBorder, light-dark(#0b62c4, #5aa9ff)));\n  --hover: color-mix(in srgb, var(--ink) 6%, transparent);\n  --font: var(--jp-ui-font-family, var(--vscode-font-family, system-ui, sans-serif));\n  --mono: var(--jp-code-font-family, var(--vscode-editor-font-family, ui-monospace, monospace));\n}\n\n[hidden] { display: none !important; }\n";

// src/columns_menu.js
var MAX_HEADERS = 8;
var TOKEN2 = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;
function columnsMenu(list, look, failed, signal) {
  let highlight = "";
  const menu = popover({ label: "Columns and order", face: "☰", onOpen: fill }, signal);
  menu.panel.classList.add("columns-menu");
  function setHeaders(headers) {
    list.setColumns(list.chosen, headers);
    look({ columns: headers }).catch(failed);
    fill();
  }
  function fill() {
    const boxes = COLUMNS2.filter(({ fixed }) => !fixed).map(({ id, title: title2 }) => {
      const box = h("input", { type: "checkbox", value: id });
      box.checked = list.chosen.has(id);
      box.addEventListener("change", () => {
        const chosen = new Set(list.chosen);
        if (box.checked) chosen.add(id);
        else chosen.delete(id);
        list.setColumns(chosen, list.headers);
      });
      return h("label", { class: "choice" }, box, title2);
    });
    const headers = list.headers.map((name2) => {
      const box = h("input", { type: "checkbox" });
      box.checked = true;
      box.addEventListener("change", () => setHeaders(list.headers.filter((one) => one !== name2)));
      return h("label", { class: "choice" }, box, name2);
    });
    const name = h("input", { type: "text", class: "text", placeholder: "x-request-id", "aria-label": "Header", spellcheck: "false", autocomplete: "off" });
    const add = h("button", { type: "submit" }, "Add");
    const form2 = h("form", { class: "add-header" }, name, add);
    form2.addEventListener("submit", (event) => {
      event.preventDefault();
      const wanted = name.value.trim().toLowerCase();
      if (!TOKEN2.test(wanted) || list.headers.includes(wanted) || list.headers.length >= MAX_HEADERS) {
        name.setAttribute("aria-invalid", "true");
        return;
      }
      setHeaders([...list.headers, wanted]);
      menu.panel.querySelector("input.text")?.focus();
    });
    menu.panel.replaceChildren(
      h("p", { class: "menu-title" }, "Columns"),
      ...boxes,
      h("p", { class: "menu-title" }, "A header's values"),
      ...headers,
      form2,
      h("p", { class: "menu-title" }, "Sorted by"),
      orderChoice(),
      h("p", { class: "menu-title" }, "Highlight"),
      marking()
    );
  }
  function marking() {
    const text2 = h("input", { type: "text", class: "text", placeholder: "time>100ms", "aria-label": "Highlight", spellcheck: "false", autocomplete: "off" });
    text2.value = highlight;
    const trouble = h("p", { class: "problem", role: "alert" });
    const form2 = h("form", { class: "add-header" }, text2, h("button", { type: "submit" }, "Mark"));
    form2.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await look({ highlight: text2.value });
        highlight = text2.value;
        trouble.textContent = "";
      } catch (error2) {
        trouble.textContent = String(
          /** @type {Error} */
          error2.message
        );
      }
    });
    return h("div", {}, form2, trouble);
  }
  function orderChoice() {
    const by = h("select", { "aria-label": "Sorted by" });
    for (const { id, title: title2, value } of list.columns) {
      if (value === void 0) continue;
      const option = h("option", { value: id }, id === "number" ? "# (as they came)" : title2);
      option.selected = id === (list.order?.id ?? "number");
      by.append(option);
    }
    const down = h("input", { type: "checkbox" });
    down.checked = list.order?.down ?? false;
    const apply = () => list.sortBy({ id: by.value, down: down.checked });
    by.addEventListener("change", apply);
    down.addEventListener("change", apply);
    return h("div", { class: "order" }, by, h("label", { class: "choice" }, down, "largest first"));
  }
  return menu;
}

// src/filterbox.js
var PAUSE_MS = 350;
var COMPLETE_MS = 80;
var UNFINISHED = /[:<>=!]\s*$/;
var QUICK = [
  ["http", "HTTP", "kind:http"],
  ["ws", "WS", "kind:ws"],
  ["sse", "SSE", "type:text/event-stream"],
  ["errors", "Errors", "(is:error or status>=400)"]
];
function combined(typed, quick) {
  const extra = QUICK.find(([id]) => id === quick)?.[2] ?? "";
  if (typed.trim() === "" || extra === "") return typed.trim() || extra;
  return `(${typed.trim()}) ${extra}`;
}
function filterBox(client, leave, signal) {
  const listId = uniqueId("proposals");
  const noteId = uniqueId("filter-note");
  const input = h("input", {
    class: "text",
    type: "text",
    role: "combobox",
    "aria-label": "Filter",
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-autocomplete": "list",
    "aria-describedby": noteId,
    placeholder: "Filter: status>=400 path:/api tea",
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off"
  });
  const clear = h("button", { type: "button", class: "icon", "aria-label": "Remove the filter", title: "Remove the filter", hidden: true }, "✕");
  const star = h("button", { type: "button", class: "icon", "aria-pressed": "false", "aria-label": "Save this filter", title: "Save this filter for this kernel", hidden: true }, "☆");
  const list = h("ul", { class: "proposals", role: "listbox", id: listId, "aria-label": "Completions", hidden: true });
  const note2 = h("p", { class: "filter-note", id: noteId, role: "alert", hidden: true });
  const quick = h("div", { class: "quick", role: "group", "aria-label": "Show only" });
  for (const [id, title2, where] of QUICK) quick.append(h("button", { type: "button", "data-quick": id, "aria-pressed": "false", title: where }, title2));
  const box = h("div", { class: "filter" }, input, star, clear, list);
  let proposals = [];
  let active = -1;
  let chosen = null;
  let applied = "";
  let remembered = "";
  let problem = "";
  let saved = [];
  let applying = 0;
  let completing = 0;
  let question = 0;
  signal.addEventListener("abort", () => {
    window.clearTimeout(applying);
    window.clearTimeout(completing);
  });
  function decorate() {
    clear.hidden = input.value === "";
    star.hidden = input.value.trim() === "";
    const kept = saved.includes(input.value.trim());
    star.setAttribute("aria-pressed", String(kept));
    star.textContent = kept ? "★" : "☆";
    for (const button of quick.children) button.setAttribute("aria-pressed", String(button.getAttribute("data-quick") === chosen));
  }
  async function apply(done = true) {
    window.clearTimeout(applying);
    decorate();
    if (!done && UNFINISHED.test(input.value)) return;
    const where = combined(input.value, chosen);
    if (where === applied) {
      blame("", null, null);
      if (done) remember();
      return;
    }
    const typed = input.value.trim();
    try {
      await client.look({ where });
    } catch (error2) {
      const { message, position, end } = (
        /** @type {import("./channel.js").Refusal} */
        error2
      );
      const shift = chosen !== null && typed !== "" ? 1 : 0;
      if (combined(input.value, chosen) === where) blame(message, position === null ? null : position - shift, end === null ? null : end - shift);
      return;
    }
    if (combined(input.value, chosen) !== where) return;
    applied = where;
    blame("", null, null);
    if (done) remember();
  }
  function remember() {
    const text2 = input.value.trim();
    if (text2 === "" || text2 === remembered) return;
    remembered = text2;
    client.ask("use_filter", { text: text2 }).then(({ value }) => saved = value.saved, () => {
    });
  }
  function blame(text2, position, end) {
    note2.hidden = text2 === "";
    if (text2 === "") input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
    const typed = input.value.trim();
    const marked = position !== null && end !== null && position >= 0 && text2 !== "";
    note2.replaceChildren(
      marked ? h("code", {}, typed.slice(0, position), h("mark", {}, typed.slice(position, end) || "␣"), typed.slice(end)) : "",
      marked ? ` at ${position + 1}: ${text2}` : text2
    );
  }
  async function offer() {
    window.clearTimeout(completing);
    question += 1;
    const asked = question;
    const text2 = input.value;
    let found;
    try {
      if (text2 === "") {
        const { value } = await client.ask("filters");
        saved = value.saved;
        found = [...value.saved.map((one) => whole(one, "saved")), ...value.recent.map((one) => whole(one, "used before"))];
        if (found.length === 0) found = (await client.ask("complete", { text: text2, cursor: 0 })).value;
      } else {
        found = (await client.ask("complete", { text: text2, cursor: input.selectionStart ?? text2.length })).value;
      }
    } catch {
      found = [];
    }
    if (asked !== question || !input.matches(":focus")) return;
    proposals = found;
    active = -1;
    drawProposals();
  }
  function whole(text2, detail) {
    return { start: 0, end: 0, text: text2, detail };
  }
  function drawProposals() {
    const open = proposals.length > 0;
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    list.replaceChildren(
      ...proposals.map(
        ({ text: text2, detail }, index) => h("li", { role: "option", id: `${listId}-${index}`, "data-index": index, "aria-selected": String(index === active) }, h("span", { class: "proposal" }, text2), h("span", { class: "note" }, detail))
      )
    );
    if (active >= 0) {
      input.setAttribute("aria-activedescendant", `${listId}-${active}`);
      list.children[active].scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }
  function shut() {
    question += 1;
    window.clearTimeout(completing);
    proposals = [];
    active = -1;
    drawProposals();
  }
  function take({ start, end, text: text2 }) {
    input.setRangeText(text2, start, end, "end");
    const wantsMore = /[:<>=]$/.test(text2);
    if (!wantsMore && input.selectionStart === input.value.length) input.setRangeText(" ", input.value.length, input.value.length, "end");
    shut();
    if (wantsMore) void offer();
    void apply(!wantsMore);
  }
  input.addEventListener("input", () => {
    decorate();
    window.clearTimeout(applying);
    window.clearTimeout(completing);
    applying = window.setTimeout(() => void apply(false), PAUSE_MS);
    completing = window.setTimeout(() => void offer(), COMPLETE_MS);
  }, { signal });
  input.addEventListener("blur", () => {
    shut();
    void apply();
  }, { signal });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      if (proposals.length === 0) void offer();
      else active = active < 0 && step < 0 ? proposals.length - 1 : (active + step + proposals.length) % proposals.length;
      drawProposals();
    } else if (event.key === "Enter") {
      if (active >= 0) take(proposals[active]);
      else {
        shut();
        void apply();
      }
    } else if (event.key === "Tab" && active >= 0) {
      take(proposals[active]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (proposals.length > 0) shut();
      else leave();
    } else {
      return;
    }
    event.preventDefault();
  }, { signal });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const index = (
      /** @type {Element} */
      event.target.closest("[data-index]")?.getAttribute("data-index")
    );
    if (index) take(proposals[Number(index)]);
  }, { signal });
  clear.addEventListener("click", () => {
    input.value = "";
    void apply();
    input.focus();
  }, { signal });
  star.addEventListener("click", async () => {
    const text2 = input.value.trim();
    try {
      saved = (await client.ask("save_filter", { text: text2, on: !saved.includes(text2) })).value.saved;
      decorate();
    } catch (error2) {
      const { message, position, end } = (
        /** @type {import("./channel.js").Refusal} */
        error2
      );
      blame(message, position, end);
    }
  }, { signal });
  quick.addEventListener("click", (event) => {
    const id = (
      /** @type {Element} */
      event.target.closest("[data-quick]")?.getAttribute("data-quick")
    );
    if (!id) return;
    chosen = chosen === id ? null : id;
    void apply();
  }, { signal });
  return {
    box,
    quick,
    note: note2,
    focus() {
      input.focus();
      input.select();
    },
    /** A filter that was set from a cell takes the place of what was typed before. */
    follow() {
      if (client.problem !== problem) {
        problem = client.problem;
        blame(problem, null, null);
      }
      if (!client.follows || client.where === applied) return;
      applied = client.where;
      chosen = null;
      input.value = client.where;
      blame("", null, null);
      decorate();
    },
    /** @param {string} text */
    blame: (text2) => blame(text2, null, null)
  };
}

// src/toolbar.js
function toolbar(client, list, compose, { onPause, say }, light, signal) {
  const failed = (error2) => say(String(error2.message));
  const record = h("button", { type: "button", class: "record" });
  const pause = h("button", { type: "button", "aria-pressed": "false", title: "Stops the list, not the recording (s)" });
  const clear = h("button", { type: "button", title: "asgi_nb.traffic.clear(); pinned requests stay" }, "Clear");
  const filter = filterBox(client, () => list.grid.focus(), signal);
  const columns = columnsMenu(list, (change) => client.look(change), failed, signal);
  const help = popover({ label: "Keys", face: "?", onOpen: () => help.panel.replaceChildren(keyTable()) }, signal);
  const more = h("button", { type: "button", class: "more-tools", "aria-expanded": "false", "aria-label": "More tools", title: "More tools" }, "⋯");
  const folded = h("div", { class: "folded" }, holdButton(client, say, signal), filter.quick, columns.element, help.element);
  const element = h("div", { class: "toolbar", role: "group", "aria-label": "List" }, light, record, pause, clear, compose, more, filter.box, folded);
  record.addEventListener("click", () => {
    client.ask("record", { on: !client.recording }).then(({ value }) => {
      client.recording = value;
      draw4(pause.getAttribute("aria-pressed") === "true", 0);
    }, failed);
  }, { signal });
  pause.addEventListener("click", onPause, { signal });
  clear.addEventListener("click", () => client.ask("clear").then(() => say(""), failed), { signal });
  more.addEventListener("click", () => unfold(!element.hasAttribute("data-unfolded")), { signal });
  function unfold(open) {
    element.toggleAttribute("data-unfolded", open);
    more.setAttribute("aria-expanded", String(open));
  }
  function showKeys() {
    const back = (
      /** @type {HTMLElement | null} */
      /** @type {ShadowRoot} */
      element.getRootNode().activeElement
    );
    if (help.button.getClientRects().length === 0) unfold(true);
    help.open(back ?? void 0);
  }
  function draw4(paused, waiting) {
    record.setAttribute("aria-pressed", String(client.recording));
    record.setAttribute("aria-label", client.recording ? "Rec, on" : "Rec off");
    record.title = `asgi_nb.traffic.recording = ${client.recording ? "False" : "True"}`;
    record.textContent = client.recording ? "◉ Rec" : "○ Rec off";
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? `Resume${waiting > 0 ? ` (${count(waiting)} new)` : ""}` : "Pause";
    filter.follow();
  }
  return {
    element,
    note: filter.note,
    draw: draw4,
    focusFilter: filter.focus,
    help: showKeys
  };
}

// src/view.js
var SIDE_BY_SIDE = 640;
var DOCK = 480;
var TICK_MS = 1e3;
var ARRIVAL_MS = 1500;
var SELECT_MS = 200;
function renderInspector(host, channel, signal) {
  const client = new Client(channel);
  let selected = null;
  let paused = false;
  let onScreen = true;
  let selecting = 0;
  let wanted = null;
  let waiting = 0;
  let stoppedAt = null;
  const stands = () => paused || client.isLost || client.link === "stopped";
  function now() {
    const time2 = Date.now() / 1e3 - (Number.isFinite(client.skew) ? client.skew : 0);
    stoppedAt = stands() ? stoppedAt ?? time2 : null;
    return stoppedAt ?? time2;
  }
  const list = new ExchangeList({ onSelect, onOpen, onChoose, onColumns: () => draw4() }, now, signal);
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
    foot.element
  );
  root.style.height = `${channel.model.get("height")}px`;
  const shadow = host.attachShadow({ mode: "open" });
  keepKeys(host, root, signal);
  const style = document.createElement("style");
  style.textContent = tokens_default + styles_default + details_default + actions_default + compose_default;
  shadow.append(style, root);
  function draw4() {
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
      const row2 = client.rows.get(selected);
      if (row2 !== void 0) show(row2);
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
    help: tools.help
  }, signal);
  const resized = new ResizeObserver(() => {
    root.dataset.layout = root.clientWidth >= SIDE_BY_SIDE ? "wide" : "narrow";
    grid.setCards(root.clientWidth < DOCK);
  });
  resized.observe(root);
  const seen = new IntersectionObserver((entries) => {
    onScreen = entries.at(-1)?.isIntersecting ?? true;
    if (onScreen) draw4();
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
  client.addEventListener("change", draw4, { signal });
  function onSelect(row2) {
    selected = row2.seq;
    if (root.dataset.layout === "wide" && !main.hasAttribute("data-closed")) show(row2);
  }
  function show(row2) {
    acts.draw(row2);
    detail.show(row2);
  }
  function act(id) {
    const row2 = selected === null ? void 0 : client.rows.get(selected);
    if (row2 === void 0) return foot.say("Select a request first.");
    onOpen();
    show(row2);
    acts.start(id);
  }
  function openWhenHere(seq) {
    wanted = seq;
    draw4();
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      if (wanted === seq) acts.say(client.where === "" ? `It is #${seq}.` : `It is #${seq}, which the filter hides.`);
    }, ARRIVAL_MS);
  }
  function openWanted() {
    const row2 = wanted === null ? void 0 : client.rows.get(wanted);
    if (row2 === void 0) return;
    wanted = null;
    selected = row2.seq;
    grid.select(row2.seq);
    onOpen();
  }
  function onChoose(keys) {
    draw4();
    window.clearTimeout(selecting);
    selecting = window.setTimeout(() => client.ask("select", { seqs: [...keys] }).catch(() => {
    }), SELECT_MS);
  }
  function makeRoom() {
    if (compose.sheet.hidden) wasClosed = main.hasAttribute("data-closed");
    acts.close();
    main.removeAttribute("data-closed");
    draw4();
  }
  function onOpen() {
    compose.leave();
    main.removeAttribute("data-closed");
    draw4();
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
  function setPaused(wanted2) {
    paused = wanted2;
    draw4();
  }
  function waitingRows() {
    if (!paused) return 0;
    const shown = grid.rows.reduce((last, { seq }) => Math.max(last, seq), 0);
    return client.rows.list.length - lowerBound(client.rows.list, shown + 1, seqOf);
  }
  document.addEventListener("asgi-nb:choose", (event) => {
    const { seq, id } = (
      /** @type {CustomEvent<{ seq: number, id: string }>} */
      event.detail
    );
    if (client.rows.get(seq)?.id !== id) return;
    event.preventDefault();
    selected = seq;
    grid.select(seq);
    main.removeAttribute("data-closed");
    draw4();
  }, { signal });
  main.setAttribute("data-closed", "");
  draw4();
}
var EMPTY = "No requests yet. Each one shows up here as it comes in.";

// src/main.js
var main_default = streamed(renderInspector);
export {
  main_default as default
};
