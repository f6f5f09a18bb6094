import { LIVE } from "../wire.js";
import { sideView } from "./parts.js";

/** @type {import("./index.js").Panel} */
export const response = {
  id: "response",
  title: "Response",
  applies: ({ row, response }) => row.kind === "http" || response !== null,
  render(el, exchange, context) {
    const draw = sideView(el, "response", context);
    /** @param {import("./index.js").Exchange} latest */
    function update({ row, response }) {
      const live = LIVE.has(row.state);
      if (response === null) draw(live ? "No response yet." : "The app sent no response.", [], null, live);
      else draw(`${response.status} ${response.reason}`, response.headers, response.body, live);
    }
    update(exchange);
    return update;
  },
};
