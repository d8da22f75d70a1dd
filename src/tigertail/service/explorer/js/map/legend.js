/** The countries of the map: which colour is whose, one to be highlighted, and whether it stands in a clump. */

import { h, refill } from "../dom.js";
import { countryPicker } from "../country-picker.js";
import { pluralize, countryName, formatNumber, formatPercent } from "../format.js";
import { clump } from "./cohesion.js";
import { COLOURED } from "./scene.js";

/**
 * @param {import("./scene.js").Scene} scene
 * @param {object} acts
 * @param {(country: string | null) => void} acts.highlight
 * @param {(country: string) => void} acts.zoom
 * @param {(text: string) => void} acts.say
 * @returns {HTMLElement}
 */
export function legend(scene, { highlight, zoom, say }) {
  const told = h("p", { class: "clump", role: "status", "aria-live": "polite" });
  const nearer = h("button", { type: "button", class: "plain", hidden: true, onclick: () => chosen && zoom(chosen) }, "Zoom to it");
  /** @type {string | null} */
  let chosen = null;
  const choose = (/** @type {string | null} */ country) => {
    chosen = country;
    for (const key of keys) key.setAttribute("aria-pressed", String(key.dataset.country === country));
    nearer.hidden = country === null;
    refill(told, ...(country === null ? [] : clumpWords(scene, country)));
    highlight(country);
  };
  const keys = scene.countries.slice(0, COLOURED).map(([country, dots], at) =>
    h(
      "button",
      { type: "button", "aria-pressed": "false", dataset: { country }, onclick: () => choose(chosen === country ? null : country) },
      h("span", { class: "dot", vars: { "--colour": `var(--map-${at})` } }),
      countryName(country),
      h("small", {}, formatNumber(dots)),
    ),
  );
  const { element: others } = countryPicker({
    id: "map-country",
    label: "Highlight a country",
    placeholder: "Another country…",
    say,
    countries: () => scene.countries.map(([code, dots]) => ({ code, name: countryName(code), note: pluralize(dots, "dot") })),
    choose,
  });
  const rest = scene.size - scene.countries.slice(0, COLOURED).reduce((sum, [, dots]) => sum + dots, 0);
  return h(
    "section",
    { class: "map-legend", "aria-label": "Home countries" },
    h("h2", {}, "Home country"),
    h("div", { class: "keys" }, ...keys, h("p", {}, h("span", { class: "dot", vars: { "--colour": "var(--map-other)" } }), "others and unknown", h("small", {}, formatNumber(rest)))),
    others,
    told,
    nearer,
  );
}

/** @param {import("./scene.js").Scene} scene @param {string} country */
function clumpWords(scene, country) {
  const { before, after, nearest } = clump(scene, country);
  return [
    h("b", {}, countryName(country)),
    `. Of the ${nearest} dots nearest to one of its artists, `,
    h("b", {}, formatPercent(before)),
    " are from there before, ",
    h("b", {}, formatPercent(after)),
    " after.",
  ];
}
