/**
 * The evidence of an explanation in the language of the page. The API gives it as facts, each of a kind that has its message
 * here; evidence with a fact of another kind, as a signal of another maker brings, stays in the words of the server.
 */

import { capitalize } from "./format.js";
import { countryName, formatList, languageName, text, textOr } from "./language.js";
import { signalTitle } from "./signals.js";

/**
 * @typedef {import("./types.js").Contribution} Contribution
 * @typedef {import("./types.js").Fact} Fact
 * @typedef {import("./types.js").FactName} FactName
 */

/** Facets whose labels are places; of these, those that may be named by the code of a country ("LA" as a hometown is a city). */
const PLACES = new Set(["home", "hometown", "birth place", "country"]);
const CODED = new Set(["home", "country"]);

/** What a kind of fact names. @type {Record<string, (name: FactName) => string>} */
const NAMES = {
  most_in: ({ key, name }) => groupName({ group: key, name }),
  all_in: ({ key, name }) => groupName({ group: key, name }),
  shared_labels: labelWords,
  leading_labels: labelWords,
  similar_descriptors: ({ key, name }) => textOr(`sound.${key}`, name, { descriptor: textOr(`descriptor.${name}`, name) }),
};

/** @param {FactName} label */
function labelWords({ key: facet, name }) {
  const value = labelName(facet, name);
  return textOr(`label.${PLACES.has(facet) ? "place" : facet}`, "", { name: value }) || text("label.other", { facet: textOr(`facet.${facet}`, facet), name: value });
}

/** @param {string} name @returns {string} A place with its country by name, a city that its region is called after once; as `named_place` of evidence.py. */
function placeName(name) {
  const parts = name.split(", ");
  const last = parts[parts.length - 1];
  if (parts.length !== 2 && /^[A-Z]{2}$/.test(last)) parts.splice(-1, 1, countryName(last));
  return parts.filter((part, i) => part !== parts[i - 1]).join(", ");
}

/** @param {string} facet @param {string} name @returns {string} A label, of a place that may have a code with its country named. */
export const labelName = (facet, name) => (CODED.has(facet) ? placeName(name) : name);

/** @param {Fact} fact @returns {string} Empty if its kind is unknown here. */
function factWords({ kind, n = 0, names = [] }) {
  const named = names.map((one) => NAMES[kind]?.(one) ?? one.name);
  return textOr(`evidence.${kind}`, "", { n, names: formatList(named) });
}

/** @param {Contribution} part @returns {string | null} A sentence; null where only the server has words. */
export function ownWords({ signal, facts = [], seed }) {
  if (!signal) return sentence(text("group.evidence"));
  if (!facts.length) return sentence(signalTitle(signal));
  const said = facts.map(factWords);
  if (said.includes("")) return null;
  const words = said.join(text("list.separator"));
  return seed ? text("why.seed", { seed, words }) : sentence(words);
}

/** @param {string} words */
const sentence = (words) => text("why.sentence", { words: capitalize(words) });

/** @param {{group?: string, name?: string}} group @returns {string} A group of listeners: a place, those there who speak a language, or a cluster. */
export function groupName({ group = "", name = "" }) {
  const [place, tongue] = group.split("-");
  if (place === "cluster") return text("group.cluster", { number: tongue });
  if (tongue) return text("group.place", { country: countryName(place), language: languageName(tongue) });
  return /^([A-Z]{2}|\d{3})$/.test(group) ? countryName(group) : textOr(`group.${group}`, name);
}
