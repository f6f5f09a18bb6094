/** JSON as a tree. Source: ARIA Authoring Practices, tree view pattern. */
import { copyButton } from "../copy.js";
import { h } from "../dom.js";
import { count } from "../format.js";
import { isJson } from "./kinds.js";
import { parseJson, pathTo, placeOf, valueOf } from "./json_parse.js";

/** @typedef {import("./json_parse.js").Node} Node */

/** Children that are drawn at once; the rest waits behind a line. */
const PAGE = 100;
/** What is open at first: as many lines as one screen has, for a look at the whole. */
const OPEN_AT_FIRST = 30;
/** Characters of a text that one line shows. */
const LINE = 300;

/** @type {import("./index.js").Viewer} */
export const tree = {
  id: "tree",
  title: "Tree",
  applies: ({ mediaType }) => isJson(mediaType),
  render({ bytes, total, cut }, { memory }) {
    const source = new TextDecoder().decode(bytes);
    const { root, error } = parseJson(source);
    if (root === null) {
      const whole = bytes.length >= total && !cut;
      return broken(source, error, whole);
    }
    return new Tree(source, root, memory).element;
  },
};

/**
 * @param {string} source
 * @param {{ at: number, text: string } | null} error
 * @param {boolean} whole
 */
function broken(source, error, whole) {
  if (error === null || source.trim() === "") return h("p", { class: "note" }, "There is no JSON to show.");
  const { line, column } = placeOf(source, error.at);
  const said = whole ? `Not JSON: line ${line}, column ${column}: ${error.text}.` : "Only a part of the JSON is here, too little for a tree.";
  const marked = source.slice(error.at, error.at + 1);
  return h(
    "div",
    {},
    h("p", { class: whole ? "fault" : "note" }, said),
    h(
      "pre",
      { class: "text", tabindex: 0, role: "region", "aria-label": "Body, text" },
      source.slice(0, error.at),
      whole ? h("mark", { class: "wrong" }, marked === "" || marked === "\n" ? "⏎" : marked) : marked,
      marked === "\n" && whole ? "\n" : "",
      source.slice(error.at + 1),
    ),
  );
}

class Tree {
  /**
   * @param {string} source
   * @param {Node} root
   * @param {Record<string, any>} memory
   */
  constructor(source, root, memory) {
    this.source = source;
    /** @type {WeakMap<Element, { node: Node, steps: (string | number)[] }>} */
    this.places = new WeakMap();
    memory.style ??= "jsonpath";
    this.path = h("output", { class: "json-path" });
    const style = h(
      "select",
      { "aria-label": "Write paths as" },
      h("option", { value: "jsonpath" }, "JSONPath"),
      h("option", { value: "python" }, "Python"),
    );
    style.value = memory.style;
    style.addEventListener("change", () => {
      memory.style = style.value;
      this.#say();
    });
    this.memory = memory;
    this.list = h("ul", { class: "tree", role: "tree", "aria-label": "Body, JSON" });
    this.current = this.#item(root, [], 1, 1, 1);
    this.current.setAttribute("tabindex", "0");
    this.list.append(this.current);
    this.#openSome(root);
    this.list.addEventListener("click", (event) => this.#onClick(event));
    this.list.addEventListener("keydown", (event) => this.#onKey(event));
    this.list.addEventListener("focusin", (event) => this.#onFocus(event));
    this.element = h(
      "div",
      { class: "tree-view" },
      h(
        "div",
        { class: "tree-tools" },
        copyButton("Copy value", () => valueOf(source, this.#place().node)),
        copyButton("Copy path", () => this.path.textContent ?? ""),
        style,
        this.path,
      ),
      this.list,
    );
    this.#say();
  }

  #place() {
    return /** @type {{ node: Node, steps: (string | number)[] }} */ (this.places.get(this.current));
  }

  #say() {
    this.path.textContent = pathTo(this.#place().steps, this.memory.style);
  }

  /**
   * @param {Node} node
   * @param {(string | number)[]} steps
   * @param {number} level
   * @param {number} size
   * @param {number} position
   */
  #item(node, steps, level, size, position) {
    const holds = node.children.length > 0;
    const item = h("li", {
      role: "treeitem",
      tabindex: -1,
      "aria-level": level,
      "aria-setsize": size,
      "aria-posinset": position,
      "aria-expanded": holds ? "false" : null,
      "aria-selected": "false",
    });
    item.append(h("span", { class: "line" }, ...this.#label(node, steps)));
    this.places.set(item, { node, steps });
    return item;
  }

  /**
   * @param {Node} node
   * @param {(string | number)[]} steps
   */
  #label(node, steps) {
    const key = node.key ?? (steps.length > 0 ? String(steps.at(-1)) : "");
    const name = key === "" ? [] : [h("span", { class: "key" }, cut(key)), ": "];
    if (node.kind === "object" || node.kind === "array") {
      const [left, right, word] = node.kind === "object" ? ["{", "}", "key"] : ["[", "]", "item"];
      const { length } = node.children;
      if (length === 0) return [...name, left + right];
      return [...name, left, h("span", { class: "size-of" }, `${count(length)} ${word}${length === 1 ? "" : "s"}`), right];
    }
    return [...name, h("span", { class: node.kind === "string" ? "string" : "literal" }, cut(this.source.slice(node.start, node.end)))];
  }

  /** Open the tree from the top, level by level, while it fits one screen. @param {Node} root */
  #openSome(root) {
    let room = OPEN_AT_FIRST;
    /** @type {{ item: Element, node: Node }[]} */
    const queue = [{ item: this.current, node: root }];
    for (const { item, node } of queue) {
      const { length } = node.children;
      if (length === 0 || (length > room && node !== root)) continue;
      room -= length;
      this.#expand(item);
      for (const child of item.querySelectorAll(":scope > ul > [aria-expanded]")) {
        const place = this.places.get(child);
        if (place !== undefined) queue.push({ item: child, node: place.node });
      }
    }
  }

  /** @param {Element} item */
  #expand(item) {
    const place = this.places.get(item);
    if (place === undefined || !item.hasAttribute("aria-expanded")) return;
    item.setAttribute("aria-expanded", "true");
    if (item.querySelector(":scope > ul") !== null) return;
    const group = h("ul", { role: "group" });
    item.append(group);
    this.#fill(item, group, 0);
  }

  /**
   * Draw the next page of children, and the line behind which the rest waits.
   *
   * @param {Element} item
   * @param {Element} group
   * @param {number} from
   */
  #fill(item, group, from) {
    const { node, steps } = /** @type {{ node: Node, steps: (string | number)[] }} */ (this.places.get(item));
    const level = Number(item.getAttribute("aria-level")) + 1;
    const { length } = node.children;
    const end = Math.min(length, from + PAGE);
    for (let index = from; index < end; index += 1) {
      const child = node.children[index];
      group.append(this.#item(child, [...steps, child.key ?? index], level, length, index + 1));
    }
    if (end === length) return;
    const rest = h("li", { role: "treeitem", tabindex: -1, class: "rest", "data-from": end, "aria-level": level, "aria-setsize": length, "aria-posinset": end + 1, "aria-selected": "false" });
    rest.append(h("span", { class: "line" }, `… ${count(length - end)} more: Enter shows the next ${count(Math.min(PAGE, length - end))}`));
    group.append(rest);
  }

  /** @param {Element} rest */
  #more(rest) {
    const group = /** @type {Element} */ (rest.parentElement);
    const item = /** @type {Element} */ (group.parentElement);
    const last = /** @type {HTMLElement} */ (rest.previousElementSibling);
    rest.remove();
    this.#fill(item, group, Number(rest.getAttribute("data-from")));
    this.#focus(last.nextElementSibling ?? last);
  }

  /** @param {Element} item */
  #toggle(item) {
    if (item.classList.contains("rest")) this.#more(item);
    else if (item.getAttribute("aria-expanded") === "false") this.#expand(item);
    else if (item.hasAttribute("aria-expanded")) item.setAttribute("aria-expanded", "false");
  }

