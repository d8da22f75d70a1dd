/** The head of an answer: who is asked about, and whom the mixture trusts to know them. */

import { badges, name } from "./badges.js";
import { h } from "./dom.js";
import { countryName, percent, signalColour, signalWords } from "./words.js";

/** @typedef {import("./types.js").Described} Described */

/**
 * @param {Described[]} seeds
 * @returns {HTMLElement}
 */
export function seedsHead(seeds) {
  const title = seeds.length === 1 ? name(seeds[0].name) : `A playlist of ${seeds.length}`;
  return h(
    "header",
    { class: "seedhead" },
    h("div", { class: "who" }, h("p", { class: "eyebrow" }, "Who likes"), h("h1", { tabindex: "-1", id: "asked" }, title), about(seeds), h("p", { class: "eyebrow" }, "should hear next")),
    h("div", { class: "trust" }, ...(seeds.length > 1 ? trustEach(seeds) : seeds.map(trust))),
  );
}

/** @param {Described[]} seeds */
function about(seeds) {
  if (seeds.length > 1) return h("p", { class: "about" }, ...seeds.flatMap((seed, at) => [at ? " · " : "", name(seed.name)]));
  const [seed] = seeds;
  return h("p", { class: "about" }, badges(seed), seed.country ? h("span", { class: "home" }, countryName(seed.country)) : null);
}

/** @param {Described} seed @returns {[string, number][]} The signals that know it, the most trusted first. */
const trusted = (seed) =>
  Object.entries(seed.weights ?? {})
    .filter(([, weight]) => weight > 0)
    .sort((one, other) => other[1] - one[1]);

/** @param {Described} seed */
function bar(seed) {
  const parts = trusted(seed);
  return h(
    "span",
    { class: "bar thick", role: "img", "aria-label": parts.map(([signal, weight]) => `${signal} ${percent(weight)}`).join(", ") },
    ...parts.map(([signal, weight]) => h("span", { class: "part", title: `${signal} ${percent(weight)}`, vars: { "--share": weight, "--colour": signalColour(signal) } })),
  );
}

/** @param {string} signal @param {...import("./dom.js").Child} more */
const key = (signal, ...more) => h("li", { title: signalWords(signal) }, h("span", { class: "swatch", vars: { "--colour": signalColour(signal) } }), signal, ...more);

/** @param {Described} seed */
function trust(seed) {
  const silent = Object.keys(seed.weights ?? {}).filter((signal) => !seed.known_by[signal]);
  return h(
    "section",
    { class: "weights", "aria-label": `Weights of the signals for ${seed.name}` },
    h("h2", {}, "Whom Tigertail trusts here"),
    bar(seed),
    h("ul", { class: "legend" }, ...trusted(seed).map(([signal, weight]) => key(signal, " ", h("b", {}, percent(weight))))),
    silent.length ? h("p", { class: "quiet" }, `Does not know the artist: ${silent.join(", ")}`) : null,
  );
}

/** @param {Described[]} seeds @returns {HTMLElement[]} A line each, and one legend for all. */
function trustEach(seeds) {
  const signals = [...new Set(seeds.flatMap((seed) => trusted(seed).map(([signal]) => signal)))];
  const lines = seeds.map((seed) => h("section", { class: "weights compact", "aria-label": `Weights of the signals for ${seed.name}` }, h("h2", {}, name(seed.name)), bar(seed)));
  return [...lines, h("ul", { class: "legend" }, ...signals.map((signal) => key(signal)))];
}
