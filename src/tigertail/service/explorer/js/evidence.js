/**
 * The evidence of an explanation in the language of the page. The API words it in English: the sentences below are known
 * here; others, such as those with the name of an artist, stay as they are and are marked as English.
 */

import { countryName, formatList, languageName, text, textOr } from "./language.js";
import { signalTitle } from "./signals.js";

/** @typedef {import("./types.js").Carrier} Carrier */

/** Codes of places by their English names. @type {Map<string, string>} */
const codes = new Map();

/** Take over the places of a model. @param {import("./types.js").Place[]} places */
export function describePlaces(places) {
  for (const { name, code } of places) codes.set(name, code);
}

/** @type {[RegExp, (found: RegExpExecArray) => string | null][]} */
const SENTENCES = [
  [/^(\d+) listeners? in common$/, ([, n]) => text("evidence.common", { n: Number(n) })],
  [/^(\d+) listeners? in common, (most |both |all |)in (.+)$/, ([, n, share, places]) => commonIn(Number(n), share === "most ", places)],
  [/^no listener in common, but listeners with similar taste$/, () => text("evidence.taste")],
  [/^played by listeners with similar taste$/, () => text("evidence.alike")],
  [/^played by the same listeners$/, () => text("evidence.same")],
  [/^played on the same shows or playlists$/, () => text("evidence.shows")],
  [/^often paired in the pair counts$/, () => text("evidence.pairs")],
  [/^(?:mentioned together on (\d+) pages?)?(?:, )?((?:each )?named on the other's page)?$/, ([, n, named]) => onPages(Number(n ?? 0), named)],
  [/^similar text on their pages$/, () => text("evidence.text")],
  [/^by the same artist$/, () => text("evidence.sameArtist")],
  [/^by similar artists$/, () => text("evidence.nearArtists")],
  [/^tagged by the same people$/, () => text("evidence.people")],
  [/^with labels that lead to the same listeners$/, () => text("evidence.lead")],
  [/^both (?!.*\b(?:from|of|on|with|linked to) )(.+)$/, ([, labels]) => text("evidence.labels", { labels: formatList(labels.split(", ")) })],
  [/^similar sound$/, () => text("signal.audio.title")],
  [/^what an item of its popularity may expect$/, () => text("signal.prior.title")],
];

/** @param {number} n @param {boolean} most @param {string} places  In English. */
function commonIn(n, most, places) {
  const found = places.split(" and ").map((place) => codes.get(place.replace(/^the /, "")));
  if (!found.every((code) => code !== undefined)) return null;
  return text(most ? "evidence.most" : "evidence.all", { common: text("evidence.common", { n }), places: formatList(found.map(countryName)) });
}

/** @param {number} n @param {string | undefined} named */
function onPages(n, named) {
  const pages = n ? [text("evidence.pages", { n })] : [];
  return formatList(named ? [...pages, text(named.startsWith("each") ? "evidence.eachNamed" : "evidence.named")] : pages);
}

/** @param {Carrier} part @returns {string | null} Null where only the server has words. */
export function ownWords({ signal, evidence }) {
  if (!signal) return text("group.evidence");
  if (!evidence) return signalTitle(signal);
  for (const [sentence, words] of SENTENCES) {
    const found = sentence.exec(evidence);
    if (found) return words(found);
  }
  return null;
}

/** @param {Carrier} part @returns {string} Its group of listeners: a place, those there who speak a language, or a cluster. */
export function groupName({ group = "", name = "" }) {
  const [place, tongue] = group.split("-");
  if (place === "cluster") return text("group.cluster", { number: tongue });
  if (tongue) return text("group.place", { country: countryName(place), language: languageName(tongue) });
  return /^([A-Z]{2}|\d{3})$/.test(group) ? countryName(group) : textOr(`group.${group}`, name);
}
