// Made by `npm run bundle` from asgi_nb/widgets/js; change it there.

// src/dom.js
var FORBIDDEN = /* @__PURE__ */ new Set(["href", "src", "srcdoc", "style", "action", "formaction"]);
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on") || FORBIDDEN.has(name)) throw new TypeError(`h() sets no ${name} attribute`);
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== void 0) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== null && child !== void 0) element.append(child);
  return element;
}

// src/reach.js
var PATIENCE_MS = 5e3;
function candidates(told, here) {
  const page = new URL(here.href);
  const found = [];
  if (isLocal(page.hostname) && page.protocol === "http:") found.push(new URL(told.local_url).href);
  if (page.protocol === "http:" || page.protocol === "https:") {
    if (here.base !== "") found.push(new URL(`${here.base}proxy/${told.port}/`, page).href);
    if (told.prefix !== "") found.push(new URL(`${told.prefix}/`, page).href);
    found.push(new URL(told.guess, page).href);
  }
  return [...new Set(found)].filter((url) => isLocal(page.hostname) || !isLocal(new URL(url).hostname));
}
function isLocal(hostname) {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
async function probe(urls, name, ask) {
  for (const url of urls) {
    try {
      const sent = await ask(`${url}_asgi_nb/health`, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
      if (sent.ok && await sent.text() === name) return url;
    } catch {
    }
  }
  return null;
}

// src/address.js
var CSS = `
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
var address_default = {
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
  }
};
async function show(line, model, gone) {
  const told = {
    name: model.get("name"),
    port: model.get("port"),
    local_url: model.get("local_url"),
    guess: model.get("guess"),
    prefix: model.get("prefix")
  };
  const say = (...children) => {
    const warning = model.get("warning");
    line.replaceChildren(...children, ...warning === "" ? [] : [" ", h("strong", {}, warning)]);
  };
  say(`serving, port ${told.port}`);
  const given = await givenByFrontEnd(told);
  const found = given ?? await probe(candidates(told, { href: location.href, base: jupyterBase() }), told.name, fetch);
  if (gone()) return;
  if (found === null) {
    say(
      `serving on the kernel's machine at ${told.local_url}, which this page does not reach. `,
      "Install jupyter-server-proxy beside Jupyter and restart it; the cells of this notebook reach the server in any case."
    );
    return;
  }
  say("serving ", link(found));
  model.send({ found });
}
function link(url) {
  const element = h("a", { target: "_blank", rel: "noopener" }, url);
  const { protocol } = new URL(url);
  if (protocol === "http:" || protocol === "https:") element.href = url;
  return element;
}
async function givenByFrontEnd(told) {
  const colab = (
    /** @type {any} */
    globalThis.google?.colab?.kernel
  );
  if (typeof colab?.proxyPort === "function") return String(await colab.proxyPort(told.port));
  if (location.protocol.startsWith("vscode")) return told.local_url;
  return null;
}
function jupyterBase() {
  const config = document.getElementById("jupyter-config-data")?.textContent;
  if (config) {
    const base = JSON.parse(config).baseUrl;
    if (typeof base === "string") return base;
  }
  return document.body.dataset.baseUrl ?? "";
}
export {
  address_default as default
};
