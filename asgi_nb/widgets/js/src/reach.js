/** At which address a page reaches a server of its kernel. Pure, but for `probe`, which is handed `fetch`. */

/** Milliseconds; a proxy that has to wake a server up may take this long. */
const PATIENCE_MS = 5000;

/**
 * What the kernel says of its server.
 *
 * @typedef {object} Told
 * @property {string} name What the server answers at its health path.
 * @property {number} port
 * @property {string} local_url On the kernel's machine, with a slash at the end.
 * @property {string} guess The kernel's own guess; a URL or a path.
 * @property {string} prefix Below jupyter-server-proxy, or "".
 */

/**
 * What the page knows of itself.
 *
 * @typedef {object} Here
 * @property {string} href The page's address.
 * @property {string} base Jupyter's base path with slashes at both ends, or "" in another front end.
 */

/**
 * Every address worth trying, the best first.
 *
 * A page from elsewhere does not try this machine's own ports: they are not the kernel's, and the browser would ask
 * the person for leave.
 *
 * @param {Told} told
 * @param {Here} here
 * @returns {string[]}
 */
export function candidates(told, here) {
  const page = new URL(here.href);
  /** @type {string[]} */
  const found = [];
  if (isLocal(page.hostname) && page.protocol === "http:") found.push(new URL(told.local_url).href);
  if (page.protocol === "http:" || page.protocol === "https:") {
    if (here.base !== "") found.push(new URL(`${here.base}proxy/${told.port}/`, page).href);
    if (told.prefix !== "") found.push(new URL(`${told.prefix}/`, page).href);
    found.push(new URL(told.guess, page).href);
  }
  return [...new Set(found)].filter((url) => isLocal(page.hostname) || !isLocal(new URL(url).hostname));
}

/** @param {string} hostname */
export function isLocal(hostname) {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/**
 * The first candidate at which this very server answers, or null.
 *
 * @param {readonly string[]} urls
 * @param {string} name
 * @param {typeof fetch} ask
 * @returns {Promise<string | null>}
 */
export async function probe(urls, name, ask) {
  for (const url of urls) {
    try {
      const sent = await ask(`${url}_asgi_nb/health`, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
      if (sent.ok && (await sent.text()) === name) return url;
    } catch {
      // Refused, blocked or too slow: the next one.
    }
  }
  return null;
}
