/** Empty, waiting and broken: what a place says where its content would be. */

import { h } from "./dom.js";
import { ApiError } from "./api.js";
import { capitalize } from "./format.js";

/**
 * @param {unknown} error
 * @param {{retry?: () => void, suggestionUrl?: (name: string) => string}} [acts]
 * @returns {HTMLElement} What is wrong and what to do about it, in the server's own words.
 */
export function errorMessage(error, { retry, suggestionUrl } = {}) {
  const problem = error instanceof ApiError ? error : new ApiError(0, { detail: String(error) });
  return h(
    "div",
    { class: "note trouble", role: "alert" },
    h("p", { class: "note-title" }, `${capitalize(problem.message)}.`),
    problem.remedy ? h("p", {}, capitalize(problem.remedy)) : null,
    suggestionUrl && problem.suggestions.length
      ? h("p", { class: "suggestions" }, ...problem.suggestions.map((one) => h("a", { href: suggestionUrl(one) }, h("bdi", {}, one))))
      : null,
    retry ? h("button", { type: "button", class: "plain", onclick: retry }, "Try again") : null,
  );
}

/**
 * @param {string} title
 * @param {...(import("./dom.js").Child)} text
 */
export const message = (title, ...text) => h("div", { class: "note" }, h("p", { class: "note-title" }, title), ...text.map((one) => h("p", {}, one)));

/** @param {number} rows @returns {HTMLElement} As tall as what will come, so that nothing jumps. */
export const skeletonRows = (rows) =>
  h("ol", { class: "rows skeleton", "aria-hidden": "true" }, ...Array.from({ length: rows }, () => h("li", { class: "row" }, h("span", { class: "bone name" }), h("span", { class: "bone" }), h("span", { class: "bone bar" }))));

/** @returns {HTMLElement} */
export const skeletonHeader = () => h("div", { class: "seedhead skeleton", "aria-hidden": "true" }, h("div", { class: "who" }, h("span", { class: "bone eyebrow" }), h("span", { class: "bone title" }), h("span", { class: "bone" })), h("div", { class: "trust" }, h("span", { class: "bone" }), h("span", { class: "bone bar" })));
