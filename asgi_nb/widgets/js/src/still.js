/**
 * The picture of a widget that a saved notebook keeps: hidden for as long as the widget itself is in the page.
 *
 * It stands in an output of its own, see asgi_nb/widgets/still.py. Without the widget nothing hides it. The rule asks
 * the page: a front end may throw a view away and tell nobody, as JupyterLab does when a notebook is closed.
 */

/**
 * @param {HTMLElement} host Where the widget is.
 * @param {string} name The picture's class.
 * @param {AbortSignal} signal
 */
export function hideStill(host, name, signal) {
  if (!/^asgi-nb-still-\w+$/.test(name)) return;
  host.classList.add(`${name}-live`);
  const sheet = new CSSStyleSheet();
  // In JupyterLab and Notebook 7, the whole output, with its margins; elsewhere what is in it.
  sheet.replaceSync(`body:has(.${name}-live) :is(.${name}, .jp-OutputArea-child:has(.${name})) { display: none !important; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  signal.addEventListener("abort", () => {
    host.classList.remove(`${name}-live`);
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  });
}
