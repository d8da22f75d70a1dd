/** Where the listeners of an artist are: countries in the strength of their share, and the same as a table. */

import { freshId, h, s } from "../dom.js";
import { countryName, formatList, formatPercent, text } from "../language.js";
import { DOTS, SHAPES, VIEW_BOX } from "./world-shapes.js";

/** @typedef {import("../types.js").PlaceShare} PlaceShare */

const DOT_RADIUS = 9; // units of the shapes
const ROWS = 8; // of the table, before all are asked for
const NAMED = 3; // places in the text for a screen reader

/** @param {PlaceShare} place */
const spoken = ({ code, share }) => text("artist.share", { place: countryName(code), share: formatPercent(share) });

/**
 * @param {PlaceShare[]} places  The largest share first; not empty.
 * @param {string | null} home  Country of the artist.
 * @returns {HTMLElement}
 */
export function worldMap(places, home) {
  return h("div", { class: "world" }, picture(places, home), table(places));
}

/** @param {PlaceShare[]} places @param {string | null} home */
function picture(places, home) {
  const shares = new Map(places.map((place) => [place.code, place]));
  const largest = places[0].share;
  /** By area of the ink, so that a tenth of the largest share is still seen. @param {string} code */
  const look = (code) => {
    const place = shares.get(code);
    return {
      class: `country-shape${place ? " has-share" : ""}${code === home ? " home" : ""}`,
      dataset: { country: code },
      ...(place && { vars: { "--strength": `${Math.round(100 * Math.sqrt(place.share / largest))}%` } }),
    };
  };
  const title = (/** @type {string} */ code) => s("title", {}, spoken(shares.get(code) ?? { code, name: "", share: 0 }));
  const shapes = Object.entries(SHAPES).map(([code, d]) => s("path", { d, ...look(code) }, shares.has(code) ? title(code) : null));
  const dots = Object.entries(DOTS)
    .filter(([code]) => shares.has(code) || code === home)
    .map(([code, [cx, cy]]) => s("circle", { cx, cy, r: DOT_RADIUS, ...look(code) }, shares.has(code) ? title(code) : null));
  const label = text("artist.map.label", { places: formatList(places.slice(0, NAMED).map(spoken)) });
  // The home country comes last, so that no neighbour covers its outline.
  const ordered = [...shapes, ...dots].sort((a, b) => Number(a.classList.contains("home")) - Number(b.classList.contains("home")));
  return h(
    "figure",
    { class: "world-map" },
    s("svg", { viewBox: VIEW_BOX, role: "img", "aria-label": label }, ...ordered),
    h(
      "figcaption",
      {},
      h("span", {}, formatPercent(0)),
      h("span", { class: "scale", "aria-hidden": "true" }),
      h("span", {}, formatPercent(largest)),
      home && (SHAPES[home] || DOTS[home]) ? h("span", { class: "home-key" }, text("artist.home", { country: countryName(home) })) : null,
    ),
  );
}

/** @param {PlaceShare[]} places */
function table(places) {
  const row = (/** @type {PlaceShare} */ { code, share }, /** @type {number} */ index) =>
    h(
      "tr",
      { hidden: index >= ROWS },
      h("th", { scope: "row" }, countryName(code)),
      h("td", { class: "bar-cell" }, h("span", { class: "bar", "aria-hidden": "true" }, h("span", { class: "gauge", vars: { "--share": share / places[0].share } }))),
      h("td", {}, formatPercent(share)),
    );
  const rows = places.map(row);
  const rest = 1 - places.reduce((sum, { share }) => sum + share, 0);
  const id = freshId("places");
  const more = h("button", { type: "button", class: "secondary", "aria-controls": id, onclick: showAll }, text("artist.places.all", { n: places.length }));
  const foot = h("tfoot", { hidden: rest <= 0.005 || places.length > ROWS }, h("tr", {}, h("th", { scope: "row" }, text("artist.places.rest")), h("td", {}), h("td", {}, formatPercent(rest))));
  function showAll() {
    for (const one of rows) one.hidden = false;
    foot.hidden = rest <= 0.005;
    more.remove();
  }
  return h(
    "div",
    { class: "places" },
    h(
      "table",
      { id },
      h("caption", { class: "visually-hidden" }, text("artist.places")),
      h("thead", { class: "visually-hidden" }, h("tr", {}, h("th", { scope: "col" }, text("artist.place")), h("td", {}), h("th", { scope: "col" }, text("artist.places.share")))),
      h("tbody", {}, ...rows),
      foot,
    ),
    places.length > ROWS ? more : null,
  );
}
