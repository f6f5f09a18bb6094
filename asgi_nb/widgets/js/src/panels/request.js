import { bodyView, pairs } from "./parts.js";

/** @type {import("./index.js").Panel} */
export const request = {
  id: "request",
  title: "Request",
  applies: () => true,
  render(el, exchange, context) {
    const { headers, body } = exchange.request;
    el.replaceChildren(pairs("Headers", headers));
    if (exchange.row.kind === "http") el.append(bodyView("request", body, context));
  },
};
