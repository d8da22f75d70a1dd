/** What a list is like in three numbers, so that two lists can be told apart at a glance. */

import { h } from "./dom.js";
import { tail } from "./tail.js";
import { count, number, percent } from "./words.js";

/** @typedef {import("./types.js").Item} Item */

/**
 * @param {Item[]} items
 * @returns {{tail: number, cold: number, share: number, homes: number, median: number}}
 */
export function summary(items) {
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
export function inWords(items) {
  const { share, homes, median } = summary(items);
  return `${percent(share)} from the tail, ${count(homes, "home country", "home countries")}, median ${count(median, "listener")}`;
}

/**
 * @param {Item[]} items
 * @param {number} most  Listeners of the most heard item.
 * @returns {HTMLElement}
 */
export function summaryLine(items, most) {
  const { tail: inTail, cold, share, homes, median } = summary(items);
  const detail = `${inTail} of the tail and ${cold} cold, of ${items.length}`;
  return h(
    "div",
    { class: "summary" },
    tail(items, most, `On the long tail: ${inWords(items)}`),
    h("dl", {}, figure(percent(share), "from the tail", detail), figure(number(homes), homes === 1 ? "home country" : "home countries"), figure(number(median), median === 1 ? "median listener" : "median listeners")),
  );
}

/** @param {string} value @param {string} label @param {string} [title] */
function figure(value, label, title) {
  return h("div", { title }, h("dt", {}, label), h("dd", {}, value));
}
