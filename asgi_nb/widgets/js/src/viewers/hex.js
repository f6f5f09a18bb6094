import { h } from "../dom.js";
import { count } from "../format.js";

// 8 bytes fit beside the list in a notebook's cell.
const WIDTH = 8;
/** Enough to recognise a format by; the next ones come when they are asked for. */
const PAGE = 16 * 1024;

/**
 * Offset, bytes and printable ASCII.
 *
 * @param {Uint8Array} bytes
 * @param {number} [from] Offset of the first byte to show.
 */
export function hexDump(bytes, from = 0) {
  const lines = [];
  for (let start = from; start < Math.min(bytes.length, from + PAGE); start += WIDTH) {
    const row = [...bytes.subarray(start, start + WIDTH)];
    const codes = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const glyphs = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${start.toString(16).padStart(6, "0")}  ${codes.padEnd(WIDTH * 3 - 1)}  ${glyphs}`);
  }
  return lines.join("\n");
}

/** @type {import("./index.js").Viewer} */
export const hex = {
  id: "hex",
  title: "Hex",
  applies: () => true,
  render({ bytes, mediaType }, { memory, signal }) {
    memory.from ??= 0;
    const dump = h("pre", { class: "text hex", tabindex: 0, role: "region", "aria-label": "Body, hexadecimal" });
    const place = h("span", { class: "note", role: "status" });
    const back = h("button", { type: "button", "aria-label": "Previous 16 KiB" }, "◂");
    const on = h("button", { type: "button", "aria-label": "Next 16 KiB" }, "▸");
    const pages = h("div", { class: "pages" }, back, on, place);
    function draw() {
      const end = Math.min(bytes.length, memory.from + PAGE);
      dump.textContent = hexDump(bytes, memory.from);
      place.textContent = `bytes ${count(memory.from)} to ${count(end)} of ${count(bytes.length)}`;
      back.disabled = memory.from === 0;
      on.disabled = end === bytes.length;
      pages.hidden = bytes.length <= PAGE;
    }
    back.addEventListener("click", () => {
      memory.from = Math.max(0, memory.from - PAGE);
      draw();
    }, { signal });
    on.addEventListener("click", () => {
      memory.from += PAGE;
      draw();
    }, { signal });
    draw();
    // Text is masked, and written anew in UTF-8.
    const note = mediaType === "application/octet-stream" ? "" : h("p", { class: "note" }, "The text as it is shown, in UTF-8.");
    return h("div", {}, note, pages, dump);
  },
};
