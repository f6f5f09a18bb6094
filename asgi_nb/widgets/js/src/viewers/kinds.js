/** Media types, told apart. Pure. */

/** What the kernel calls whatever is not text. */
export const BINARY = "application/octet-stream";

/** @param {string} mediaType */
export const isJson = (mediaType) => /^application\/(?:[\w.-]+\+)?json$/.test(mediaType);

/** One JSON document per line. @param {string} mediaType */
export const isJsonLines = (mediaType) => /^application\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-lines)$/.test(mediaType);

/** @param {string} mediaType */
export const isTable = (mediaType) => mediaType === "text/csv" || mediaType === "text/tab-separated-values";

/** @param {string} mediaType */
export const isForm = (mediaType) => mediaType === "application/x-www-form-urlencoded" || mediaType === "multipart/form-data";

/** What browsers draw in an <img>. @type {ReadonlySet<string>} */
export const IMAGES = new Set([
  "image/apng", "image/avif", "image/bmp", "image/gif", "image/jpeg", "image/png", "image/svg+xml",
  "image/vnd.microsoft.icon", "image/webp", "image/x-icon",
]);
