/** The head of an answer: who is asked about, and whom the mixture trusts to know them. */

import { badges, name } from "./badges.js";
import { h } from "./dom.js";
import { countryName, formatPercent, signalColour, signalTitle } from "./format.js";

/** @typedef {import("./types.js").Described} Described */

/**
 * @param {Described[]} seeds
 * @returns {HTMLElement}
 */
export function queryHeader(seeds) {
  const title = seeds.length === 1 ? name(seeds[0].name) : `A playlist of ${seeds.length}`;
  return h(
    "header",
    { class: "seedhead" },
    h("div", { class: "who" }, h("p", { class: "eyebrow" }, "Who likes"), h("h1", { tabindex: "-1", id: "asked" }, title), subtitle(seeds), h("p", { class: "eyebrow" }, "should hear next")),
    h("div", { class: "trust" }, ...(seeds.length > 1 ? weightsOfEach(seeds) : seeds.map(weightsOf))),
  );
}

/** @param {Described[]} seeds */
function subtitle(seeds) {
  if (seeds.length > 1) return h("p", { class: "about" }, ...seeds.flatMap((seed, at) => [at ? " · " : "", name(seed.name)]));
  const [seed] = seeds;
  return h("p", { class: "about" }, badges(seed), seed.country ? h("span", { class: "home" }, countryName(seed.country)) : null);
}

/** @param {Described} seed @returns {[string, number][]} The signals that know it, the most trusted first. */
const sortedWeights = (seed) =>
  Object.entries(seed.weights ?? {})
    .filter(([, weight]) => weight > 0)
    .sort((one, other) => other[1] - one[1]);

/** @param {Described} seed */
function weightBar(seed) {
  const parts = sortedWeights(seed);
  return h(
    "span",
    { class: "bar thick", role: "img", "aria-label": parts.map(([signal, weight]) => `${signal} ${formatPercent(weight)}`).join(", ") },
    ...parts.map(([signal, weight]) => h("span", { class: "part", title: `${signal} ${formatPercent(weight)}`, vars: { "--share": weight, "--colour": signalColour(signal) } })),
  );
}

/** @param {string} signal @param {...import("./dom.js").Child} more */
const legendEntry = (signal, ...more) => h("li", { title: signalTitle(signal) }, h("span", { class: "swatch", vars: { "--colour": signalColour(signal) } }), signal, ...more);

/** @param {Described} seed */
function weightsOf(seed) {
  const unknown = Object.keys(seed.weights ?? {}).filter((signal) => !seed.known_by[signal]);
  return h(
    "section",
    { class: "weights", "aria-label": `Weights of the signals for ${seed.name}` },
    h("h2", {}, "Whom Tigertail trusts here"),
    weightBar(seed),
    h("ul", { class: "legend" }, ...sortedWeights(seed).map(([signal, weight]) => legendEntry(signal, " ", h("b", {}, formatPercent(weight))))),
    unknown.length ? h("p", { class: "quiet" }, `Does not know the artist: ${unknown.join(", ")}`) : null,
  );
}

/** @param {Described[]} seeds @returns {HTMLElement[]} A line each, and one legend for all. */
function weightsOfEach(seeds) {
  const signals = [...new Set(seeds.flatMap((seed) => sortedWeights(seed).map(([signal]) => signal)))];
  const lines = seeds.map((seed) => h("section", { class: "weights compact", "aria-label": `Weights of the signals for ${seed.name}` }, h("h2", {}, name(seed.name)), weightBar(seed)));
  return [...lines, h("ul", { class: "legend" }, ...signals.map((signal) => legendEntry(signal)))];
}
