import { h } from "../dom.js";
import { bodyView, pairs } from "./parts.js";

/** @type {import("./index.js").Panel} */
export const response = {
  id: "response",
  title: "Response",
  applies: ({ row, response }) => row.kind === "http" || response !== null,
  render(el, exchange, context) {
    const { response } = exchange;
    if (response === null) {
      const over = exchange.row.state === "error" || exchange.row.state === "aborted" || exchange.row.state === "done";
      el.replaceChildren(h("p", { class: "note" }, over ? "The app sent no response." : "No response yet."));
      return;
    }
    el.replaceChildren(
      h("p", { class: "status-line" }, `${response.status} ${response.reason}`),
      pairs("Headers", response.headers),
    );
    if (exchange.row.kind === "http") el.append(bodyView("response", response.body, context));
  },
};
