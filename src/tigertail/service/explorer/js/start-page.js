/** The start page: what this is, and a few to begin with, from the head, down the tail, and beyond it. */

import { badges, name } from "./badges.js";
import { h, refill } from "./dom.js";
import { errorMessage } from "./placeholders.js";
import { formatNumber } from "./format.js";
import { longTail } from "./long-tail.js";

/**
 * @typedef {import("./types.js").Item} Item
 *
 * @typedef {object} Parts
 * @property {import("./api.js").Api} api
 * @property {import("./state.js").Router} place
 * @property {Map<string, Item>} known
 * @property {() => Promise<import("./types.js").ModelCard>} model
 */

const EXAMPLES = 4;

export class StartPage {
  /** @param {HTMLElement} root @param {Parts} parts */
  constructor(root, parts) {
    this.parts = parts;
    this.tail = h("div", { class: "start-tail" });
    this.facts = h("p", { class: "facts" });
    this.groups = h("div", { class: "start-groups" });
    refill(
      root,
      h("h1", {}, "Take the music by the tail."),
      h("p", { class: "lead" }, "What should someone who likes an artist hear next? Naive collaborative filtering knows only who plays what, and of most artists that is little or nothing. Tigertail asks as well what people say, how they sound and where they are played: the less an artist is heard, the more that counts."),
      this.tail,
      this.facts,
      this.groups,
    );
    this.loaded = false;
  }

  /** Fill in the examples, the first time the page is seen. */
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
    const { api } = this.parts;
    refill(this.groups, ...["", "", ""].map(() => h("section", { class: "skeleton" }, h("span", { class: "bone" }), ...Array.from({ length: EXAMPLES }, () => h("span", { class: "bone name" })))));
    const [popular, model] = await Promise.all([api.get("items", [["q", ""], ["n", String(EXAMPLES)]]), this.parts.model()]);
    /** @type {Item[]} */
    const stars = popular.items;
    const similarIn = async (/** @type {string} */ stratum) => {
      if (!model.strata.includes(/** @type {any} */ (stratum)) || !stars.length) return [];
      const answer = await api.get("similar", [...stars.map((star) => /** @type {[string, string]} */ (["item", star.id])), ["stratum", stratum], ["n", String(EXAMPLES)]]);
      return answer.items;
    };
    const [tailItems, cold] = await Promise.all([similarIn("tail"), similarIn("cold")]);
    const dataset = model.simulated ? `${model.dataset}, a simulated world` : model.dataset;
    refill(this.facts, `${formatNumber(model.items)} in the catalogue, ${formatNumber(model.listeners)} listeners (${dataset}).`);
    refill(this.tail, longTail([...stars, ...tailItems, ...cold], stars[0]?.listeners ?? 1, "The long tail, from the stars to those nobody has heard, with the examples below on it"));
    refill(this.groups, this.#group("From the head", stars), this.#group("Down the tail", tailItems), this.#group("Nobody has heard", cold));
  }

  /** @param {string} title @param {Item[]} items */
  #group(title, items) {
    if (!items.length) return null;
    const { place, known } = this.parts;
    return h(
      "section",
      {},
      h("h2", {}, title),
      h(
        "ul",
        {},
        ...items.map((item) => {
          const link = h("a", { href: place.link({ seeds: [item.id] }) }, name(item.name));
          link.addEventListener("click", (event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            known.set(item.id, item);
            place.go({ seeds: [item.id] });
          });
          return h("li", {}, link, badges(item));
        }),
      ),
    );
  }
}
