/** What can be done with the selected rows: buttons in the footer, and the same for keys. */
import { h } from "./dom.js";
import { count } from "./format.js";
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
  const compare = popover({ label: "Compare", face: "Compare", title: "traffic[a].diff(traffic[b])", onOpen: fillCompare }, signal);
  note.panel.classList.add("above");
  compare.panel.classList.add("above", "compare");
  const save = h("button", { type: "button", title: "asgi_nb.traffic.to_har(): secrets stay masked" }, "HAR");
  element.insertBefore(compare.element, remove);
  element.insertBefore(save, remove);

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

  /** Save the selected requests as a file: a link that is pressed and gone. */
  async function saveHar() {
    try {
      const { buffer } = await client.ask("export", { seqs: selection() });
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
      const { value } = await client.ask("compare", { seqs: selection() });
      compare.panel.replaceChildren(h("pre", { class: "text", tabindex: 0 }, value));
    } catch (error) {
      compare.panel.replaceChildren(h("p", { class: "note" }, String(/** @type {Error} */ (error).message)));
    }
  }

  pin.addEventListener("click", togglePin, { signal });
  remove.addEventListener("click", removeSelected, { signal });
  save.addEventListener("click", () => void saveHar(), { signal });

  return {
    element,
    togglePin,
    removeSelected,
    openNote() {
      if (selection().length > 0) note.button.click();
    },
    draw() {
      const chosen = selection();
      element.hidden = chosen.length === 0;
      label.textContent = chosen.length > 1 ? `${count(chosen.length)} selected` : "";
      compare.element.hidden = chosen.length !== 2;
      const pinned = chosen.length > 0 && rows().every((row) => row.pinned);
      pin.textContent = pinned ? "Unpin" : "Pin";
    },
  };
}
