import { h } from "../dom.js";

// 8 bytes fit beside the list in a notebook's cell.
const WIDTH = 8;
/** Enough to recognise a format by; more only makes the page slow. */
const MAX_BYTES = 16 * 1024;

/**
 * Offset, bytes and printable ASCII.
 *
 * @param {Uint8Array} bytes
 */
export function hexDump(bytes) {
  const lines = [];
  for (let start = 0; start < Math.min(bytes.length, MAX_BYTES); start += WIDTH) {
    const row = [...bytes.subarray(start, start + WIDTH)];
    const codes = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const glyphs = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${start.toString(16).padStart(6, "0")}  ${codes.padEnd(WIDTH * 3 - 1)}  ${glyphs}`);
  }
  if (bytes.length > MAX_BYTES) lines.push(`… ${bytes.length - MAX_BYTES} more bytes are not shown`);
  return lines.join("\n");
}

/** @type {import("./index.js").Viewer} */
export const hex = {
  id: "hex",
  applies: (mediaType) => mediaType === "application/octet-stream",
  render: (bytes) => h("pre", { class: "text hex", tabindex: 0, "aria-label": "Body, hexadecimal" }, hexDump(bytes)),
};
