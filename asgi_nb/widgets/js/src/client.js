/**
 * The data of one widget model in one page: rows, counts and questions. Views come and go; this stays with the model.
 */
import { Rows } from "./rows.js";
import { Session, decode } from "./wire.js";

/**
 * What anywidget hands to us, as far as we use it.
 *
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(message: object) => void} send
 * @property {(event: string, callback: (...args: any[]) => void) => void} on
 * @property {(event: string, callback: (...args: any[]) => void) => void} off
 */

/** @typedef {"asleep" | "connecting" | "waiting" | "live" | "stopped"} Link */

/** A hello that is not answered in this time waits for a cell, or went to a kernel that is gone. */
const PATIENCE_MS = 3000;
/** Then it is said again at this pace: a lost message must not end the stream for good. */
const RETRY_MS = 10_000;

export class Client extends EventTarget {
  /** @param {Model} model */
  constructor(model) {
    super();
    this.model = model;
    this.session = new Session(randomId());
    this.rows = new Rows();
    /** @type {import("./wire.js").Counts} */
    this.counts = { kept: 0, dropped: 0, bytes: 0, last_seq: 0 };
    /** Rows that changed and left the store before they could be sent. */
    this.lost = 0;
    /** @type {Link} */
    this.link = "asleep";
    this.reason = "";
    this.views = 0;
    this.questions = new Map();
    this.lastQuestion = 0;
    this.timer = 0;
    this.listening = new AbortController();
    this.onMessage = this.onMessage.bind(this);
    model.on("msg:custom", this.onMessage);
    const { signal } = this.listening;
    // A page that is not seen does not acknowledge, so it asks to be left out instead of falling silent.
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
    // A number: ipykernel 7.4 keeps every string id of a message that it sends.
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
}

function randomId() {
  // Not randomUUID(): a JupyterHub without TLS is no secure context, and has none.
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(16).padStart(8, "0")).join("");
}

/** @type {WeakMap<Model, Client>} */
const clients = new WeakMap();

/**
 * The one client of a model, made on first use.
 *
 * @param {Model} model
 */
export function clientOf(model) {
  let client = clients.get(model);
  if (client === undefined) {
    client = new Client(model);
    clients.set(model, client);
  }
  return client;
}
