/** Where an item stands, at a glance: its country, its place on the long tail, its listeners. */

import { h, s } from "./dom.js";
import { STRATUM_TITLES, countryName, formatListeners } from "./format.js";

/** The dot's place on the little tail; a cold item has fallen off its end. */
const DOTS = { head: [3.2, 3], mid: [6.5, 8.6], tail: [15, 11.3], cold: [21, 11.6] };

/**
 * @param {import("./types.js").Stratum} stratum
 * @returns {HTMLElement} Colour, shape and word: any one of them suffices.
 */
export function stratumBadge(stratum) {
  const [x, y] = DOTS[stratum] ?? DOTS.cold;
  return h(
    "span",
    { class: `stratum ${stratum}`, title: STRATUM_TITLES[stratum] ?? stratum },
    s(
      "svg",
      { viewBox: "0 0 24 14", "aria-hidden": "true", class: "tailmark" },
      s("path", { d: "M3 1.5C3.6 9 7 11.4 18 12" }),
      s("circle", { cx: x, cy: y, r: stratum === "cold" ? 2 : 2.6 }),
    ),
    stratum,
  );
}

/** @param {string | null} country @returns {HTMLElement} */
export function countryBadge(country) {
  if (!country) return h("span", { class: "country unknown", title: "home country unknown" }, "··", h("span", { class: "sr" }, "home unknown"));
  const name = countryName(country);
  const region = /^\d/.test(country); // a number says nothing to anyone
  return h("abbr", { class: "country", title: name }, h("span", { "aria-hidden": "true" }, region ? "◦◦◦" : country), h("span", { class: "sr" }, name));
}

/** @param {import("./types.js").Item} item @returns {HTMLElement} */
export function badges(item) {
  return h(
    "span",
    { class: "badges" },
    countryBadge(item.country),
    stratumBadge(item.stratum),
    h("span", { class: "heard" }, formatListeners(item.listeners)),
  );
}

/**
 * A name in whatever script; isolated, so that one written from right to left does not turn its neighbours round.
 *
 * @param {string} text
 * @returns {HTMLElement}
 */
export const name = (text) => h("bdi", { class: "name", dir: "auto" }, text);
