/**
 * The comm of one widget model in one page: who is spoken to, by which way, and what still waits for an answer.
 *
 * Rule 1: the kernel pushes. A page that hears nothing for three seconds asks each half second ("poll"), and stops
 *         asking as soon as anything arrives that it did not ask for.
 * Rule 2: one poll at a time: a kernel that runs a cell would find the others all queued behind it.
 */

/**
 * What anywidget hands to us, as far as we use it.
 *
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(message: object) => void} send
 * @property {(event: string, callback: (...args: any[]) => void) => void} on
 * @property {(event: string, callback: (...args: any[]) => void) => void} off
 * @property {{ kernel?: { status?: string } | null, context?: { model?: { sharedModel?: unknown } } }} [widget_manager] As far as the front end gives it.
 */

/** @typedef {import("./wire.js").Message} Message */
/** @typedef {{ value: any, buffer: DataView | undefined }} Answer */

/** A question that the kernel refused: `position` and `end` say which part of a filter is wrong. */
export class Refusal extends Error {
  /** @param {Message} message */
  constructor(message) {
    super(String(message.value));
    /** @type {number | null} */
    this.position = message.position ?? null;
    /** @type {number | null} */
    this.end = message.end ?? null;
  }
}

const POLL_MS = 500;
/** While an answer is awaited. */
const POLL_SOON_MS = 100;
/** A poll that is not answered in this time was lost. */
const POLL_PATIENCE_MS = 10_000;
/** What is younger than this is on its way, not queued. */
const QUEUED_MS = 1000;

export class Channel {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    this.page = randomId();
    /** @type {Map<string, import("./client.js").Client>} */
    this.clients = new Map();
    /** @type {Map<number, { resolve: (answer: Answer) => void, reject: (error: Error) => void, at: number }>} */
    this.questions = new Map();
    this.lastQuestion = 0;
    this.lastClient = 0;
    /** @type {"push" | "poll"} */
    this.rung = "push";
    this.timer = 0;
    this.onMessage = this.onMessage.bind(this);
    this.onCommLost = this.onCommLost.bind(this);
    model.on("msg:custom", this.onMessage);
    // JupyterLab's widget manager says so when the kernel is restarted: the comm ended with the old one.
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
      // JupyterLab has ended the comm, as it does when the kernel is shut down: nobody will answer.
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
    // A number: ipykernel 7.4 keeps every string id of a message that it sends.
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
    // Nobody looks: its views have said goodbye, and will say hello again.
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
    // It is also said when a comm is found again; whether that one works, the next ping tells.
    if (status === "idle" || status === "busy") return;
    for (const client of this.clients.values()) client.lose();
  }

  /**
   * @param {Message} message
   * @param {DataView[]} buffers
   */
  onMessage(message, buffers = []) {
    if (message.kind === "stop") {
      for (const client of this.clients.values()) client.onMessage(message, buffers);
      return;
    }
    if (message.v === this.page) {
      if (message.kind === "probe") this.#push();
      if (message.kind === "polled" && this.rung === "poll") this.#pollIn(this.questions.size > 0 ? POLL_SOON_MS : POLL_MS);
      return;
    }
    const client = this.clients.get(message.v);
    if (client === undefined) return;
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
}

function randomId() {
  // Not randomUUID(): a JupyterHub without TLS is no secure context, and has none.
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(16).padStart(8, "0")).join("");
}

/** @type {WeakMap<Model, Channel>} */
const channels = new WeakMap();

/**
 * The one channel of a model, made on first use.
 *
 * @param {Model} model
 */
export function channelOf(model) {
  let channel = channels.get(model);
  if (channel === undefined) {
    channel = new Channel(model);
    channels.set(model, channel);
  }
  return channel;
}
