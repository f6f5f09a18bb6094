/**
 * A style sheet that loads nothing. Pure: text in, text out.
 *
 * The frame's policy forbids every load as well. But a browser looks ahead for what it may need before it has met a
 * policy, and what is not in the text cannot be asked for.
 */

/** Source: CSS Syntax 3, section 4.3.7. */
const ESCAPE = /\\(?:([0-9a-f]{1,6})(?:\r\n|[ \t\r\n\f])?|([^]))/gi;
/** Nobody needs these escaped, except to hide a name: `u\72l(` is `url(`. */
const IN_NAMES = /[a-z-]/i;
/** Functions that take an address. */
const LOADING = /\b(url|src|image|image-set)\(/gi;
const PICTURE = /^\s*["']?\s*data:image\//i;
/** A part of the same page, as the gradient of a shape. */
const LOCAL = /^\s*(["']?)#[\w.:-]+\1\s*\)/;

/**
 * Take out of a style sheet, or of a `style` attribute, whatever would load something.
 *
 * @param {string} css
 * @param {boolean} [local] Whether it may name parts of its own page.
 */
export function inertCss(css, local = false) {
  // A rule and a function of no known name end as any error does: with the rule, with the declaration.
  return css
    .replace(ESCAPE, plainEscape)
    .replace(/@import\b/gi, "@left-out")
    .replace(LOADING, (all, name, at, whole) => {
      const address = whole.slice(at + all.length);
      return PICTURE.test(address) || (local && LOCAL.test(address)) ? all : `left-out-${name}(`;
    })
    // In a `select`, a tag of `style` is skipped, and what is in it read as markup: it has none.
    .replaceAll("<", "\\3c ");
}

/**
 * An escape, spelled out where it stands for a letter.
 *
 * @param {string} all
 * @param {string | undefined} hex
 * @param {string | undefined} other
 */
function plainEscape(all, hex, other) {
  if (hex === undefined) return other !== undefined && IN_NAMES.test(other) ? other : all;
  const code = parseInt(hex, 16);
  const meant = code < 128 ? String.fromCharCode(code) : "";
  // The blank ends it: without, a letter that was spelled out behind it would become a part of it.
  return IN_NAMES.test(meant) ? meant : `\\${hex} `;
}
