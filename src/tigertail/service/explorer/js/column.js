/** One of the two lists, with its head. */

import { h, refill } from "./dom.js";
import { skeletonRows } from "./notes.js";
import { row, hiddenRow } from "./row.js";
import { summaryLine } from "./summary.js";
import { tail } from "./tail.js";

/** @typedef {import("./types.js").Listed} Listed */

export class Column {
  /**
   * @param {"naive" | "ours"} kind
   * @param {string} title
   * @param {string} subtitle
   * @param {import("./dom.js").Child} [aside]
   */
  constructor(kind, title, subtitle, aside) {
    this.kind = kind;
    this.title = title;
    this.under = h("div", { class: "under" });
    this.body = h("div", { class: "body" });
    this.element = h(
      "section",
      { class: `column ${kind}`, id: `column-${kind}`, "aria-label": title },
      h("header", { class: "column-head" }, h("div", {}, h("h2", {}, title), h("p", {}, subtitle)), aside),
      this.under,
      this.body,
    );
  }

  wait() {
    this.element.classList.remove("told");
    this.element.setAttribute("aria-busy", "true");
    refill(this.under, h("div", { class: "summary skeleton", "aria-hidden": "true" }, h("span", { class: "bone longtail" }), h("span", { class: "bone figures" })));
    refill(this.body, skeletonRows(8));
  }

  /** @param {HTMLElement} note */
  tell(note) {
    this.element.removeAttribute("aria-busy");
    refill(this.under, tail([], 1, "An empty list"));
    refill(this.body, note);
    this.element.classList.add("told");
  }

  /**
   * @param {Listed[]} items
   * @param {Map<string, number>} elsewhere  Ranks in the other list.
   * @param {string} other
   * @param {number} most
   * @param {import("./row.js").Acts} acts
   * @param {Set<string>} hidden
   * @param {HTMLElement | null} legend
   */
  show(items, elsewhere, other, most, acts, hidden, legend) {
    this.element.removeAttribute("aria-busy");
    this.element.classList.remove("told");
    refill(this.under, summaryLine(items, most), legend);
    const best = Math.max(...items.map((item) => item.affinity), Number.MIN_VALUE);
    const draw = () => items.map((item) => (hidden.has(item.id) ? hiddenRow(item, () => reveal(item)) : plain(item)));
    const plain = (/** @type {Listed} */ item) => row(item, elsewhere.get(item.id) ?? null, other, best, { ...acts, say: acts.say && say });
    const say = (/** @type {"like" | "dislike" | "hide"} */ kind, /** @type {Listed} */ item) => {
      acts.say?.(kind, item);
      if (kind !== "hide") return;
      hidden.add(item.id);
      swap(item, hiddenRow(item, () => reveal(item)))?.querySelector("button")?.focus();
    };
    const reveal = (/** @type {Listed} */ item) => {
      hidden.delete(item.id);
      swap(item, plain(item))?.querySelector("a")?.focus();
    };
    const list = h("ol", { class: "rows" }, ...draw());
    const swap = (/** @type {Listed} */ item, /** @type {HTMLLIElement} */ by) => {
      list.children[items.indexOf(item)].replaceWith(by);
      return by;
    };
    refill(this.body, list);
  }
}
