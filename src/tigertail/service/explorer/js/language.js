/**
 * The messages of the page in the language of the visit, and the way that language writes numbers and names of places.
 *
 * Which language that is, `first-paint.js` has decided and marked on the document. English is always here; of the others
 * only this one is loaded.
 */

import english from "./messages/en.js";

/**
 * @typedef {keyof typeof english} Key
 *
 * @typedef {string | Partial<Record<Intl.LDMLPluralRule | "=0", string>>} Message  One text, or one per plural form of `{n}`.
 *
 * @typedef {Record<Key, Message>} Messages
 */

const PLACEHOLDER = /\{(\w+)\}/;
const RIGHT_TO_LEFT = "[\\p{Script=Arabic}\\p{Script=Hebrew}\\p{Script=Nko}\\p{Script=Syriac}\\p{Script=Thaana}]";
const HAS_RIGHT_TO_LEFT = new RegExp(RIGHT_TO_LEFT, "u");
const STARTS_RIGHT_TO_LEFT = new RegExp(`^\\P{L}*${RIGHT_TO_LEFT}`, "u");

const root = document.documentElement;
const messages = await load(root.lang);

/** The language of the page, as its two-letter code. */
export const language = root.lang;

// The visitor's own region decides how numbers are written: Arabic has two sets of digits.
const locale = navigator.languages.find((tag) => tag.split("-")[0] === language) ?? language;
const integers = new Intl.NumberFormat(locale);
const percentages = new Intl.NumberFormat(locale, { style: "percent" });
const plurals = new Intl.PluralRules(locale);
const regions = new Intl.DisplayNames([locale], { type: "region" });
const tongues = new Intl.DisplayNames([locale], { type: "language" });

/** @param {string} code @returns {Promise<Messages>} */
async function load(code) {
  if (code === "en") return english;
  try {
    return (await import(`./messages/${code}.js`)).default;
  } catch {
    Object.assign(root, { lang: "en", dir: "ltr" }); // it cannot be reached
    return english;
  }
}

/**
 * A message.
 *
 * @param {Key} key
 * @param {Record<string, string | number>} [values]  Of the placeholders; a number is written as the language does, and `n` decides the plural form.
 * @returns {string}
 */
export const text = (key, values = {}) => parts(key, values).map((part) => (typeof part === "string" ? part : written(values[part.name]))).join("");

/**
 * A message whose values may be elements, such as a name in bold.
 *
 * @param {Key} key
 * @param {Record<string, string | number | Node>} values
 * @returns {(string | Node)[]}
 */
export function richText(key, values) {
  return parts(key, values).map((part) => {
    if (typeof part === "string") return part;
    const value = values[part.name];
    return value instanceof Node ? value : written(value);
  });
}

/**
 * A message for a name that the API gave, such as that of a signal.
 *
 * @param {string} key
 * @param {string} otherwise  Where there is no such message.
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export const textOr = (key, otherwise, values) => (Object.hasOwn(english, key) ? text(/** @type {Key} */ (key), values) : otherwise);

/** @param {Key} key @param {Record<string, unknown>} values @returns {(string | {name: string})[]} Texts, and placeholders between them. */
function parts(key, { n }) {
  const message = messages[key];
  const form = typeof message === "string" ? message : ((n === 0 && message["=0"]) || message[plurals.select(Number(n))] || message.other || "");
  return form.split(PLACEHOLDER).map((part, index) => (index % 2 ? { name: part } : part));
}

/** @param {string | number} value */
const written = (value) => (typeof value === "number" ? formatNumber(value) : isolated(value));

/** @param {string} inner @returns {string} Marked so that letters of the other direction do not reorder what is around them. */
const isolated = (inner) => (root.dir === "rtl" || HAS_RIGHT_TO_LEFT.test(inner) ? `\u2068${inner}\u2069` : inner);

/** @param {string} words @returns {boolean} Whether their first letter is of a script that runs from right to left. */
export const startsRightToLeft = (words) => STARTS_RIGHT_TO_LEFT.test(words);

/** @param {number} n @returns {string} Rounded to an integer. */
export const formatNumber = (n) => integers.format(Math.round(n));

/** @param {number} value @param {number} digits  After the decimal separator. @returns {string} */
export const formatDecimal = (value, digits) => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

/** @param {number} share @returns {string} Such as "12%". */
export const formatPercent = (share) => (share > 0 && share < 0.005 ? text("number.below", { limit: percentages.format(0.01) }) : percentages.format(share));

/** @param {string[]} items @returns {string} Separated as in a list, in the direction of the page whatever the items are. */
export function formatList(items) {
  const list = items.map(isolated).join(text("list.separator"));
  return root.dir === "rtl" ? `\u2067${list}\u2069` : list;
}

/** @param {Intl.DisplayNames} names @param {string} code */
function nameOf(names, code) {
  try {
    return names.of(code) ?? code;
  } catch {
    return code; // not in the data of this browser
  }
}

/** @param {string} code  ISO 3166-1 alpha-2, or UN M49 of a region. @returns {string} */
export const countryName = (code) => nameOf(regions, code);

/** @param {string} code  BCP 47. @returns {string} In the language of the page. */
export const languageName = (code) => nameOf(tongues, code);

/** @returns {string[]} The languages that the page speaks. */
export const spokenLanguages = () => root.dataset.languages?.split(" ") ?? ["en"];

/** @param {string} code @returns {string} The language, named in itself. */
export function ownName(code) {
  const name = nameOf(new Intl.DisplayNames([code], { type: "language" }), code);
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
}

/** Put the messages into the elements of the document that name them, and show it. */
export function translateDocument() {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-text]"))) element.textContent = text(/** @type {Key} */ (element.dataset.text));
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-label]"))) element.setAttribute("aria-label", text(/** @type {Key} */ (element.dataset.label)));
  document.querySelector("meta[name=description]")?.setAttribute("content", text("page.description"));
  delete root.dataset.waiting;
}
