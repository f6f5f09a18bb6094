/** The tabs of an opened exchange, in order. A new panel is a file beside this one and a line here. */
import { error } from "./error.js";
import { events } from "./events.js";
import { messages } from "./messages.js";
import { output } from "./output.js";
import { request } from "./request.js";
import { response } from "./response.js";
import { route } from "./route.js";
import { summary } from "./summary.js";
import { timing } from "./timing.js";

/** @typedef {[name: string, value: string]} Pair */
/** @typedef {import("./fields.js").Field} Field */

/** @typedef {{ place: string, line: number, function: string, source: string, cell: boolean }} Frame */

/**
 * @typedef {object} Body
 * @property {number} size Bytes that went over the wire.
 * @property {number} kept Bytes that the store has.
 * @property {string} media_type
 */

/**
 * Everything about one exchange except bodies and messages, which are asked for by the slice. All text is masked.
 * asgi_nb/widgets/wire.py makes it.
 *
 * @typedef {object} Exchange
 * @property {import("../wire.js").Row} row
 * @property {number} started_at Seconds since the Unix epoch.
 * @property {string} story What happened, in a sentence.
 * @property {import("./origin.js").Origin | null} origin The cell that answered.
 * @property {[title: string, facts: Pair[]][]} facts Labelled facts by group, for the summary.
 * @property {string[]} faults What broke the ASGI protocol.
 * @property {{ headers: Field[], query: Field[], cookies: Field[], body: Body }} request
 * @property {{ status: number, reason: string, about: string, headers: Field[], body: Body } | null} response
 * @property {Handshake | null} websocket
 * @property {{ type: string, message: string, where: string, frames: Frame[], skipped: number, traceback: string } | null} error
 * @property {{ records: Printed[], more: number }} output What its code printed; `more` records are not shown.
 * @property {number} masked
 */

/**
 * @typedef {object} Printed
 * @property {string} at Since the exchange started.
 * @property {string} kind "stdout", "WARNING shop", "display text/html".
 * @property {string} text
 */

/**
 * @typedef {object} Handshake
 * @property {number} last The number of the newest message; the first is 1.
 * @property {number} dropped Messages that are counted but not kept.
 * @property {Field[]} headers Those of the accept.
 * @property {string} closed How it ended, in words; empty while it is open.
 */

/**
 * @typedef {object} Context
 * @property {AbortSignal} signal Aborts when the panel leaves the page.
 * @property {(what: string, args?: object) => Promise<{ value: any, buffer: DataView | undefined }>} ask Ask the kernel about this exchange.
 * @property {import("../client.js").Client} client
 */

/**
 * @typedef {object} Panel
 * @property {string} id
 * @property {string} title
 * @property {(exchange: Exchange) => boolean} applies
 * @property {(el: HTMLElement, exchange: Exchange, context: Context) => ((exchange: Exchange) => void) | void} render
 *   Fill `el`. What it returns takes the exchange again after it changed; without, the panel is rendered anew.
 */

/** @type {readonly Panel[]} */
export const PANELS = [summary, request, response, messages, events, timing, route, output, error];
