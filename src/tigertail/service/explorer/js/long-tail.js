/**
 * The tail: a list drawn as stripes on a tiger's tail, thick where the stars are and thin where nobody has been. What
 * naive CF and Tigertail do to a catalogue is seen before a name is read.
 */

import { h, s } from "./dom.js";
import { formatListeners } from "./format.js";

const WIDTH = 1000;
const HEIGHT = 56;
const LEFT = 18;
const RIGHT = 982;

/** Half the tail's thickness at x from 0, the head, to 1, the tip. @param {number} x */
const halfThickness = (x) => 17 * (1 - x) ** 1.3 + 2.5;

/** The height of the tail's middle: it swings a little. @param {number} x */
const centreLine = (x) => 28 + 9 * Math.sin(x * 5.2 + 0.5) * x ** 0.7;

/** @param {number} x */
const toX = (x) => LEFT + x * (RIGHT - LEFT);

const OUTLINE = outline();

/** @returns {string} */
function outline() {
  const steps = Array.from({ length: 61 }, (_, at) => at / 60);
  const point = (/** @type {number} */ x, /** @type {1 | -1} */ side) => `${toX(x).toFixed(1)} ${(centreLine(x) + side * halfThickness(x)).toFixed(1)}`;
  const upper = steps.map((x) => point(x, -1));
  const lower = steps.reverse().map((x) => point(x, 1));
  return `M${upper.join("L")}A2.5 2.5 0 0 1 ${lower.join("L")}Z`;
}

/**
 * Place listeners on the tail, from 0, the most heard item, to 1, one nobody has heard.
 *
 * @param {number} heard
 * @param {number} most
 */
export const tailPosition = (heard, most) => 1 - Math.log1p(Math.min(heard, most)) / Math.log1p(Math.max(most, 1));

/**
 * @param {import("./types.js").Item[]} items
 * @param {number} most  Listeners of the most heard item of the catalogue.
 * @param {string} label
 * @returns {HTMLElement}
 */
export function longTail(items, most, label) {
  const stripes = items.map((item) => {
    const x = tailPosition(item.listeners, most);
    const reach = halfThickness(x) + 4;
    return s(
      "line",
      { x1: toX(x) + 2, x2: toX(x) - 2, y1: centreLine(x) - reach, y2: centreLine(x) + reach, class: `stripe ${item.stratum}`, "data-id": item.id },
      s("title", {}, `${item.name}, ${formatListeners(item.listeners)}`),
    );
  });
  return h(
    "figure",
    { class: "longtail" },
    s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, preserveAspectRatio: "none" }, s("path", { d: OUTLINE, class: "fur" }), ...stripes),
    h("figcaption", { "aria-hidden": "true" }, h("span", {}, "stars"), h("span", {}, "nobody yet")),
  );
}
