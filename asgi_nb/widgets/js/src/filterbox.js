/**
 * The filter: a box that completes from the kernel, quick choices beside it, and what is wrong with it below.
 *
 * Rule 1: what was typed stays. Nothing but the reader, or a filter set from a cell, writes into the box.
 * Rule 2: a filter that cannot be read changes nothing but the note.
 *
 * Source: ARIA Authoring Practices, combobox with list autocomplete.
 */
import { h, uniqueId } from "./dom.js";

/** @typedef {{ start: number, end: number, text: string, detail: string }} Proposal */

/** After this pause what was typed is used, and completed, without Enter. */
const PAUSE_MS = 350;
const COMPLETE_MS = 80;
/** A key, or a value of several words, that is still being written. */
const UNFINISHED = /[:<>=!]\s*$/;

/** @type {readonly [id: string, title: string, where: string][]} */
const QUICK = [
  ["http", "HTTP", "kind:http"],
  ["ws", "WS", "kind:ws"],
  ["sse", "SSE", "type:text/event-stream"],
  ["errors", "Errors", "(is:error or status>=400)"],
];

/**
 * The filter of the box and of the quick choice together.
 *
 * @param {string} typed
 * @param {string | null} quick
 */
export function combined(typed, quick) {
  const extra = QUICK.find(([id]) => id === quick)?.[2] ?? "";
  if (typed.trim() === "" || extra === "") return typed.trim() || extra;
  return `(${typed.trim()}) ${extra}`;
}

/**
 * @param {import("./client.js").Client} client
 * @param {() => void} leave Back to the list.
 * @param {AbortSignal} signal
 */
export function filterBox(client, leave, signal) {
  const listId = uniqueId("proposals");
  const noteId = uniqueId("filter-note");
  const input = h("input", {
    class: "text", type: "text", role: "combobox", "aria-label": "Filter", "aria-expanded": "false", "aria-controls": listId,
    "aria-autocomplete": "list", "aria-describedby": noteId, placeholder: "Filter: status>=400 path:/api tea", spellcheck: "false",
    autocomplete: "off", autocapitalize: "off",
  });
  const clear = h("button", { type: "button", class: "icon", "aria-label": "Remove the filter", title: "Remove the filter", hidden: true }, "✕");
  const star = h("button", { type: "button", class: "icon", "aria-pressed": "false", "aria-label": "Save this filter", title: "Save this filter for this kernel", hidden: true }, "☆");
  const list = h("ul", { class: "proposals", role: "listbox", id: listId, "aria-label": "Completions", hidden: true });
  const note = h("p", { class: "filter-note", id: noteId, role: "alert", hidden: true });
  const quick = h("div", { class: "quick", role: "group", "aria-label": "Show only" });
  for (const [id, title, where] of QUICK) quick.append(h("button", { type: "button", "data-quick": id, "aria-pressed": "false", title: where }, title));
  const box = h("div", { class: "filter" }, input, star, clear, list);

  /** @type {Proposal[]} */
  let proposals = [];
  let active = -1;
  /** @type {string | null} */
  let chosen = null;
  let applied = "";
  let remembered = "";
  let problem = "";
  /** @type {readonly string[]} */
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

  /** @param {boolean} [done] Whether the reader has ended it: with Enter, by a choice, or by leaving the box. */
  async function apply(done = true) {
    window.clearTimeout(applying);
    decorate();
    // A key that waits for its value is no mistake yet.
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
    } catch (error) {
      const { message, position, end } = /** @type {import("./channel.js").Refusal} */ (error);
      // The place is counted in what the kernel was given.
      const shift = chosen !== null && typed !== "" ? 1 : 0;
      if (combined(input.value, chosen) === where) blame(message, position === null ? null : position - shift, end === null ? null : end - shift);
      return;
    }
    if (combined(input.value, chosen) !== where) return;
    applied = where;
    blame("", null, null);
    if (done) remember();
  }

  /** Offer it again later: what was only on its way to a filter is not worth that. */
  function remember() {
    const text = input.value.trim();
    if (text === "" || text === remembered) return;
    remembered = text;
    client.ask("use_filter", { text }).then(({ value }) => (saved = value.saved), () => {});
  }

  /**
   * @param {string} text
   * @param {number | null} position
   * @param {number | null} end
   */
  function blame(text, position, end) {
    note.hidden = text === "";
    if (text === "") input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
    const typed = input.value.trim();
    const marked = position !== null && end !== null && position >= 0 && text !== "";
    note.replaceChildren(
      marked ? h("code", {}, typed.slice(0, position), h("mark", {}, typed.slice(position, end) || "␣"), typed.slice(end)) : "",
      marked ? ` at ${position + 1}: ${text}` : text,
    );
  }

  async function offer() {
    window.clearTimeout(completing);
    question += 1;
    const asked = question;
    const text = input.value;
    /** @type {Proposal[]} */
    let found;
    try {
      if (text === "") {
        const { value } = await client.ask("filters");
        saved = value.saved;
        found = [...value.saved.map((/** @type {string} */ one) => whole(one, "saved")), ...value.recent.map((/** @type {string} */ one) => whole(one, "used before"))];
        if (found.length === 0) found = (await client.ask("complete", { text, cursor: 0 })).value;
      } else {
        found = (await client.ask("complete", { text, cursor: input.selectionStart ?? text.length })).value;
      }
    } catch {
      // The kernel is gone or the text too long: nothing is proposed, and applying it says why.
      found = [];
    }
    if (asked !== question || !input.matches(":focus")) return;
    proposals = found;
    active = -1;
    drawProposals();
  }

  /** @param {string} text @param {string} detail @returns {Proposal} */
  function whole(text, detail) {
    return { start: 0, end: 0, text, detail };
  }

  function drawProposals() {
    const open = proposals.length > 0;
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    list.replaceChildren(
      ...proposals.map(({ text, detail }, index) =>
        h("li", { role: "option", id: `${listId}-${index}`, "data-index": index, "aria-selected": String(index === active) }, h("span", { class: "proposal" }, text), h("span", { class: "note" }, detail)),
      ),
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

  /** @param {Proposal} proposal */
  function take({ start, end, text }) {
    input.setRangeText(text, start, end, "end");
    // A key wants its value next; a value is complete.
    const wantsMore = /[:<>=]$/.test(text);
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
  // On pressing, not on releasing: the box must not lose the focus, which would shut the list.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const index = /** @type {Element} */ (event.target).closest("[data-index]")?.getAttribute("data-index");
    if (index) take(proposals[Number(index)]);
  }, { signal });
  clear.addEventListener("click", () => {
    input.value = "";
    void apply();
    input.focus();
  }, { signal });
  star.addEventListener("click", async () => {
    const text = input.value.trim();
    try {
      saved = (await client.ask("save_filter", { text, on: !saved.includes(text) })).value.saved;
      decorate();
    } catch (error) {
      const { message, position, end } = /** @type {import("./channel.js").Refusal} */ (error);
      blame(message, position, end);
    }
  }, { signal });
  quick.addEventListener("click", (event) => {
    const id = /** @type {Element} */ (event.target).closest("[data-quick]")?.getAttribute("data-quick");
    if (!id) return;
    chosen = chosen === id ? null : id;
    void apply();
  }, { signal });

  return {
    box,
    quick,
    note,
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
    blame: (text) => blame(text, null, null),
  };
}
