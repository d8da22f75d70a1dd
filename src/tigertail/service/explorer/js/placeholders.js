/** What a part of the page shows in place of its content: an error, a message, or a skeleton while it loads. */

import { ApiError } from "./api.js";
import { h } from "./dom.js";
import { capitalize } from "./format.js";
import { text } from "./language.js";

/** What the server says is in English. */
export const fromServer = { lang: "en", dir: "ltr" };

/**
 * @param {unknown} error
 * @param {{retry?: () => void, suggestionUrl?: (name: string) => string}} [options]
 * @returns {HTMLElement} The problem and its remedy, as the server states them.
 */
export function errorMessage(error, { retry, suggestionUrl } = {}) {
  const { message: problem, remedy, suggestions } = error instanceof ApiError ? error : new ApiError(0, { detail: String(error) });
  return h(
    "div",
    { class: "message error", role: "alert" },
    h("p", { class: "message-title", ...fromServer }, `${capitalize(problem)}.`),
    remedy ? h("p", fromServer, capitalize(remedy)) : null,
    suggestionUrl && suggestions.length
      ? h("p", { class: "suggestions" }, ...suggestions.map((name) => h("a", { href: suggestionUrl(name) }, h("bdi", {}, name))))
      : null,
    retry ? h("button", { type: "button", class: "secondary", onclick: retry }, text("error.again")) : null,
  );
}

/**
 * @param {string} title
 * @param {...(import("./dom.js").Child)} paragraphs
 */
export const message = (title, ...paragraphs) =>
  h("div", { class: "message" }, h("p", { class: "message-title" }, title), ...paragraphs.map((paragraph) => h("p", {}, paragraph)));

/** @param {number} rows @returns {HTMLElement} As tall as the list to come, so that nothing moves. */
export const skeletonRows = (rows) =>
  h("ol", { class: "rows skeleton", "aria-hidden": "true" }, ...Array.from({ length: rows }, () => h("li", { class: "row" }, h("span", { class: "bone name" }), h("span", { class: "bone" }), h("span", { class: "bone bar" }))));

/** @returns {HTMLElement} */
export const skeletonHeader = () =>
  h(
    "div",
    { class: "query-header skeleton", "aria-hidden": "true" },
    h("div", { class: "query-title" }, h("span", { class: "bone eyebrow" }), h("span", { class: "bone title" }), h("span", { class: "bone" })),
    h("div", { class: "query-weights" }, h("span", { class: "bone" }), h("span", { class: "bone bar" })),
  );
