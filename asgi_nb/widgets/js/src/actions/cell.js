import { copyText } from "../copy.js";
import { insertBelow } from "./insert.js";
import { showText } from "./text.js";

/** @type {import("./index.js").Action} */
export const cell = {
  id: "cell",
  sign: "",
  word: "Cell",
  label: "New cell",
  code: () => "Puts code for it into a new cell, which is not run; secrets are masked",
  head: "A cell below, not run",
  async items(context) {
    const { value } = await context.ask("cells");
    return value.map((/** @type {{ name: string, title: string }} */ one) => ({
      title: one.title,
      run: () => void context.attempt(async () => {
        const text = String((await context.command("cell", { name: one.name })).value);
        if (insertBelow(context.model, context.host, text)) {
          context.say("A cell was put in below. It was not run.");
          return;
        }
        const done = await copyText(text, context.button);
        showText(context, one.title, text, done ? "Copied: paste it into a new cell." : "Press Ctrl+C, and paste it into a new cell.");
      }),
    }));
  },
};
