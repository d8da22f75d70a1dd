/** The start page: what Tigertail is, and example artists from the head, the tail and without listeners. */

import { badges, name } from "./badges.js";
import { h, onPlainClick, refill } from "./dom.js";
import { formatListeners, fullName } from "./format.js";
import { text } from "./language.js";
import { longTail } from "./long-tail.js";
import { errorMessage } from "./placeholders.js";
import { seedOf } from "./state.js";

/**
 * @typedef {import("./types.js").Item} Item
 *
 * @typedef {object} Services
 * @property {import("./api.js").Api} api
 * @property {import("./router.js").Router} router
 * @property {import("./types.js").ItemCache} itemCache
 * @property {() => Promise<import("./types.js").Described>} model
 */

const EXAMPLES = 4; // of each group

export class StartPage {
  /** @param {HTMLElement} root @param {Services} services */
  constructor(root, services) {
    this.services = services;
    this.tail = h("div", { class: "start-tail" });
    this.facts = h("p", { class: "facts" });
    this.groups = h("div", { class: "start-groups" });
    refill(
      root,
      h("h1", {}, text("start.title")),
      h("p", { class: "lead" }, text("start.lead")),
      this.tail,
      this.facts,
      this.groups,
    );
    this.loaded = false;
  }

  /** Load the examples when the page is first seen. */
  async show() {
    if (this.loaded) return;
    this.loaded = true;
    try {
      await this.#load();
    } catch (error) {
      this.loaded = false;
      refill(this.groups, errorMessage(error, { retry: () => this.show() }));
    }
  }

  async #load() {
    const { api } = this.services;
    refill(this.groups, ...["", "", ""].map(() => h("section", { class: "skeleton" }, h("span", { class: "bone" }), ...Array.from({ length: EXAMPLES }, () => h("span", { class: "bone name" })))));
    const [{ items: popular }, model] = await Promise.all([api.searchItems("", EXAMPLES), this.services.model()]);
    const similarIn = async (/** @type {import("./types.js").Stratum} */ stratum) => {
      if (!model.strata.includes(stratum) || !popular.length) return [];
      const { items } = await api.similar([...popular.map((item) => /** @type {[string, string]} */ (["item", seedOf(item.id)])), ["stratum", stratum], ["n", String(EXAMPLES)]]);
      return items;
    };
    const [tail, cold] = await Promise.all([similarIn("tail"), similarIn("cold")]);
    refill(this.facts, text("start.facts", { items: text("item.items", { n: model.items }), listeners: formatListeners(model.listeners ?? 0), dataset: model.simulated ? text("start.simulated", { dataset: model.dataset }) : model.dataset }));
    refill(this.tail, longTail([...popular, ...tail, ...cold], popular[0]?.listeners ?? 1, text("start.tail")));
    refill(this.groups, this.#group(text("start.head"), popular), this.#group(text("start.fromTail"), tail), this.#group(text("start.cold"), cold));
  }

  /** @param {string} title @param {Item[]} items */
  #group(title, items) {
    if (!items.length) return null;
    const { router, itemCache } = this.services;
    return h(
      "section",
      {},
      h("h2", {}, title),
      h(
        "ul",
        {},
        ...items.map((item) => {
          const seed = seedOf(item.id);
          const link = h("a", { href: router.link({ seeds: [seed] }) }, name(fullName(item)));
          onPlainClick(link, () => {
            itemCache.set(seed, item);
            router.go({ seeds: [seed] });
          });
          return h("li", {}, link, badges(item));
        }),
      ),
    );
  }
}
