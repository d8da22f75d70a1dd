/** Words about the map: who is marked on it, and what there is where no map was made. */

import { ApiError } from "../api.js";
import { badges, name } from "../badges.js";
import { h } from "../dom.js";
import { message } from "../placeholders.js";

/**
 * @param {import("./scene.js").Scene} scene
 * @param {import("./renderer.js").Marks} marks
 * @param {string} lists  The address of the lists.
 * @param {() => void} zoom
 * @returns {(HTMLElement | null)[]} Who is asked about, and where to read more.
 */
export function marked(scene, { seeds, answers, naive }, lists, zoom) {
  if (!seeds.length) return [h("p", { class: "quiet" }, "Search, or press a dot, to see where its answers lie.")];
  const model = naive ? "naive CF" : "Tigertail";
  return [
    h("h2", {}, ...seeds.map((seed) => name(scene.data.name[seed]))),
    seeds.length === 1 ? badges(scene.item(seeds[0])) : null,
    h("p", { class: "quiet" }, answers.length ? `${answers.length} answers of ${model}, ringed` : `No answer of ${model}`),
    h("p", { class: "buttons" }, h("a", { class: "strong", href: lists, dataset: { view: "lists" } }, "See the lists"), h("button", { type: "button", class: "plain", onclick: zoom }, "Zoom to answers")),
  ];
}

/** @param {unknown} error @returns {HTMLElement | null} What to say where no map was made. */
export function noMap(error) {
  if (!(error instanceof ApiError) || error.status !== 404) return null;
  return message(
    "Nobody has drawn this model's map yet.",
    "It puts every artist of the catalogue on a plane, the alike near each other, once by naive CF and once by Tigertail.",
    h("code", { class: "block" }, error.remedy || "tigertail map MODEL"),
  );
}
