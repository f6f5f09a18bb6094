/**
 * The picture of a widget that a saved notebook keeps: hidden for as long as the widget itself is in the page.
 *
 * Rule 1: it stands in an output of its own, see asgi_nb/widgets/still.py. Without the widget nothing hides it.
 * Rule 2: the page is asked whether the widget is there: a front end may throw a view away and tell nobody, as JupyterLab
 *     does when a notebook is closed.
 * Rule 3: a widget that hears nothing is there as well: from a notebook that was saved with the state of its widgets. It
 *     knows nothing then, and the picture is shown below it.
 */

/** As long as a list waits for its first rows before it says so. */
const PATIENCE_MS = 3000;

/**
 * @param {HTMLElement} host Where the widget is.
 * @param {import("./channel.js").Model} model
 * @param {AbortSignal} signal
 */
export function hideStill(host, model, signal) {
  const name = String(model.get("still"));
  if (!/^asgi-nb-still-\w+$/.test(name)) return;
  const sheet = new CSSStyleSheet();
  // In JupyterLab and Notebook 7, the whole output, with its margins; elsewhere what is in it.
  sheet.replaceSync(`body:has(.${name}-live) :is(.${name}, .jp-OutputArea-child:has(.${name})) { display: none !important; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

  const hide = () => {
    window.clearTimeout(timer);
    host.classList.add(`${name}-live`);
  };
  const show = () => host.classList.remove(`${name}-live`);
  const timer = window.setTimeout(show, PATIENCE_MS);
  host.classList.add(`${name}-live`);
  model.on("msg:custom", hide);
  signal.addEventListener("abort", () => {
    window.clearTimeout(timer);
    model.off("msg:custom", hide);
    show();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  });
}
