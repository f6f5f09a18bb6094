/** The line above the list: is it live, is it recording, stop the list, clear, new request, filter, columns, keys. */
import { columnsMenu } from "./columns_menu.js";
import { h } from "./dom.js";
import { filterBox } from "./filterbox.js";
import { count } from "./format.js";
import { holdButton } from "./held.js";
import { keyTable } from "./keys.js";
import { popover } from "./popover.js";

/**
 * @param {import("./client.js").Client} client
 * @param {import("./list.js").ExchangeList} list
 * @param {HTMLElement} compose The button that writes a new request.
 * @param {object} handlers
 * @param {() => void} handlers.onPause
 * @param {(text: string) => void} handlers.say
 * @param {HTMLElement} light
 * @param {AbortSignal} signal
 */
export function toolbar(client, list, compose, { onPause, say }, light, signal) {
  const failed = (/** @type {Error} */ error) => say(String(error.message));
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
      draw(pause.getAttribute("aria-pressed") === "true", 0);
    }, failed);
  }, { signal });
  pause.addEventListener("click", onPause, { signal });
  clear.addEventListener("click", () => client.ask("clear").then(() => say(""), failed), { signal });
  more.addEventListener("click", () => unfold(!element.hasAttribute("data-unfolded")), { signal });

  /** @param {boolean} open */
  function unfold(open) {
    element.toggleAttribute("data-unfolded", open);
    more.setAttribute("aria-expanded", String(open));
  }

  function showKeys() {
    const back = /** @type {HTMLElement | null} */ (/** @type {ShadowRoot} */ (element.getRootNode()).activeElement);
    // In a narrow list it is folded away.
    if (help.button.getClientRects().length === 0) unfold(true);
    help.open(back ?? undefined);
  }

  /**
   * @param {boolean} paused
   * @param {number} waiting Rows that came since.
   */
  function draw(paused, waiting) {
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
    draw,
    focusFilter: filter.focus,
    help: showKeys,
  };
}
