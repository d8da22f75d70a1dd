/** One of the two lists, with its header. */

import { h, refill } from "./dom.js";
import { text } from "./language.js";
import { hiddenRow, listRow } from "./list-row.js";
import { listSummary } from "./list-summary.js";
import { longTail } from "./long-tail.js";
import { largestAffinity } from "./nearness.js";
import { skeletonRows } from "./placeholders.js";

/**
 * @typedef {import("./types.js").Listed} Listed
 * @typedef {import("./list-row.js").RowActions} RowActions
 *
 * @typedef {object} ListOptions
 * @property {Map<string, number>} otherRanks  Ranks in the other list, by item id.
 * @property {string} otherTitle
 * @property {number} maxListeners  Listeners of the most popular item of the catalogue.
 * @property {RowActions} actions
 * @property {Set<string>} hidden  Ids of items that the listener has hidden.
 * @property {HTMLElement | null} legend
 */

export class ListColumn {
  /**
   * @param {"naive" | "tigertail"} kind
   * @param {string} title
   * @param {string} subtitle
   * @param {import("./dom.js").Child} [aside]
   */
  constructor(kind, title, subtitle, aside) {
    this.summary = h("div", { class: "column-summary" });
    this.body = h("div", { class: "column-body" });
    this.element = h(
      "section",
      { class: `column ${kind}`, id: `column-${kind}`, "aria-label": title },
      h("header", { class: "column-header" }, h("div", {}, h("h2", {}, title), h("p", {}, subtitle)), aside),
      this.summary,
      this.body,
    );
  }

  showLoading() {
    this.element.classList.remove("is-empty");
    this.element.setAttribute("aria-busy", "true");
    refill(this.summary, h("div", { class: "summary skeleton", "aria-hidden": "true" }, h("span", { class: "bone long-tail" }), h("span", { class: "bone figures" })));
    refill(this.body, skeletonRows(8));
  }

  /** @param {HTMLElement} message */
  showMessage(message) {
    this.element.removeAttribute("aria-busy");
    refill(this.summary, longTail([], 1, text("lists.empty")));
    refill(this.body, message);
    this.element.classList.add("is-empty");
  }

  /** @param {Listed[]} items @param {ListOptions} options */
  showItems(items, { otherRanks, otherTitle, maxListeners, actions, hidden, legend }) {
    this.element.removeAttribute("aria-busy");
    this.element.classList.remove("is-empty");
    refill(this.summary, listSummary(items, maxListeners), legend);
    const maxAffinity = largestAffinity(items);
    const visible = (/** @type {Listed} */ item) => listRow(item, otherRanks.get(item.id) ?? null, otherTitle, maxAffinity, { ...actions, record: actions.record && record });
    const record = (/** @type {import("./types.js").Action} */ action, /** @type {Listed} */ item) => {
      actions.record?.(action, item);
      if (action !== "hide") return;
      hidden.add(item.id);
      replaceRow(item, hiddenRow(item, () => reveal(item))).querySelector("button")?.focus();
    };
    const reveal = (/** @type {Listed} */ item) => {
      hidden.delete(item.id);
      replaceRow(item, visible(item)).querySelector("a")?.focus();
    };
    const list = h("ol", { class: "rows" }, ...items.map((item) => (hidden.has(item.id) ? hiddenRow(item, () => reveal(item)) : visible(item))));
    const replaceRow = (/** @type {Listed} */ item, /** @type {HTMLLIElement} */ row) => {
      list.children[items.indexOf(item)].replaceWith(row);
      return row;
    };
    refill(this.body, list);
  }
}
