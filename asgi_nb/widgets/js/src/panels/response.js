import { LIVE } from "../wire.js";
import { sideView } from "./parts.js";

/** @type {import("./index.js").Panel} */
export const response = {
  id: "response",
  title: "Response",
  applies: ({ row, response, websocket }) => row.kind === "http" || response !== null || (websocket !== null && websocket.headers.length > 0),
  render(el, exchange, context) {
    const draw = sideView(el, "response", context);
    /** @param {import("./index.js").Exchange} latest */
    function update({ row, response, websocket }) {
      const live = LIVE.has(row.state);
      if (response !== null) {
        const tables = [{ title: "Headers", place: "response", rows: response.headers }];
        draw({ status: `${response.status} ${response.reason}`, about: response.about }, tables, response.body, live);
      } else if (websocket !== null) {
        draw({ status: "", about: "" }, [{ title: "Headers of the accept", place: "accept", rows: websocket.headers }], null, live);
      } else {
        draw({ status: live ? "No response yet." : "The app sent no response.", about: "" }, [], null, live);
      }
    }
    update(exchange);
    return update;
  },
};
