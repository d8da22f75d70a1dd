/** A country from a list that can be searched. */

import { countryBadge } from "./badges.js";
import { Combobox } from "./combobox.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { countryName, foldText } from "./format.js";

/**
 * @typedef {{code: string, name: string, note: string}} Country
 */

/**
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.label
 * @param {string} options.placeholder
 * @param {() => Country[]} options.countries
 * @param {(code: string) => void} options.choose
 * @param {(text: string) => void} options.say
 * @returns {{element: HTMLElement, input: HTMLInputElement}}
 */
export function countryPicker({ id, label, placeholder, countries, choose, say }) {
  const input = h("input", { type: "text", id, placeholder });
  const list = h("ul", { class: "options small", "aria-label": label });
  const box = new Combobox({
    input,
    list,
    wait: 0,
    find: async (text) => matchingCountries(countries(), text),
    render: (/** @type {Country} */ one) => [one.code ? countryBadge(one.code) : icon("world"), h("span", { class: "call" }, one.name), h("span", { class: "heard" }, one.note)],
    choose: (one) => {
      box.clear();
      choose(one.code);
    },
    say,
    nothing: (text) => `No listeners from “${text}” here`,
  });
  return { element: h("div", { class: "field" }, h("label", { class: "sr", for: id }, label), input, list), input };
}

/** @param {Country[]} countries @param {string} text */
function matchingCountries(countries, text) {
  const query = foldText(text);
  if (!query) return countries;
  const startsWithQuery = (/** @type {Country} */ one) => foldText(one.name).startsWith(query) || one.code.toLowerCase() === query;
  const containsQuery = (/** @type {Country} */ one) => foldText(`${one.name} ${one.code ? countryName(one.code) : ""}`).includes(query);
  return [...countries.filter(startsWithQuery), ...countries.filter((one) => !startsWithQuery(one) && containsQuery(one))];
}
