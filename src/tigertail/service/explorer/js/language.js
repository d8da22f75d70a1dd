/**
 * The language of the page: which one it is, its messages, and its way to write numbers and the names of places.
 *
 * English is always here; of the other languages only the chosen one is loaded (`messages/`).
 */

import english from "./messages/en.js";
import { readItem } from "./storage.js";

/**
 * @typedef {keyof typeof english} Key
 *
 * @typedef {string | Partial<Record<Intl.LDMLPluralRule | "=0", string>>} Message  One text, or one per plural form of `{n}`.
 *
 * @typedef {Record<Key, Message>} Messages
 */

/** The languages there are, each named in itself. */
export const LANGUAGES = Object.freeze({ ar: "العربية", de: "Deutsch", en: "English", es: "Español", fr: "Français", ja: "日本語", pl: "Polski", pt: "Português" });

/** @typedef {keyof typeof LANGUAGES} Language */

export const STORED = "tigertail.language";

const RIGHT_TO_LEFT = new Set(["ar"]);
const RIGHT_TO_LEFT_LETTER = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Nko}\p{Script=Syriac}\p{Script=Thaana}]/u;
const PLACEHOLDER = /\{(\w+)\}/;

/** @type {Language} */
let language = "en";
/** @type {Messages} */
let messages = english;
let formats = formatsOf("en");

/** @param {string} locale */
function formatsOf(locale) {
  return {
    integer: new Intl.NumberFormat(locale),
    percent: new Intl.NumberFormat(locale, { style: "percent" }),
    plural: new Intl.PluralRules(locale),
    region: new Intl.DisplayNames([locale], { type: "region" }),
    language: new Intl.DisplayNames([locale], { type: "language" }),
    list: new Intl.ListFormat(locale, { type: "unit" }),
    locale,
  };
}

/** @param {string | null | undefined} tag  A BCP 47 tag. @returns {Language | null} Null if the page does not speak it. */
export function languageOf(tag) {
  const code = tag?.toLowerCase().split("-")[0] ?? "";
  return Object.hasOwn(LANGUAGES, code) ? /** @type {Language} */ (code) : null;
}

/** @param {string} search  The query of the address. @returns {Language} That of the address, else the one chosen before, else the browser's. */
function wanted(search) {
  const tags = [new URLSearchParams(search).get("lang"), readItem(localStorage, STORED), ...navigator.languages];
  return tags.map(languageOf).find((code) => code !== null) ?? "en";
}

/** Load the language of this visit, and mark the document with it. Nothing of the page may be made before. */
export async function loadLanguage() {
  const code = wanted(location.search);
  if (code !== "en") {
    try {
      messages = (await import(`./messages/${code}.js`)).default;
    } catch {
      return; // not reached: the page stays English
    }
  }
  language = code;
  // The visitor's own region decides how numbers are written: Arabic has two sets of digits.
  formats = formatsOf(navigator.languages.find((tag) => languageOf(tag) === code) ?? code);
  document.documentElement.lang = code;
  document.documentElement.dir = direction();
}

export const currentLanguage = () => language;

/** @returns {"ltr" | "rtl"} */
export const direction = () => (RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr");

export const intl = () => formats;

/** @param {Message} message @param {unknown} n @returns {string} */
function formOf(message, n) {
  if (typeof message === "string") return message;
  const exact = n === 0 ? message["=0"] : undefined;
  return exact ?? message[formats.plural.select(Number(n))] ?? message.other ?? "";
}

/** A text within a text of the other direction must not reorder it. @param {string} inner */
function isolated(inner) {
  const foreign = direction() === "rtl" || RIGHT_TO_LEFT_LETTER.test(inner);
  return foreign ? `\u2068${inner}\u2069` : inner;
}

/** @param {unknown} value @returns {string} */
const written = (value) => (typeof value === "number" ? formats.integer.format(value) : isolated(String(value)));

/**
 * A message in the language of the page.
 *
 * @param {Key} key
 * @param {Record<string, string | number>} [values]  Of the placeholders; numbers are written as the language does. `n` decides the plural form.
 * @returns {string}
 */
export function text(key, values = {}) {
  return parts(key, values).map((part) => (typeof part === "string" ? part : written(values[part.name]))).join("");
}

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

/** @param {Key} key @param {Record<string, unknown>} values @returns {(string | {name: string})[]} Texts, and placeholders between them. */
function parts(key, values) {
  return formOf(messages[key], values.n).split(PLACEHOLDER).map((part, index) => (index % 2 ? { name: part } : part));
}

/**
 * A message for a name that the API gave, such as that of a signal.
 *
 * @param {string} key  May be none that there is.
 * @param {string} otherwise
 * @returns {string}
 */
export const textOr = (key, otherwise) => (Object.hasOwn(english, key) ? text(/** @type {Key} */ (key)) : otherwise);
