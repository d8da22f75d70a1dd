/** What a part of the page shows in place of its content: an error, a message, or a skeleton while it loads. */

import { ApiError } from "./api.js";
import { h } from "./dom.js";
import { capitalize } from "./format.js";
import { text } from "./language.js";

/** What the server says is in English. */
export const fromServer = { lang: "en", dir: "ltr" };

/** @param {unknown} error @returns {string} What kind of problem it is, in the language of the page. */
function problemOf(error) {
  if (!(error instanceof ApiError)) return text("error.page");
  if (error.status === 0) return text("error.unreachable");
  if (error.status === 404) return text("error.missing");
  if (error.status === 429 || error.status === 503) return text("error.busy");
  return text(error.status < 500 ? "error.request" : "error.server");
}

/** @param {unknown} error @returns {string} What the server says about it, or the browser. */
const detailOf = (error) => (error instanceof ApiError && error.status === 0 ? "" : capitalize(/** @type {Error} */ (error).message ?? String(error)));

/**
 * What to do about it. Of a name that nothing has, the server says it to programs, in terms of the API.
 *
 * @param {ApiError} error
 * @returns {HTMLElement | null}
 */
function remedyOf({ status, remedy, suggestions }) {
  if (status === 0) return h("p", {}, text("error.unreachable.remedy"));
  if (status === 404) return h("p", {}, text(suggestions.length ? "error.missing.suggestions" : "error.missing.remedy"));
  return remedy ? h("p", fromServer, capitalize(remedy)) : null;
}

/** @param {unknown} error @returns {HTMLElement} The problem in one line. */
export const errorLine = (error) => h("span", {}, problemOf(error), " ", h("span", fromServer, detailOf(error)));

/**
 * @param {unknown} error
 * @param {{retry?: () => void, suggestionUrl?: (name: string) => string}} [options]
 * @returns {HTMLElement} The problem and its remedy, with what the server says.
 */
export function errorMessage(error, { retry, suggestionUrl } = {}) {
  const problem = error instanceof ApiError ? error : new ApiError(500, {});
  const detail = detailOf(error);
  return h(
    "div",
    { class: "message error", role: "alert" },
    h("p", { class: "message-title" }, problemOf(error)),
    detail ? h("p", fromServer, `${detail}.`) : null,
    remedyOf(problem),
    problem.suggestions.length
      ? h("p", { class: "suggestions" }, ...problem.suggestions.map((name) => (suggestionUrl ? h("a", { href: suggestionUrl(name) }, h("bdi", {}, name)) : h("bdi", {}, name))))
      : null,
    retry ? h("button", { type: "button", class: "secondary", onclick: retry }, text("error.retry")) : null,
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
