/** Choose the columns and what the list is sorted by: all that a click on a column's head does, for the keyboard. */
import { COLUMNS } from "./columns/index.js";
import { h } from "./dom.js";
import { popover } from "./popover.js";

/** As many as the kernel adds to a row: asgi_nb/widgets/lens.py. */
const MAX_HEADERS = 8;
/** RFC 9110 section 5.6.2: what may stand in the name of a field. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

/**
 * @param {import("./list.js").ExchangeList} list
 * @param {(change: { columns?: readonly string[], highlight?: string }) => Promise<void>} look Rows must carry this from now on.
 * @param {(error: Error) => void} failed
 * @param {AbortSignal} signal
 */
export function columnsMenu(list, look, failed, signal) {
  let highlight = "";
  const menu = popover({ label: "Columns and order", face: "☰", onOpen: fill }, signal);
  menu.panel.classList.add("columns-menu");

  /** @param {readonly string[]} headers */
  function setHeaders(headers) {
    list.setColumns(list.chosen, headers);
    look({ columns: headers }).catch(failed);
    fill();
  }

  function fill() {
    const boxes = COLUMNS.filter(({ fixed }) => !fixed).map(({ id, title }) => {
      const box = h("input", { type: "checkbox", value: id });
      box.checked = list.chosen.has(id);
      box.addEventListener("change", () => {
        const chosen = new Set(list.chosen);
        if (box.checked) chosen.add(id);
        else chosen.delete(id);
        list.setColumns(chosen, list.headers);
      });
      return h("label", { class: "choice" }, box, title);
    });
    const headers = list.headers.map((name) => {
      const box = h("input", { type: "checkbox" });
      box.checked = true;
      box.addEventListener("change", () => setHeaders(list.headers.filter((one) => one !== name)));
      return h("label", { class: "choice" }, box, name);
    });
    const name = h("input", { type: "text", class: "text", placeholder: "x-request-id", "aria-label": "Header", spellcheck: "false", autocomplete: "off" });
    const add = h("button", { type: "submit" }, "Add");
    const form = h("form", { class: "add-header" }, name, add);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const wanted = name.value.trim().toLowerCase();
      if (!TOKEN.test(wanted) || list.headers.includes(wanted) || list.headers.length >= MAX_HEADERS) {
        name.setAttribute("aria-invalid", "true");
        return;
      }
      setHeaders([...list.headers, wanted]);
      /** @type {HTMLElement | null} */ (menu.panel.querySelector("input.text"))?.focus();
    });
    menu.panel.replaceChildren(
      h("p", { class: "menu-title" }, "Columns"),
      ...boxes,
      h("p", { class: "menu-title" }, "A header's values"),
      ...headers,
      form,
      h("p", { class: "menu-title" }, "Sorted by"),
      orderChoice(),
      h("p", { class: "menu-title" }, "Highlight"),
      marking(),
    );
  }

  function marking() {
    const text = h("input", { type: "text", class: "text", placeholder: "time>100ms", "aria-label": "Highlight", spellcheck: "false", autocomplete: "off" });
    text.value = highlight;
    const trouble = h("p", { class: "problem", role: "alert" });
    const form = h("form", { class: "add-header" }, text, h("button", { type: "submit" }, "Mark"));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await look({ highlight: text.value });
        highlight = text.value;
        trouble.textContent = "";
      } catch (error) {
        trouble.textContent = String(/** @type {Error} */ (error).message);
      }
    });
    return h("div", {}, form, trouble);
  }

  function orderChoice() {
    const by = h("select", { "aria-label": "Sorted by" });
    for (const { id, title, value } of list.columns) {
      if (value === undefined) continue;
      const option = h("option", { value: id }, id === "number" ? "# (as they came)" : title);
      option.selected = id === (list.order?.id ?? "number");
      by.append(option);
    }
    const down = h("input", { type: "checkbox" });
    down.checked = list.order?.down ?? false;
    const apply = () => list.sortBy({ id: by.value, down: down.checked });
    by.addEventListener("change", apply);
    down.addEventListener("change", apply);
    return h("div", { class: "order" }, by, h("label", { class: "choice" }, down, "largest first"));
  }

  return menu;
}
