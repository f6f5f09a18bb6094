// Bundle each entry of src into ../static: one readable file each, because anywidget loads it from a blob URL, where a
// relative import has nothing to be relative to. `--check` fails when a committed file differs.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

// Entry in src -> file in static.
const BUNDLES = { "main.js": "inspector.js", "address.js": "address.js", "kitchen/main.js": "kitchen.js" };

for (const [entry, name] of Object.entries(BUNDLES)) {
  const target = fileURLToPath(new URL(`../../static/${name}`, import.meta.url));
  const result = await build({
    entryPoints: [fileURLToPath(new URL(`../src/${entry}`, import.meta.url))],
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
    if ((await readFile(target, "utf8").catch(() => "")) !== fresh) {
      console.error(`static/${name} differs from a fresh bundle; run \`npm run bundle\` and commit it`);
      process.exitCode = 1;
    }
  } else {
    await writeFile(target, fresh);
    console.log(`${target}: ${fresh.length} characters`);
  }
}
