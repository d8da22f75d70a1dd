/** What a list is like in three numbers, so that two lists can be told apart at a glance. */

import { h } from "./dom.js";
import { longTail } from "./long-tail.js";
import { pluralize, formatNumber, formatPercent } from "./format.js";

/** @typedef {import("./types.js").Item} Item */

/**
 * @param {Item[]} items
 * @returns {{tail: number, cold: number, share: number, homes: number, median: number}}
 */
export function summarize(items) {
  const of = (/** @type {string} */ stratum) => items.filter((item) => item.stratum === stratum).length;
  const heard = items.map((item) => item.listeners).sort((one, other) => one - other);
  const middle = heard.length >> 1;
  return {
    tail: of("tail"),
    cold: of("cold"),
    share: items.length ? (of("tail") + of("cold")) / items.length : 0,
    homes: new Set(items.map((item) => item.country).filter(Boolean)).size,
    median: heard.length % 2 ? heard[middle] : Math.round((heard[middle - 1] + heard[middle]) / 2),
  };
}

/** @param {Item[]} items @returns {string} One sentence, for the ear. */
export function summaryText(items) {
  const { share, homes, median } = summarize(items);
  return `${formatPercent(share)} from the tail, ${pluralize(homes, "home country", "home countries")}, median ${pluralize(median, "listener")}`;
}

/**
 * @param {Item[]} items
 * @param {number} most  Listeners of the most heard item.
 * @returns {HTMLElement}
 */
export function listSummary(items, most) {
  const { tail: inTail, cold, share, homes, median } = summarize(items);
  const detail = `${inTail} of the tail and ${cold} cold, of ${items.length}`;
  return h(
    "div",
    { class: "summary" },
    longTail(items, most, `On the long tail: ${summaryText(items)}`),
    h("dl", {}, figure(formatPercent(share), "from the tail", detail), figure(formatNumber(homes), homes === 1 ? "home country" : "home countries"), figure(formatNumber(median), median === 1 ? "median listener" : "median listeners")),
  );
}

/** @param {string} value @param {string} label @param {string} [title] */
function figure(value, label, title) {
  return h("div", { title }, h("dt", {}, label), h("dd", {}, value));
}
