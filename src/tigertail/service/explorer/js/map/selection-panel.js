/** The panel beside the map: the query and its results; and the message where there is no map. */

import { ApiError } from "../api.js";
import { badges, name } from "../badges.js";
import { h } from "../dom.js";
import { text } from "../language.js";
import { message } from "../placeholders.js";

/** @param {boolean} naive @returns {string} Whose list it is. */
export const listName = (naive) => (naive ? text("lists.naive") : "Tigertail");

const ENDS = /** @type {const} */ ([
  ["from", "path.start"],
  ["to", "path.end"],
]);

/**
 * @param {import("./scene.js").Scene} scene
 * @param {import("./renderer.js").Marks} marks
 * @param {string} listsUrl
 * @param {() => void} zoom  Zoom to the results.
 * @param {(end: "from" | "to") => void} setEnd  Make the artist an end of the path.
 * @returns {(HTMLElement | null)[]}
 */
export function selectionPanel(scene, { seeds, results, naive }, listsUrl, zoom, setEnd) {
  if (!seeds.length) return [h("p", { class: "muted" }, text("map.start"))];
  const list = listName(naive);
  return [
    h("h2", {}, ...seeds.map((seed) => name(scene.data.name[seed]))),
    seeds.length === 1 ? badges(scene.item(seeds[0])) : null,
    h("p", { class: "muted" }, results.length ? text("map.results", { n: results.length, list }) : text("map.noResults", { list })),
    h("p", { class: "buttons" }, h("a", { class: "primary", href: listsUrl, dataset: { view: "lists" } }, text("map.lists")), h("button", { type: "button", class: "secondary", onclick: zoom }, text("map.zoomToResults"))),
    seeds.length === 1
      ? h("p", { class: "buttons" }, ...ENDS.map(([end, key]) => h("button", { type: "button", class: "secondary", onclick: () => setEnd(end) }, text(key))))
      : null,
  ];
}

/** @param {unknown} error @returns {HTMLElement | null} Null if the error has another cause. */
export function missingMap(error) {
  if (!(error instanceof ApiError) || error.status !== 404) return null;
  return message(
    text("map.none"),
    text("map.none.reason"),
    h("code", { class: "block" }, error.remedy || "tigertail map MODEL"),
  );
}
