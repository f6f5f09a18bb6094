import { h } from "../dom.js";
import { clock } from "../format.js";
import { originBadge } from "./origin.js";
import { pairs } from "./parts.js";

/** @type {import("./index.js").Panel} */
export const summary = {
  id: "summary",
  title: "Summary",
  applies: () => true,
  render(el, { story, started_at, facts, faults, origin, response }) {
    const groups = facts.filter(([, rows]) => rows.length > 0);
    el.replaceChildren(
      h("p", { class: "story" }, story),
      response === null || response.about === "" ? "" : h("p", { class: "note" }, `${response.status}: ${response.about}`),
      origin === null ? "" : originBadge(origin),
      ...faults.map((fault) => h("p", { class: "fault" }, h("strong", {}, "Fault "), fault)),
      pairs("Exchange", [["started", clock(started_at)]]),
      ...groups.map(([title, rows]) => pairs(title, rows)),
    );
  },
};
