/** What can be done with the opened exchange, in the head of its details. A new action is a file beside this one and a line here. */
import { h } from "../dom.js";
import { menuButton } from "../menu.js";
import { cell } from "./cell.js";
import { copy } from "./copy.js";
import { diff } from "./diff.js";
import { edit } from "./edit.js";
import { replay } from "./replay.js";
import { makeSheet } from "./sheet.js";
import { watched } from "./waiting.js";

/** @typedef {import("../wire.js").Row} Row */
/** @typedef {import("../channel.js").Answer} Answer */

/**
 * What an action works with.
 *
 * @typedef {object} Context
 * @property {Row} row
 * @property {string} name The Python that finds the exchange.
 * @property {HTMLElement} button What was pressed.
 * @property {import("./sheet.js").Sheet} sheet
 * @property {import("../channel.js").Model} model
 * @property {Element} host Where the widget is in the page.
 * @property {(what: string, args?: object) => Promise<Answer>} ask Asks about this exchange.
 * @property {(what: string, args?: object, say?: (text: string) => void) => Promise<Answer>} command Asks, and says what it waits for.
 * @property {(act: () => Promise<void>) => Promise<void>} attempt Does it, and says what goes wrong.
 * @property {(seq: number) => void} select Opens another exchange, as soon as its row comes.
 * @property {(text: string) => void} say
 */

/**
 * @typedef {object} Action
 * @property {string} id
 * @property {string} sign "" for none.
 * @property {string} word
 * @property {string} label
 * @property {(name: string) => string} code The Python that it stands for.
 * @property {string} [key]
 * @property {string} [head] A line above a menu.
 * @property {(context: Context) => Promise<void>} [run] Without, it is a menu.
 * @property {(context: Context) => Promise<import("../menu.js").Item[]>} [items]
 */

/** @type {readonly Action[]} */
export const ACTIONS = [replay, edit, copy, cell, diff];

/**
 * @param {import("../client.js").Client} client
 * @param {Element} host
 * @param {(seq: number) => void} select
 * @param {AbortSignal} signal
 */
export function exchangeActions(client, host, select, signal) {
  const sheet = makeSheet(signal);
  const note = h("p", { class: "action-note note", role: "status", hidden: true });
  const problem = h("p", { class: "action-note problem", role: "alert", hidden: true });
  /** @type {Row | null} */
  let row = null;

  /** @param {string} text */
  function say(text) {
    note.textContent = text;
    note.hidden = text === "";
    problem.textContent = "";
    problem.hidden = true;
  }

  /** @param {() => Promise<void>} act */
  async function attempt(act) {
    say("");
    try {
      await act();
    } catch (error) {
      say("");
      problem.textContent = String(/** @type {Error} */ (error).message);
      problem.hidden = false;
    }
  }

  /** @param {Row} of @param {HTMLElement} button @returns {Context} */
  function contextOf(of, button) {
    /** @param {string} what @param {object} [args] */
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
      say,
    };
  }

  /** @type {Map<string, { button: HTMLElement, action: Action, start: () => void }>} */
  const buttons = new Map();
  const element = h("div", { class: "exchange-actions", role: "group", "aria-label": "Do with this request" });
  for (const action of ACTIONS) {
    // A sign stands alone where there is no room for its word.
    const face = action.sign === "" ? [action.word] : [h("span", { "aria-hidden": "true" }, action.sign), h("span", { class: "word" }, ` ${action.word}`)];
    const { run, items } = action;
    if (items !== undefined) {
      const list = () => (row === null ? [] : items(contextOf(row, menu.button)));
      const menu = menuButton({ label: action.label, face: [...face, " ▾"], head: action.head, items: list }, signal);
      buttons.set(action.id, { button: menu.button, action, start: menu.open });
      element.append(menu.element);
    } else {
      const button = h("button", { type: "button", "aria-label": action.label }, ...face);
      const start = () => {
        const of = row;
        if (of !== null && run !== undefined) void attempt(() => run(contextOf(of, button)));
      };
      button.addEventListener("click", start, { signal });
      buttons.set(action.id, { button, action, start });
      element.append(button);
    }
  }

  return {
    element,
    sheet: sheet.element,
    notes: [note, problem],
    close: sheet.close,
    /** The exchange that the actions are for. @param {Row} latest */
    draw(latest) {
      if (row !== null && row.seq !== latest.seq) say("");
      if (row?.id !== latest.id) {
        for (const { button, action } of buttons.values()) {
          const key = action.key === undefined ? "" : ` (${action.key})`;
          button.title = `${action.label}${key}: ${action.code(nameOf(latest))}`;
        }
      }
      row = latest;
      sheet.follow(latest.seq);
    },
    /** @param {string} id */
    start: (id) => buttons.get(id)?.start(),
    say,
  };
}

/** @param {Row} row */
function nameOf(row) {
  return `asgi_nb.traffic["${row.id}"]`;
}
