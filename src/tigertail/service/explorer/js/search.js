/** Search as you type, and the seeds of the query. */

import { badges, name } from "./badges.js";
import { Combobox } from "./combobox.js";
import { h, refill } from "./dom.js";
import { fullName } from "./format.js";
import { icon } from "./icons.js";
import { text } from "./language.js";
import { errorLine } from "./placeholders.js";
import { idOf, seedOf } from "./state.js";

/**
 * @typedef {import("./types.js").Item} Item
 *
 * @typedef {object} Services
 * @property {import("./api.js").Api} api
 * @property {import("./router.js").Router} router
 * @property {import("./types.js").ItemCache} itemCache
 * @property {(text: string) => void} announce  To a screen reader.
 */

export class Search {
  /** @param {HTMLElement} root @param {Services} services */
  constructor(root, services) {
    this.services = services;
    this.adding = false;
    /** @type {Set<string>} */
    this.requested = new Set();
    this.input = h("input", { type: "text", id: "q", enterkeyhint: "search", "aria-describedby": "q-help" });
    this.chips = h("ul", { class: "chips", "aria-label": text("search.query") });
    this.addButton = h("button", { type: "button", class: "add-seed", onclick: () => this.add() }, icon("add"), text("search.add"));
    const list = h("ul", { class: "options", "aria-label": text("search.suggestions") });
    refill(
      root,
      h("div", { class: "field" }, icon("search"), h("label", { class: "visually-hidden", for: "q" }, text("search.label")), this.input, h("kbd", { "aria-hidden": "true" }, "/"), list),
      h("p", { id: "q-help", class: "visually-hidden" }, text("search.help")),
      h("div", { class: "seeds" }, this.chips, this.addButton),
    );
    this.combobox = new Combobox({
      input: this.input,
      list,
      find: async (typed, signal) => (await services.api.searchItems(typed, 10, signal)).items,
      render: (/** @type {Item} */ item) => [h("span", { class: "option-name" }, name(fullName(item))), badges(item)],
      choose: (item, event) => this.#choose(item, event),
      announce: services.announce,
      emptyText: (typed) => text("search.noMatch", { text: typed }),
      errorText: errorLine,
    });
    this.#listenForShortcut();
    services.router.addEventListener("change", () => this.show());
    this.show();
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  /** Make the next choice an additional seed. */
  add() {
    this.adding = true;
    this.show();
    this.focus();
  }

  show() {
    const { router, itemCache } = this.services;
    const { seeds } = router.state;
    // The other views put the names of the seeds in the cache with their lists.
    if (router.state.view === "evaluation") this.#loadNames(seeds.filter((seed) => !itemCache.has(seed)));
    if (!seeds.length) this.adding = false;
    this.input.placeholder = text(this.adding ? "search.placeholder.add" : "search.placeholder");
    this.addButton.hidden = !seeds.length;
    this.addButton.setAttribute("aria-pressed", String(this.adding));
    this.chips.hidden = !seeds.length;
    refill(
      this.chips,
      ...seeds.map((seed) => {
        const item = itemCache.get(seed);
        const label = item ? fullName(item) : seed;
        return h(
          "li",
          { class: "chip" },
          name(label),
          h("button", { type: "button", "aria-label": text("search.remove", { name: label }), onclick: () => this.#remove(seed) }, icon("close")),
        );
      }),
    );
  }

  /** @param {Item} item @param {Event} event */
  #choose(item, event) {
    const { router, itemCache } = this.services;
    itemCache.set(seedOf(item.id), item);
    const additional = this.adding || (event instanceof KeyboardEvent && event.shiftKey);
    this.adding = false;
    this.combobox.clear();
    if (matchMedia("(pointer: coarse)").matches) this.input.blur(); // the on-screen keyboard would cover the lists
    const others = additional ? router.state.seeds.filter((seed) => itemCache.get(seed)?.id !== item.id) : [];
    router.go({ seeds: [...others, seedOf(item.id)], view: viewAfter(router.state.view, additional) });
    this.show();
  }

  /** Load the names of seeds, as after a link to the evaluation. @param {string[]} seeds */
  async #loadNames(seeds) {
    const { api, itemCache } = this.services;
    const missing = seeds.filter((seed) => !this.requested.has(seed));
    for (const seed of missing) this.requested.add(seed);
    const results = await Promise.allSettled(missing.map((seed) => api.item(idOf(seed))));
    for (const [index, result] of results.entries()) if (result.status === "fulfilled") itemCache.set(missing[index], result.value);
    if (results.some((result) => result.status === "fulfilled")) this.show();
  }

  /** @param {string} seed */
  #remove(seed) {
    const { router } = this.services;
    router.go({ seeds: router.state.seeds.filter((other) => other !== seed) });
    this.input.focus();
  }

  #listenForShortcut() {
    document.addEventListener("keydown", (event) => {
      const target = /** @type {Element} */ (event.target);
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (target.closest("input, textarea, select, dialog, [contenteditable]")) return;
      event.preventDefault();
      this.focus();
    });
  }
}

/**
 * The view that shows a chosen item.
 *
 * @param {import("./state.js").View} view  The one shown.
 * @param {boolean} additional  Whether it joins others: the view of an artist shows one.
 * @returns {import("./state.js").View}
 */
const viewAfter = (view, additional) => (view === "evaluation" || (view === "artist" && additional) ? "lists" : view);
