/** Say what a command waits for: the kernel, which may run a cell, or the app. */

/** What is answered sooner needs no word. */
const PATIENCE_MS = 400;
/** A kernel that listens answers in this time. */
const LISTENS_MS = 300;

export const QUEUED = "Queued: a cell is running. It goes as soon as the kernel listens.";
export const SENT = "Sent. Waiting for the answer…";

/**
 * @template T
 * @param {import("../client.js").Client} client
 * @param {Promise<T>} asked
 * @param {(text: string) => void} say
 * @returns {Promise<T>}
 */
export function watched(client, asked, say) {
  let settled = false;
  let heard = false;
  /** @type {number[]} */
  const timers = [];
  timers.push(window.setTimeout(() => {
    // Questions are taken in order: when this one is answered, the command has been taken, too.
    client.ask("here").then(() => {
      heard = true;
      if (!settled) say(SENT);
    }, () => {});
    timers.push(window.setTimeout(() => {
      if (!settled && !heard) say(QUEUED);
    }, LISTENS_MS));
  }, PATIENCE_MS));
  return asked.finally(() => {
    settled = true;
    for (const timer of timers) window.clearTimeout(timer);
    say("");
  });
}
