import { copyText } from "../copy.js";
import { showText } from "./text.js";

/** @type {import("./index.js").Action} */
export const copy = {
  id: "copy",
  sign: "",
  word: "Copy",
  label: "Copy as",
  code: (name) => `${name}.as_curl(), .as_httpx(), …: secrets are masked`,
  key: "c",
  head: "Secrets are masked",
  async items(context) {
    const { value } = await context.ask("copies");
    return value.map((/** @type {{ name: string, title: string, code: string }} */ one) => ({
      title: one.title,
      code: one.code,
      run: () => void context.attempt(async () => {
        const text = String((await context.command("copy", { name: one.name })).value);
        const done = await copyText(text, context.button);
        showText(context, one.title, text, `${done ? "Copied" : "Press Ctrl+C to copy"}: ${one.code}. Secrets are masked.`);
      }),
    }));
  },
};
