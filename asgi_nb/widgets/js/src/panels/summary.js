import { h } from "../dom.js";
import { clock } from "../format.js";
import { pairs } from "./parts.js";

/** @type {import("./index.js").Panel} */
export const summary = {
  id: "summary",
  title: "Summary",
  applies: () => true,
  render(el, { started_at, facts, faults }) {
    const groups = facts.filter(([, rows]) => rows.length > 0);
    el.replaceChildren(
      ...faults.map((fault) => h("p", { class: "fault" }, h("strong", {}, "Fault "), fault)),
      pairs("Exchange", [["started", clock(started_at)]]),
      ...groups.map(([title, rows]) => pairs(title, rows)),
    );
  },
};
