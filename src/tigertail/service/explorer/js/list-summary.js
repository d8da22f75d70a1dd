/** A list in three numbers, so that two lists can be compared at a glance. */

import { h } from "./dom.js";
import { formatListeners } from "./format.js";
import { formatNumber, formatPercent, text } from "./language.js";
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
  return text("summary.spoken", { share: formatPercent(share), homes: text("summary.spoken.homes", { n: homes }), listeners: formatListeners(median) });
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
    longTail(items, maxListeners, text("summary.onTail", { summary: summaryText(items) })),
    h(
      "dl",
      {},
      figure(formatPercent(share), text("summary.tail"), text("summary.tail.title", { tail, cold, all: items.length })),
      figure(formatNumber(homes), text("summary.homes", { n: homes })),
      figure(formatNumber(median), text("summary.median", { n: median })),
    ),
  );
}

/** @param {string} value @param {string} label @param {string} [title] */
function figure(value, label, title) {
  return h("div", { title }, h("dt", {}, label), h("dd", {}, value));
}
