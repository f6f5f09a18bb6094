/**
 * The data of one view: the rows that its filter lets through, counts, and how well the kernel is heard.
 */
import { MAX_ROWS, Rows } from "./rows.js";
import { Session, decode } from "./wire.js";

/** @typedef {import("./channel.js").Model} Model */
/** @typedef {"asleep" | "connecting" | "waiting" | "live" | "stopped" | "gone" | "ended"} Link */

/**
 * What the view looks through. Source: asgi_nb/widgets/lens.py.
 *
 * @typedef {object} Wish
 * @property {string | null} where A filter; null follows `inspector.filter`.
 * @property {string} highlight A filter whose rows are marked.
 * @property {readonly string[]} columns Names of headers.
 */

/** A hello that is not answered in this time waits for a cell, or what answers it is not heard. */
const PATIENCE_MS = 3000;
/** Then it is said again at this pace: a lost message must not end the stream for good. */
const RETRY_MS = 10_000;
/** A stream that is quiet for so long is asked whether it is still there. */
const QUIET_MS = 5000;

export class Client extends EventTarget {
  /** @param {import("./channel.js").Channel} channel */
  constructor(channel) {
    super();
    this.channel = channel;
    this.session = new Session(channel.enter(this));
    this.rows = new Rows();
    /** @type {import("./wire.js").Counts} */
    this.counts = { kept: 0, dropped: 0, bytes: 0, last_seq: 0 };
    /** Exchanges in the store that the filter lets through. */
    this.matching = 0;
    /** The filter in use, and whether it is the one that was set from a cell. */
    this.where = "";
    this.follows = true;
    /** @type {readonly string[]} The headers that rows carry, in order. */
    this.columns = [];
    /** Whether the filter has seen all that is kept. */
    this.whole = true;
    /** What went wrong with the filter as exchanges were looked at. */
    this.problem = "";
    this.recording = true;
    /** @type {readonly import("./held.js").Held[]} What is held, each with its end on this page's clock. */
    this.held = [];
    /** @type {Set<number>} Numbers of what was held while this page looked. */
    this.wereHeld = new Set();
    /** @type {readonly import("./held.js").Hold[]} */
    this.holds = [];
    /** Rows that came too fast to be sent at all. */
    this.lost = 0;
    /** Rows that the kernel sends when it has time. */
    this.behind = 0;
    /** Seconds by which this page's clock is ahead of the kernel's, and of what was sent on its way. */
    this.skew = Infinity;
    /** @type {Link} */
    this.link = "asleep";
    this.reason = "";
    /** @type {Wish} */
    this.wish = { where: null, highlight: "", columns: [] };
    /** @type {{ wish: Wish, hello: number, resolve: () => void, reject: (error: Error) => void } | null} */
    this.wanted = null;
    this.wished = 0;
    this.timer = 0;
    this.listening = new AbortController();
    const { signal } = this.listening;
    // A page that is not seen does not acknowledge, so it asks to be left out instead of falling silent.
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
    const wish = { ...(this.wanted?.wish ?? this.wish), ...change };
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
      },
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
      // What answered may have been pushed to nobody: it is asked for again, after the first poll.
      this.channel.poll();
      this.#open();
      this.#waitOn();
    }, PATIENCE_MS);
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
      this.timer = window.setTimeout(() => this.#waitOn(), PATIENCE_MS);
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
    if (message.sent_at !== undefined) this.skew = Math.min(this.skew, Date.now() / 1000 - message.sent_at);
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
    this.held = held.map((one) => ({ ...one, until: now + one.left * 1000 }));
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
}
