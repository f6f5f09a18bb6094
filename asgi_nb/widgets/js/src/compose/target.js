/** What a request to a route is made of, and what is wrong with it: text in, text out. */

/**
 * One thing that a person writes. Source: asgi_nb/live/inputs.py.
 *
 * @typedef {object} Input
 * @property {string} name
 * @property {string} kind
 * @property {boolean} required
 * @property {string} default "" for nothing.
 * @property {string} pattern A regular expression of Python's that all of it matches; "" for anything.
 */

/** As in asgi_nb/live/definitions.py. */
const PARAMETER = /\{([a-zA-Z_]\w*)(?::[a-zA-Z_]\w*)?\}/g;

/** @type {Record<string, string>} What each convertor takes, in words. Source: asgi_nb/web/convertors.py. */
const EXPECTED = {
  str: "one part of a path, without a slash",
  int: "a whole number, such as 7",
  float: "a number, such as 1.5",
  uuid: "a UUID: 32 hexadecimal digits, with or without hyphens",
};

/**
 * Fill in a path's parameters.
 *
 * @param {string} path As in `/items/{item_id:int}`.
 * @param {Record<string, string>} values
 * @param {readonly Input[]} inputs
 */
export function filledPath(path, values, inputs) {
  return path.replace(PARAMETER, (_, /** @type {string} */ name) => {
    const value = values[name] ?? "";
    const whole = inputs.find((input) => input.name === name)?.kind === "path";
    return whole ? value.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(value);
  });
}

/**
 * Write a query; what is empty is left out.
 *
 * @param {Record<string, string>} values
 * @param {string} more What stands behind, as it is.
 */
export function queryOf(values, more) {
  const pairs = Object.entries(values).filter(([, value]) => value !== "").map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  const rest = more.trim().replace(/^[?&]/, "");
  if (rest !== "") pairs.push(rest);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/**
 * Say what is wrong with a parameter of the path; "" for nothing.
 *
 * @param {Input} input
 * @param {string} value
 */
export function wrongInPath(input, value) {
  if (value === "" && !input.required) return "";
  const unsigned = input.pattern.startsWith("[0-9]") ? ", without a sign" : "";
  const expected = input.kind in EXPECTED ? EXPECTED[input.kind] + unsigned : `what matches ${input.pattern}`;
  if (value === "") return `Expected ${expected}; got nothing.`;
  return matches(input.pattern, value) ? "" : `Expected ${expected}; got “${value}”.`;
}

/**
 * Say what is wrong with what a handler reads by name; "" for nothing.
 *
 * @param {Input} input
 * @param {string} value
 */
export function wrongInField(input, value) {
  if (value === "") return input.required ? "The handler needs it; got nothing." : "";
  if (input.kind === "int" && !/^\s*[+-]?\d+\s*$/.test(value)) return `Expected a whole number, such as 7; got “${value}”.`;
  if (input.kind === "float" && !Number.isFinite(Number(value))) return `Expected a number, such as 1.5; got “${value}”.`;
  return "";
}

/**
 * @param {string} pattern
 * @param {string} value
 */
function matches(pattern, value) {
  if (pattern === "") return true;
  try {
    return new RegExp(`^(?:${pattern})$`, "us").test(value);
  } catch {
    // A convertor of the notebook's own may say what only Python can read: the app decides.
    return true;
  }
}

/**
 * The Python that sends the same.
 *
 * @param {string} method
 * @param {string} target
 * @param {string} headers
 * @param {string} body
 */
export function pythonOf(method, target, headers, body) {
  const more = [headers.trim() === "" ? "" : ", headers=…", body === "" ? "" : ", body=…"];
  return `asgi_nb.request(${JSON.stringify(`${method} ${target}`)}${more.join("")})`;
}
