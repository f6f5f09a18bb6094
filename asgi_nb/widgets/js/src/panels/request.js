import { LIVE } from "../wire.js";
import { sideView } from "./parts.js";

/** @type {import("./index.js").Panel} */
export const request = {
  id: "request",
  title: "Request",
  applies: () => true,
  render(el, exchange, context) {
    const draw = sideView(el, "request", context);
    /** @param {import("./index.js").Exchange} latest */
    function update({ row, request }) {
      const tables = [
        { title: "Query", place: "query", rows: request.query },
        { title: "Headers", place: "request", rows: request.headers },
        { title: "Cookies", place: "cookies", rows: request.cookies },
      ];
      draw({ status: "", about: "" }, tables.filter(({ place, rows }) => place === "request" || rows.length > 0), row.kind === "http" ? request.body : null, LIVE.has(row.state));
    }
    update(exchange);
    return update;
  },
};
