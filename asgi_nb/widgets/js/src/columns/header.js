/**
 * A column of one header's values. Rows carry them in the order in which the names were asked for.
 *
 * @param {string} name
 * @param {number} index
 * @returns {import("./index.js").ExchangeColumn}
 */
export function header(name, index) {
  return {
    id: `header-${index}`,
    title: name,
    width: "minmax(8ch, 16ch)",
    wide: true,
    cell: (row) => row.headers?.[index] ?? "",
    value: (row) => row.headers?.[index] ?? null,
  };
}