  /** @param {Element | null | undefined} item */
  #focus(item) {
    if (item instanceof HTMLElement) item.focus();
  }

  /** @param {FocusEvent} event */
  #onFocus(event) {
    const item = /** @type {Element} */ (event.target).closest("[role=treeitem]");
    if (item === null) return;
    this.current.setAttribute("tabindex", "-1");
    this.current.setAttribute("aria-selected", "false");
    item.setAttribute("tabindex", "0");
    if (!this.places.has(item)) return;
    this.current = /** @type {HTMLLIElement} */ (item);
    item.setAttribute("aria-selected", "true");
    this.#say();
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const item = /** @type {Element} */ (event.target).closest("[role=treeitem]");
    if (item === null || /** @type {Element} */ (event.target).closest(".line") === null) return;
    this.#focus(item);
    this.#toggle(item);
  }

  /** The next line on the screen. @param {Element} item @returns {Element | null} */
  #after(item) {
    if (item.getAttribute("aria-expanded") === "true") return item.querySelector("[role=treeitem]");
    /** @type {Element | null} */
    let up = item;
    while (up !== null && up !== this.list) {
      if (up.nextElementSibling !== null && up.matches("[role=treeitem]")) return up.nextElementSibling;
      up = up.parentElement;
    }
    return null;
  }

  /** The last line within. @param {Element} item @returns {Element} */
  #deepest(item) {
    let found = item;
    while (found.getAttribute("aria-expanded") === "true") {
      found = found.querySelector(":scope > ul")?.lastElementChild ?? found;
    }
    return found;
  }

  /** @param {Element} item */
  #parent(item) {
    return item.parentElement?.closest("[role=treeitem]") ?? null;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const item = /** @type {Element} */ (event.target).closest("[role=treeitem]");
    if (item === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const expanded = item.getAttribute("aria-expanded");
    /** @type {Record<string, () => void>} */
    const moves = {
      ArrowDown: () => this.#focus(this.#after(item)),
      ArrowUp: () => this.#focus(item.previousElementSibling === null ? this.#parent(item) : this.#deepest(item.previousElementSibling)),
      ArrowRight: () => (expanded === "false" ? this.#expand(item) : expanded === "true" && this.#focus(this.#after(item))),
      ArrowLeft: () => (expanded === "true" ? item.setAttribute("aria-expanded", "false") : this.#focus(this.#parent(item))),
      Home: () => this.#focus(this.list.firstElementChild),
      End: () => this.#focus(this.list.lastElementChild === null ? null : this.#deepest(this.list.lastElementChild)),
      Enter: () => this.#toggle(item),
      " ": () => this.#toggle(item),
      "*": () => [...(item.parentElement?.children ?? [])].forEach((sibling) => this.#expand(sibling)),
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    moves[event.key]();
  }
}

/** @param {string} text */
function cut(text) {
  return text.length <= LINE ? text : `${text.slice(0, LINE)}…`;
}
