// Bundle src/main.js into ../static/inspector.js: one readable file, because anywidget loads it from a blob URL,
// where a relative import has nothing to be relative to. `--check` fails when the committed file differs.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const entry = fileURLToPath(new URL("../src/main.js", import.meta.url));
const target = fileURLToPath(new URL("../../static/inspector.js", import.meta.url));

const result = await build({
  entryPoints: [entry],
  absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  loader: { ".css": "text" },
  banner: { js: "// Made by `npm run bundle` from asgi_nb/widgets/js; change it there." },
});
const fresh = result.outputFiles[0].text;

if (process.argv.includes("--check")) {
  if ((await readFile(target, "utf8")) !== fresh) {
    console.error("static/inspector.js differs from a fresh bundle; run `npm run bundle` and commit it");
    process.exitCode = 1;
  }
} else {
  await writeFile(target, fresh);
  console.log(`${target}: ${fresh.length} characters`);
}
