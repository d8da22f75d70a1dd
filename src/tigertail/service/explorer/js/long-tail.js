/**
 * The long tail of popularity, drawn as a tiger's tail: thick at the most popular item, thin at items without listeners.
 * Each item of a list is a stripe on it, so the difference between two lists is visible before a name is read.
 */

import { h, s } from "./dom.js";
import { formatListeners, fullName } from "./format.js";
import { text } from "./language.js";

const WIDTH = 1000;
const HEIGHT = 56;
const LEFT = 18;
const RIGHT = 982;

/** Half the thickness at x from 0, the head, to 1, the tip. @param {number} x */
const halfThickness = (x) => 17 * (1 - x) ** 1.3 + 2.5;

/** The height of the centre line: it swings a little. @param {number} x */
const centreLine = (x) => 28 + 9 * Math.sin(x * 5.2 + 0.5) * x ** 0.7;

/** @param {number} x */
const toPixels = (x) => LEFT + x * (RIGHT - LEFT);

const OUTLINE = outline();

/** @returns {string} */
function outline() {
  const steps = Array.from({ length: 61 }, (_, step) => step / 60);
  const point = (/** @type {number} */ x, /** @type {1 | -1} */ side) => `${toPixels(x).toFixed(1)} ${(centreLine(x) + side * halfThickness(x)).toFixed(1)}`;
  const upper = steps.map((x) => point(x, -1));
  const lower = steps.reverse().map((x) => point(x, 1));
  return `M${upper.join("L")}A2.5 2.5 0 0 1 ${lower.join("L")}Z`;
}

/**
 * The place of an item on the tail, from 0, the most popular, to 1, without listeners.
 *
 * @param {number} listeners
 * @param {number} maxListeners
 */
export const tailPosition = (listeners, maxListeners) => 1 - Math.log1p(Math.min(listeners, maxListeners)) / Math.log1p(Math.max(maxListeners, 1));

/**
 * @param {import("./types.js").Item[]} items
 * @param {number} maxListeners  Listeners of the most popular item of the catalogue.
 * @param {string} label
 * @returns {HTMLElement}
 */
export function longTail(items, maxListeners, label) {
  const stripes = items.map((item) => {
    const x = tailPosition(item.listeners, maxListeners);
    const reach = halfThickness(x) + 4;
    return s(
      "line",
      { x1: toPixels(x) + 2, x2: toPixels(x) - 2, y1: centreLine(x) - reach, y2: centreLine(x) + reach, class: `stripe ${item.stratum}`, "data-id": item.id },
      s("title", {}, `${fullName(item)}, ${formatListeners(item.listeners)}`),
    );
  });
  return h(
    "figure",
    { class: "long-tail" },
    s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, preserveAspectRatio: "none" }, s("path", { d: OUTLINE, class: "tail-shape" }), ...stripes),
    h("figcaption", { "aria-hidden": "true" }, h("span", {}, text("summary.most")), h("span", {}, formatListeners(0))),
  );
}
