/** One of the two lists, with its head. */

import { h, refill } from "./dom.js";
import { skeletonRows } from "./placeholders.js";
import { listRow, hiddenRow } from "./list-row.js";
import { listSummary } from "./list-summary.js";
import { longTail } from "./long-tail.js";

/** @typedef {import("./types.js").Listed} Listed */

export class ListColumn {
  /**
   * @param {"naive" | "ours"} kind
   * @param {string} title
   * @param {string} subtitle
   * @param {import("./dom.js").Child} [aside]
   */
  constructor(kind, title, subtitle, aside) {
    this.kind = kind;
    this.title = title;
    this.summary = h("div", { class: "under" });
    this.body = h("div", { class: "body" });
    this.element = h(
      "section",
      { class: `column ${kind}`, id: `column-${kind}`, "aria-label": title },
      h("header", { class: "column-head" }, h("div", {}, h("h2", {}, title), h("p", {}, subtitle)), aside),
      this.summary,
      this.body,
    );
  }

  showLoading() {
    this.element.classList.remove("told");
    this.element.setAttribute("aria-busy", "true");
    refill(this.summary, h("div", { class: "summary skeleton", "aria-hidden": "true" }, h("span", { class: "bone longtail" }), h("span", { class: "bone figures" })));
    refill(this.body, skeletonRows(8));
  }

  /** @param {HTMLElement} message */
  showMessage(message) {
    this.element.removeAttribute("aria-busy");
    refill(this.summary, longTail([], 1, "An empty list"));
    refill(this.body, message);
    this.element.classList.add("told");
  }

  /**
   * @param {Listed[]} items
   * @param {Map<string, number>} otherRanks  Ranks in the other list.
   * @param {string} otherTitle
   * @param {number} maxListeners
   * @param {import("./list-row.js").RowActions} actions
   * @param {Set<string>} hidden
   * @param {HTMLElement | null} legend
   */
  showItems(items, otherRanks, otherTitle, maxListeners, actions, hidden, legend) {
    this.element.removeAttribute("aria-busy");
    this.element.classList.remove("told");
    refill(this.summary, listSummary(items, maxListeners), legend);
    const best = Math.max(...items.map((item) => item.affinity), Number.MIN_VALUE);
    const drawRows = () => items.map((item) => (hidden.has(item.id) ? hiddenRow(item, () => reveal(item)) : visibleRow(item)));
    const visibleRow = (/** @type {Listed} */ item) => listRow(item, otherRanks.get(item.id) ?? null, otherTitle, best, { ...actions, giveFeedback: actions.giveFeedback && say });
    const say = (/** @type {"like" | "dislike" | "hide"} */ kind, /** @type {Listed} */ item) => {
      actions.giveFeedback?.(kind, item);
      if (kind !== "hide") return;
      hidden.add(item.id);
      replaceRow(item, hiddenRow(item, () => reveal(item)))?.querySelector("button")?.focus();
    };
    const reveal = (/** @type {Listed} */ item) => {
      hidden.delete(item.id);
      replaceRow(item, visibleRow(item))?.querySelector("a")?.focus();
    };
    const list = h("ol", { class: "rows" }, ...drawRows());
    const replaceRow = (/** @type {Listed} */ item, /** @type {HTMLLIElement} */ by) => {
      list.children[items.indexOf(item)].replaceWith(by);
      return by;
    };
    refill(this.body, list);
  }
}
