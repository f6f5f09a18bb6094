/** @type {import("./index.js").Action} */
export const replay = {
  id: "replay",
  sign: "↻",
  word: "Replay",
  label: "Replay",
  code: (name) => `${name}.replay()`,
  key: "r",
  async run({ command, select }) {
    const { value } = await command("replay");
    select(value);
  },
};
