/** The header of the lists: the seeds of the query, and the weights of the signals for them. */

import { badges, name } from "./badges.js";
import { h } from "./dom.js";
import { fullName } from "./format.js";
import { itemLinks } from "./item-links.js";
import { countryName, formatList, formatPercent, text } from "./language.js";
import { signalColour, signalName, signalShare, signalTitle } from "./signals.js";

/** @typedef {import("./types.js").Details} Details */

/**
 * @param {Details[]} seeds
 * @param {import("./artist/artist-link.js").ArtistLink} link
 * @returns {HTMLElement}
 */
export function queryHeader(seeds, link) {
  const title = seeds.length === 1 ? link(seeds[0], { title: text("artist.about", { name: fullName(seeds[0]) }) }, name(fullName(seeds[0]))) : text("query.playlist", { n: seeds.length });
  return h(
    "header",
    { class: "query-header" },
    h("div", { class: "query-title" }, h("p", { class: "eyebrow" }, text("query.before")), h("h1", { tabindex: "-1" }, title), subtitle(seeds, link), h("p", { class: "eyebrow" }, text("query.after")), seeds.length === 1 ? itemLinks(seeds[0]) : null),
    h("div", { class: "query-weights" }, ...(seeds.length > 1 ? weightsOfEach(seeds) : seeds.map(weightsOf))),
  );
}

/** @param {Details[]} seeds @param {import("./artist/artist-link.js").ArtistLink} link */
function subtitle(seeds, link) {
  if (seeds.length > 1) return h("p", { class: "about" }, ...seeds.flatMap((seed, index) => [index ? " · " : "", link(seed, {}, name(fullName(seed)))]));
  const [seed] = seeds;
  return h("p", { class: "about" }, badges(seed), seed.country ? h("span", { class: "home" }, countryName(seed.country)) : null);
}

/** @param {Details} seed @returns {[string, number][]} The signals with a weight, the largest first. */
const sortedWeights = (seed) =>
  Object.entries(seed.weights)
    .filter(([, weight]) => weight > 0)
    .sort(([, a], [, b]) => b - a);

/** @param {Details} seed */
function weightBar(seed) {
  const weights = sortedWeights(seed);
  return h(
    "span",
    { class: "bar thick", role: "img", "aria-label": formatList(weights.map(([signal, weight]) => signalShare(signal, weight))) },
    ...weights.map(([signal, weight]) => h("span", { class: "part", title: signalShare(signal, weight), vars: { "--share": weight, "--colour": signalColour(signal) } })),
  );
}

/** @param {string} signal @param {...import("./dom.js").Child} more */
const legendEntry = (signal, ...more) => h("li", { title: signalTitle(signal) }, h("span", { class: "swatch", vars: { "--colour": signalColour(signal) } }), signalName(signal), ...more);

/** @param {Details} seed */
function weightsOf(seed) {
  const unknown = Object.keys(seed.weights).filter((signal) => !seed.known_by[signal]);
  return h(
    "section",
    { class: "weights", "aria-label": text("query.weightsOf", { name: fullName(seed) }) },
    h("h2", {}, text("query.weights")),
    weightBar(seed),
    h("ul", { class: "legend" }, ...sortedWeights(seed).map(([signal, weight]) => legendEntry(signal, " ", h("b", {}, formatPercent(weight))))),
    unknown.length ? h("p", { class: "muted" }, text("query.noData", { signals: formatList(unknown.map(signalName)) })) : null,
  );
}

/** @param {Details[]} seeds @returns {HTMLElement[]} One bar per seed, and one legend for all. */
function weightsOfEach(seeds) {
  const signals = [...new Set(seeds.flatMap((seed) => sortedWeights(seed).map(([signal]) => signal)))];
  const bars = seeds.map((seed) => h("section", { class: "weights compact", "aria-label": text("query.weightsOf", { name: fullName(seed) }) }, h("h2", {}, name(fullName(seed))), weightBar(seed)));
  return [...bars, h("ul", { class: "legend" }, ...signals.map((signal) => legendEntry(signal)))];
}
