/** Badges of an item: its country, its stratum of popularity, its listeners. */

import { h, s } from "./dom.js";
import { formatListeners, stratumTitle } from "./format.js";
import { countryName, text } from "./language.js";

/** The place of the dot on the tail of the icon; that of a cold item is beyond its end. */
const DOTS = { head: [3.2, 3], mid: [6.5, 8.6], tail: [15, 11.3], cold: [21, 11.6] };

/**
 * @param {import("./types.js").Stratum} stratum
 * @returns {HTMLElement} Colour, shape and word each say which stratum it is.
 */
export function stratumBadge(stratum) {
  const [x, y] = DOTS[stratum];
  return h(
    "span",
    { class: `stratum ${stratum}`, title: stratumTitle(stratum) },
    s(
      "svg",
      { viewBox: "0 0 24 14", "aria-hidden": "true", class: "tail-icon" },
      s("path", { d: "M3 1.5C3.6 9 7 11.4 18 12" }),
      s("circle", { cx: x, cy: y, r: stratum === "cold" ? 2 : 2.6 }),
    ),
    text(`stratum.${stratum}`),
  );
}

/** @param {string | null} country @returns {HTMLElement} */
export function countryBadge(country) {
  if (!country) return h("span", { class: "country unknown", title: text("item.unknownHome") }, "··", h("span", { class: "visually-hidden" }, text("item.unknownHome")));
  const name = countryName(country);
  const region = /^\d/.test(country); // the numeric code of a region, which few readers know
  return h("abbr", { class: "country", title: name }, h("span", { "aria-hidden": "true" }, region ? "◦◦◦" : country), h("span", { class: "visually-hidden" }, name));
}

/** @param {import("./types.js").Item} item @returns {HTMLElement} */
export function badges(item) {
  return h(
    "span",
    { class: "badges" },
    countryBadge(item.country),
    stratumBadge(item.stratum),
    h("span", { class: "listener-count" }, formatListeners(item.listeners)),
  );
}

/**
 * A name in any script, isolated so that right-to-left text does not reorder its neighbours.
 *
 * @param {string} whole
 * @returns {HTMLElement}
 */
export const name = (whole) => h("bdi", { class: "name", dir: "auto" }, whole);
