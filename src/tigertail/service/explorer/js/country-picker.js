/** A list of countries that can be searched. */

import { countryBadge } from "./badges.js";
import { Combobox } from "./combobox.js";
import { h } from "./dom.js";
import { foldText } from "./format.js";
import { icon } from "./icons.js";
import { countryName, text } from "./language.js";

/** @typedef {{code: string, name: string, note: string}} Country */

/**
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.label
 * @param {string} options.placeholder
 * @param {() => Country[]} options.countries
 * @param {(code: string) => void} options.choose
 * @param {(text: string) => void} options.announce  To a screen reader.
 * @returns {HTMLElement}
 */
export function countryPicker({ id, label, placeholder, countries, choose, announce }) {
  const input = h("input", { type: "text", id, placeholder });
  const list = h("ul", { class: "options small", "aria-label": label });
  const combobox = new Combobox({
    input,
    list,
    delay: 0,
    find: async (typed) => matchingCountries(countries(), typed),
    render: (/** @type {Country} */ { code, name, note }) => [code ? countryBadge(code) : icon("world"), h("span", { class: "option-name" }, name), h("span", { class: "listener-count" }, note)],
    choose: ({ code }) => {
      combobox.clear();
      choose(code);
    },
    announce,
    emptyText: (typed) => text("country.noMatch", { text: typed }),
  });
  return h("div", { class: "field" }, h("label", { class: "visually-hidden", for: id }, label), input, list);
}

/** @param {Country[]} countries @param {string} typed */
function matchingCountries(countries, typed) {
  const query = foldText(typed);
  if (!query) return countries;
  const starts = (/** @type {Country} */ { code, name }) => foldText(name).startsWith(query) || code.toLowerCase() === query;
  const contains = (/** @type {Country} */ { code, name }) => foldText(`${name} ${code ? countryName(code) : ""}`).includes(query);
  return [...countries.filter(starts), ...countries.filter((country) => !starts(country) && contains(country))];
}
