/**
 * One page's side of the conversation with the kernel. Pure: messages in, decisions out; no clock, no DOM.
 *
 * Rule 1: batches count up from a snapshot. A gap means that a message was lost: say hello again.
 * Rule 2: whatever answers an older hello is not for us.
 * Rule 3: another kernel instance shares nothing with what is on the screen.
 */

/** Both sides must speak the same version; asgi_nb/widgets/wire.py has the other copy. */
export const WIRE_VERSION = 2;

/**
 * One exchange in the list, as asgi_nb/record/summary.py describes it; secrets are masked.
 *
 * @typedef {object} Row
 * @property {number} seq
 * @property {string} id
 * @property {"http" | "websocket"} kind
 * @property {"open" | "held" | "queued" | "streaming" | "done" | "error" | "aborted"} state
 * @property {string} method
 * @property {string} path
 * @property {number | "open" | null} status For a socket "open" or the close code.
 * @property {string | null} cell
 * @property {boolean} replaced Whether the cell's code was replaced while this socket was open on it.
 * @property {number | null} duration_ms
 * @property {string | null} error
 * @property {number | null} received WebSocket messages from the client.
 * @property {number | null} sent WebSocket messages to the client.
 * @property {number} masked Values that are hidden in the path and the headers.
 * @property {number} started_at Seconds since the Unix epoch, by the kernel's clock.
 * @property {string | null} route
 * @property {number} request_size Bytes.
 * @property {number} response_size Bytes.
 * @property {boolean} pinned
 * @property {string} note
 * @property {string} colour A name that marks.js knows; "" for none.
 * @property {string[]} tags
 * @property {(string | null)[]} [headers] What the view's own columns show.
 * @property {[from: number, to: number | null][]} [runs] When its code ran, in ms from its start.
 * @property {boolean} [lit] Whether the highlight matches.
 */

/** The states of an exchange that goes on. @type {ReadonlySet<string>} */
export const LIVE = new Set(["open", "held", "queued", "streaming"]);

/** @typedef {{ kept: number, dropped: number, bytes: number, last_seq: number }} Counts */

/** @typedef {{ kind: string, [key: string]: any }} Message */

/**
 * What is told beside the rows.
 *
 * @typedef {{ held: import("./held.js").Held[], holds: import("./held.js").Hold[] }} Beside
 */

/**
 * Rows, and what holds for all of them.
 *
 * @typedef {object} Batch
 * @property {"rows"} do
 * @property {boolean} fresh Whether a snapshot begins.
 * @property {boolean} forget Whether what is held has nothing to do with what comes.
 * @property {boolean} whole Whether the snapshot is at its end.
 * @property {Message} ack
 * @property {Counts} counts
 * @property {boolean} recording
 * @property {Beside} beside
 * @property {number} lost Rows that will not be sent, since the last batch.
 * @property {number} behind Rows that wait until the kernel has time for them.
 * @property {readonly number[]} left Numbers that match the filter no longer.
 * @property {number} matching
 * @property {string} where
 * @property {boolean} follows
 * @property {readonly string[]} columns
 * @property {string} problem What went wrong with the filter as it was asked; empty if nothing did.
 */

/**
 * What to do about one message.
 *
 * @typedef {{ do: "ignore" }
 *   | Batch
 *   | { do: "pong", counts: Counts, recording: boolean, beside: Beside }
 *   | { do: "hello" }
 *   | { do: "stop", reason: string }} Decision
 */

export class Session {
  /** @param {string} view Random id of this page's copy of the widget. */
  constructor(view) {
    this.view = view;
    this.hello = 0;
    this.nextBatch = 0;
    /** @type {string | null} */
    this.instance = null;
    /** The filter of the last snapshot. */
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
    // A snapshot begins anew: after a hello, and after the store was cleared.
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
      problem: message.problem,
    };
  }
}

/** @param {Message} message @returns {Beside} */
function besideOf({ held, holds }) {
  return { held, holds };
}

/**
 * @param {DataView | undefined} buffer JSON text in UTF-8.
 * @returns {any}
 */
export function decode(buffer) {
  return buffer === undefined ? [] : JSON.parse(new TextDecoder().decode(buffer));
}
