/** Countries by their names: an address that a person wrote may hold these. */

import { foldText } from "./format.js";
import { spokenLanguages } from "./language.js";

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const POSSIBLE_CODES = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));

/**
 * The code of a country.
 *
 * @param {string} country  Its code, or its name in a language of the page.
 * @returns {string}  Any other text as it is, such as that of a region: the server knows more names.
 */
export function countryCode(country) {
  if (/^[a-z]{2}$/i.test(country)) return country.toUpperCase();
  const wanted = foldText(country.trim());
  if (!wanted || /\d/.test(wanted)) return country;
  for (const language of spokenLanguages()) {
    const names = new Intl.DisplayNames([language], { type: "region", fallback: "none" });
    const code = POSSIBLE_CODES.find((one) => foldText(names.of(one) ?? "") === wanted);
    // A code of the past has the name of its successor, and becomes that.
    if (code) return new Intl.Locale(`und-${code}`).region ?? code;
  }
  return country;
}
