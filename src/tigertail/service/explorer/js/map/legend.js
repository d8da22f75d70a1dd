/** The countries of the map: their colours, a country to highlight, and its cohesion. */

import { countryPicker } from "../country-picker.js";
import { h, refill } from "../dom.js";
import { icon } from "../icons.js";
import { countryName, formatNumber, formatPercent, text, richText } from "../language.js";
import { cohesion } from "./cohesion.js";
import { COLOURED_COUNTRIES } from "./scene.js";
import { listName } from "./selection-panel.js";

/**
 * @param {import("./scene.js").Scene} scene
 * @param {object} actions
 * @param {(country: string | null) => void} actions.highlight
 * @param {(country: string) => void} actions.zoom
 * @param {(text: string) => void} actions.announce  To a screen reader.
 * @returns {HTMLElement}
 */
export function legend(scene, { highlight, zoom, announce }) {
  /** @type {string | null} */
  let chosen = null;
  const chips = h("ul", { class: "chips small", "aria-label": text("map.home"), hidden: true });
  const cohesionNote = h("p", { class: "cohesion", role: "status", "aria-live": "polite" });
  const zoomButton = h("button", { type: "button", class: "secondary", hidden: true, onclick: () => chosen && zoom(chosen) }, text("map.zoomToCountry"));
  const choose = (/** @type {string | null} */ country) => {
    chosen = country;
    for (const key of keys) key.setAttribute("aria-pressed", String(key.dataset.country === country));
    zoomButton.hidden = chips.hidden = country === null;
    refill(chips, ...(country === null ? [] : [chip(country, () => choose(null))]));
    refill(cohesionNote, ...(country === null ? [] : cohesionText(scene, country)));
    highlight(country);
  };
  const keys = scene.countries.slice(0, COLOURED_COUNTRIES).map(([country, dots], index) =>
    h(
      "button",
      { type: "button", "aria-pressed": "false", dataset: { country }, onclick: () => choose(chosen === country ? null : country) },
      h("span", { class: "dot", vars: { "--colour": `var(--map-${index})` } }),
      countryName(country),
      h("small", {}, formatNumber(dots)),
    ),
  );
  const others = countryPicker({
    id: "map-country",
    label: text("map.highlight"),
    placeholder: text("map.highlight.placeholder"),
    announce,
    countries: () => scene.countries.map(([code, dots]) => ({ code, name: countryName(code), note: text("item.dots", { n: dots }) })),
    choose,
  });
  const rest = scene.size - scene.countries.slice(0, COLOURED_COUNTRIES).reduce((sum, [, dots]) => sum + dots, 0);
  return h(
    "section",
    { class: "map-legend", "aria-label": text("map.homes") },
    h("h2", {}, text("map.home")),
    h("div", { class: "keys" }, ...keys, h("p", {}, h("span", { class: "dot", vars: { "--colour": "var(--map-other)" } }), text("map.others"), h("small", {}, formatNumber(rest)))),
    others,
    chips,
    cohesionNote,
    zoomButton,
  );
}

/** @param {string} country @param {() => void} remove */
function chip(country, remove) {
  const name = countryName(country);
  return h("li", { class: "chip" }, name, h("button", { type: "button", "aria-label": text("search.remove", { name }), onclick: remove }, icon("close")));
}

/** @param {import("./scene.js").Scene} scene @param {string} country */
function cohesionText(scene, country) {
  const { before, after, nearest, missing } = cohesion(scene, country);
  if (before === null || after === null) return missing ? [text("map.missing", { n: missing, list: listName(true) })] : [];
  return richText("map.cohesion", { country: h("b", {}, countryName(country)), nearest, before: h("b", {}, formatPercent(before)), after: h("b", {}, formatPercent(after)) });
}
