/** A list in three numbers, so that two lists can be compared at a glance. */

import { h } from "./dom.js";
import { formatNumber, formatPercent, pluralize } from "./format.js";
import { longTail } from "./long-tail.js";

/** @typedef {import("./types.js").Item} Item */

/**
 * @param {Item[]} items
 * @returns {{tail: number, cold: number, share: number, homes: number, median: number}}
 */
export function summarize(items) {
  const countOf = (/** @type {string} */ stratum) => items.filter((item) => item.stratum === stratum).length;
  const listeners = items.map((item) => item.listeners).sort((a, b) => a - b);
  const middle = listeners.length >> 1;
  const [tail, cold] = [countOf("tail"), countOf("cold")];
  return {
    tail,
    cold,
    share: items.length ? (tail + cold) / items.length : 0,
    homes: new Set(items.map((item) => item.country).filter(Boolean)).size,
    median: listeners.length % 2 ? listeners[middle] : Math.round((listeners[middle - 1] + listeners[middle]) / 2),
  };
}

/** @param {Item[]} items @returns {string} The numbers in one sentence, for a screen reader. */
export function summaryText(items) {
  const { share, homes, median } = summarize(items);
  return `${formatPercent(share)} from the tail, ${pluralize(homes, "home country", "home countries")}, median ${pluralize(median, "listener")}`;
}

/**
 * @param {Item[]} items
 * @param {number} maxListeners  Listeners of the most popular item of the catalogue.
 * @returns {HTMLElement}
 */
export function listSummary(items, maxListeners) {
  const { tail, cold, share, homes, median } = summarize(items);
  return h(
    "div",
    { class: "summary" },
    longTail(items, maxListeners, `On the long tail: ${summaryText(items)}`),
    h(
      "dl",
      {},
      figure(formatPercent(share), "from the tail", `${tail} tail and ${cold} cold items of ${items.length}`),
      figure(formatNumber(homes), homes === 1 ? "home country" : "home countries"),
      figure(formatNumber(median), median === 1 ? "median listener" : "median listeners"),
    ),
  );
}

/** @param {string} value @param {string} label @param {string} [title] */
function figure(value, label, title) {
  return h("div", { title }, h("dt", {}, label), h("dd", {}, value));
}
