/**
 * Put a cell into the notebook, where the front end lets a widget reach it.
 *
 * JupyterLab and Notebook 7 give a widget's manager the document that it is shown in, with the notebook's shared
 * model, whose `insertCell` is public. Elsewhere there is no way, and the caller has to show the text. A
 * `set_next_input` from the kernel works only in a cell that runs.
 */

/**
 * The part of a notebook's shared model that is used: @jupyter/ydoc, ISharedNotebook.
 *
 * @typedef {object} SharedNotebook
 * @property {readonly { toJSON?: () => any }[]} cells
 * @property {(index: number, cell: { cell_type: string, source: string, metadata: object }) => unknown} insertCell
 */

/**
 * Insert a code cell below the one that shows the widget. It is not run.
 *
 * @param {import("../channel.js").Model} model
 * @param {Element} host Where the widget is in the page.
 * @param {string} source
 * @returns {boolean} Whether the front end allows it.
 */
export function insertBelow(model, host, source) {
  const shared = /** @type {SharedNotebook | undefined} */ (model.widget_manager?.context?.model?.sharedModel);
  if (typeof shared?.insertCell !== "function" || !Array.isArray(shared.cells)) return false;
  // As a cell that a person adds: without outputs there is nothing to distrust, and else the notebook would say that
  // it is not trusted.
  shared.insertCell(placeOf(host, shared) + 1, { cell_type: "code", source, metadata: { trusted: true } });
  return true;
}

/**
 * @param {Element} host
 * @param {SharedNotebook} shared
 */
function placeOf(host, shared) {
  const cell = host.closest(".jp-Cell");
  const said = Number(cell?.getAttribute("data-windowed-list-index") ?? NaN);
  if (Number.isInteger(said) && said < shared.cells.length) return said;
  // A notebook that draws all of its cells.
  const drawn = [...(host.closest(".jp-Notebook")?.querySelectorAll(".jp-Cell") ?? [])];
  if (cell !== null && drawn.length === shared.cells.length) return drawn.indexOf(cell);
  // A view of its own, beside the notebook: below the last cell that shows an inspector, else at the end.
  const shows = shared.cells.map((one) => JSON.stringify(one.toJSON?.().outputs ?? []).includes("<Inspector: "));
  return shows.includes(true) ? shows.lastIndexOf(true) : shared.cells.length - 1;
}
