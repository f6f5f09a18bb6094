/** What can be done with the selected rows: buttons in the footer, and the same for keys. */
import { drawnDiff } from "./actions/diff.js";
import { watched } from "./actions/waiting.js";
import { h } from "./dom.js";
import { count } from "./format.js";
import { markMenu } from "./marks.js";
import { menuButton } from "./menu.js";
import { popover } from "./popover.js";

/**
 * @param {import("./client.js").Client} client
 * @param {import("./list.js").ExchangeList} list
 * @param {(text: string) => void} say Tells the reader what went wrong.
 * @param {AbortSignal} signal
 */
export function selectionActions(client, list, say, signal) {
  const label = h("span", { class: "selected-count" });
  const pin = h("button", { type: "button", title: "exchange.pinned = True: it outlives eviction and Clear (p)" });
  const note = popover({ label: "Note", face: "Note", title: "exchange.note = … (n)", onOpen: fillNote }, signal);
  const remove = h("button", { type: "button", title: "asgi_nb.traffic.remove(…) (Delete)" }, "Delete");
  const element = h("div", { class: "actions", role: "group", "aria-label": "Selected requests", hidden: true }, label, pin, note.element, remove);
  const compare = popover({ label: "Compare", face: "Compare", title: "asgi_nb.traffic[a].diff(asgi_nb.traffic[b])", onOpen: fillCompare }, signal);
  note.panel.classList.add("above");
  compare.panel.classList.add("above", "compare");
  const save = menuButton({ label: "Save as HAR", face: ["HAR ▾"], title: 'asgi_nb.traffic.save_har("traffic.har")', head: "Secrets stay masked", items: harItems }, signal);
  save.panel.classList.add("above");
  const mark = markMenu({ rows, all: () => client.rows.list, ask, leave: () => list.grid.focus() }, signal);
  element.insertBefore(mark.element, note.element);
  element.insertBefore(compare.element, remove);

  function selection() {
    return list.selection;
  }

  /** Rows of the selection that are still here. */
  function rows() {
    return selection().flatMap((seq) => client.rows.get(seq) ?? []);
  }

  /**
   * @param {string} what
   * @param {object} args
   */
  function ask(what, args) {
    if (selection().length > 0) client.ask(what, { seqs: selection(), ...args }).then(() => say(""), (error) => say(String(error.message)));
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
    const text = h("input", { type: "text", class: "text", "aria-label": "Note", maxlength: 200, autocomplete: "off" });
    text.value = rows()[0]?.note ?? "";
    const form = h("form", { class: "add-header" }, text, h("button", { type: "submit" }, "Keep"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask("note", { note: text.value });
      note.close();
      list.grid.focus();
    });
    note.panel.replaceChildren(form);
  }

  function harItems() {
    const shown = client.rows.list.map(({ seq }) => seq);
    const items = [{ title: `All that is shown (${count(shown.length)})`, run: () => void saveHar(shown) }];
    const chosen = selection();
    if (chosen.length > 0) items.unshift({ title: `Selected (${count(chosen.length)})`, run: () => void saveHar(chosen) });
    return items;
  }

  /** Save requests as a file: a link that is pressed and gone. @param {readonly number[]} seqs */
  async function saveHar(seqs) {
    try {
      const { buffer } = await watched(client, client.ask("export", { seqs }), say);
      if (buffer === undefined) return;
      const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
      const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: "application/json" }));
      const link = document.createElement("a");
      link.href = url;
      link.download = "traffic.har";
      link.click();
      URL.revokeObjectURL(url);
    } catch (error) {
      say(String(/** @type {Error} */ (error).message));
    }
  }

  async function fillCompare() {
    compare.panel.replaceChildren(h("p", { class: "note" }, "Asking the kernel…"));
    try {
      const { value } = await client.ask("diff", { seqs: selection() });
      compare.panel.replaceChildren(drawnDiff(value));
    } catch (error) {
      compare.panel.replaceChildren(h("p", { class: "note" }, String(/** @type {Error} */ (error).message)));
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
      if (selection().length > 0) note.open(list.grid.grid);
    },
    draw() {
      const chosen = selection();
      const { activeElement: active } = /** @type {ShadowRoot} */ (element.getRootNode());
      element.hidden = chosen.length === 0;
      label.textContent = chosen.length > 1 ? `${count(chosen.length)} selected` : "";
      compare.element.hidden = chosen.length !== 2;
      const here = rows();
      const pinned = here.length > 0 && here.every((row) => row.pinned);
      pin.textContent = pinned ? "Unpin" : "Pin";
      // A button that goes must not leave the keyboard to the notebook.
      if (active !== null && element.contains(active) && active.closest("[hidden]") !== null) list.grid.focus();
    },
  };
}
