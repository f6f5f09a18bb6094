/** A server's address, as this page reaches it. Its own bundle: a page that shows no inspector loads no inspector. */
import { h } from "./dom.js";
import { candidates, probe } from "./reach.js";

/** @typedef {import("./client.js").Model} Model */
/** @typedef {import("./reach.js").Told} Told */

const CSS = `
:host { all: initial; display: block; color-scheme: inherit; }
p {
  margin: 0; padding: 2px 0; font: 13px/1.5 var(--jp-content-font-family, var(--vscode-font-family, system-ui, sans-serif));
  color: var(--jp-content-font-color1, var(--vscode-editor-foreground, light-dark(#1f2328, #e6e6e6)));
  overflow-wrap: anywhere;
}
a { color: var(--jp-content-link-color, var(--vscode-textLink-foreground, light-dark(#0b57d0, #7cacf8))); }
a:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
strong { color: color-mix(in srgb, #c77700 70%, var(--jp-content-font-color1, light-dark(#1f2328, #e6e6e6))); }
`;

export default {
  /** @param {{ model: Model, el: HTMLElement }} context */
  render({ model, el }) {
    const host = document.createElement("div");
    const line = h("p", { role: "status" });
    const style = document.createElement("style");
    style.textContent = CSS;
    host.attachShadow({ mode: "open" }).append(style, line);
    el.replaceChildren(host);
    let gone = false;
    void show(line, model, () => gone);
    return () => {
      gone = true;
    };
  },
};

/**
 * @param {HTMLElement} line
 * @param {Model} model
 * @param {() => boolean} gone
 */
async function show(line, model, gone) {
  /** @type {Told} */
  const told = {
    name: model.get("name"),
    port: model.get("port"),
    local_url: model.get("local_url"),
    guess: model.get("guess"),
    prefix: model.get("prefix"),
  };
  /** @param {...(Node | string)} children */
  const say = (...children) => {
    const warning = model.get("warning");
    line.replaceChildren(...children, ...(warning === "" ? [] : [" ", h("strong", {}, warning)]));
  };
  say(`serving, port ${told.port}`);
  const given = await givenByFrontEnd(told);
  const found = given ?? (await probe(candidates(told, { href: location.href, base: jupyterBase() }), told.name, fetch));
  if (gone()) return;
  if (found === null) {
    say(
      `serving on the kernel's machine at ${told.local_url}, which this page does not reach. `,
      "Install jupyter-server-proxy beside Jupyter and restart it; the cells of this notebook reach the server in any case.",
    );
    return;
  }
  say("serving ", link(found));
  model.send({ found });
}

/** @param {string} url Made of parts that the page and the kernel know, never of a captured text. */
function link(url) {
  const element = h("a", { target: "_blank", rel: "noopener" }, url);
  const { protocol } = new URL(url);
  if (protocol === "http:" || protocol === "https:") element.href = url;
  return element;
}

/**
 * Some front ends have their own way to a port, and tell it.
 *
 * @param {Told} told
 * @returns {Promise<string | null>}
 */
async function givenByFrontEnd(told) {
  // Colab maps a port to an address that only this person may open.
  const colab = /** @type {any} */ (globalThis).google?.colab?.kernel;
  if (typeof colab?.proxyPort === "function") return String(await colab.proxyPort(told.port));
  // VS Code's pages cannot ask a port, but it forwards what is opened.
  if (location.protocol.startsWith("vscode")) return told.local_url;
  return null;
}

/** Where Jupyter serves: JupyterLab and Notebook 7 write it into the page, the classic notebook onto the body. */
function jupyterBase() {
  const config = document.getElementById("jupyter-config-data")?.textContent;
  if (config) {
    const base = JSON.parse(config).baseUrl;
    if (typeof base === "string") return base;
  }
  return document.body.dataset.baseUrl ?? "";
}
