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
    h("div", { class: "trust" }, ...seeds.map((seed) => trust(seed, seeds.length > 1))),
  );
}

/** @param {Described[]} seeds */
function about(seeds) {
  if (seeds.length > 1) return h("p", { class: "about" }, ...seeds.flatMap((seed, at) => [at ? " · " : "", name(seed.name)]));
  const [seed] = seeds;
  return h("p", { class: "about" }, badges(seed), seed.country ? h("span", { class: "home" }, countryName(seed.country)) : null);
}

/** @param {Described} seed @param {boolean} several */
function trust(seed, several) {
  const parts = Object.entries(seed.weights ?? {}).filter(([, weight]) => weight > 0).sort((one, other) => other[1] - one[1]);
  const silent = Object.entries(seed.known_by ?? {}).filter(([, knows]) => !knows).map(([signal]) => signal);
  return h(
    "section",
    { class: "weights", "aria-label": `Weights of the signals for ${seed.name}` },
    h("h2", {}, several ? name(seed.name) : "Whom Tigertail trusts here"),
    h(
      "span",
      { class: "bar thick", role: "img", "aria-label": parts.map(([signal, weight]) => `${signal} ${percent(weight)}`).join(", ") },
      ...parts.map(([signal, weight]) => h("span", { class: "part", title: `${signal} ${percent(weight)}`, vars: { "--share": weight, "--colour": signalColour(signal) } })),
    ),
    h(
      "ul",
      { class: "legend" },
      ...parts.map(([signal, weight]) =>
        h("li", { title: signalWords(signal) }, h("span", { class: "swatch", vars: { "--colour": signalColour(signal) } }), signal, " ", h("b", {}, percent(weight))),
      ),
    ),
    silent.length ? h("p", { class: "quiet" }, `Does not know ${several ? "it" : "the artist"}: ${silent.join(", ")}`) : null,
  );
}
