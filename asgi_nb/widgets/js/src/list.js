/** The list of exchanges: the columns, over the client's rows. */
import { COLUMNS } from "./columns/index.js";
import { toneOf } from "./columns/status.js";
import { Grid } from "./grid.js";
import { seqOf } from "./rows.js";

/**
 * @param {{ onSelect: (row: import("./wire.js").Row) => void, onOpen: () => void }} handlers
 * @param {AbortSignal} signal
 * @returns {Grid<import("./wire.js").Row>}
 */
export function exchangeList({ onSelect, onOpen }, signal) {
  return new Grid(
    {
      label: "Requests, oldest first",
      empty: "No requests yet. Each one shows up here as it comes in.",
      columns: COLUMNS,
      keyOf: seqOf,
      toneOf,
      onSelect,
      onOpen,
    },
    signal,
  );
}
