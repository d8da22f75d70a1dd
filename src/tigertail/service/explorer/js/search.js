/** Search as you type, and the seeds that were chosen. */

import { badges, name } from "./badges.js";
import { Combobox } from "./combobox.js";
import { h, refill } from "./dom.js";
import { icon } from "./icons.js";

/**
 * @typedef {import("./types.js").Item} Item
 * @typedef {object} Parts
 * @property {import("./api.js").Api} api
 * @property {import("./state.js").Router} place
 * @property {Map<string, Item>} known  Items seen so far, so that a chip has a name before the answer comes.
 * @property {(text: string) => void} say
 */

export class Search {
  /** @param {HTMLElement} root @param {Parts} parts */
  constructor(root, parts) {
    this.parts = parts;
    this.adding = false;
    /** @type {Set<string>} */
    this.asked = new Set();
    this.input = h("input", { type: "text", id: "q", enterkeyhint: "search", "aria-describedby": "q-help" });
    this.chips = h("ul", { class: "chips", "aria-label": "Asked about" });
    this.another = h("button", { type: "button", class: "another", onclick: () => this.add() }, icon("add"), "Add another");
    const list = h("ul", { class: "options", "aria-label": "Suggestions" });
    refill(
      root,
      h("div", { class: "field" }, icon("search"), h("label", { class: "sr", for: "q" }, "Artist, album or track"), this.input, h("kbd", { "aria-hidden": "true" }, "/"), list),
      h("p", { id: "q-help", class: "sr" }, "Type a name, in any spelling. Arrows choose, Enter asks, Shift and Enter adds to the playlist."),
      h("div", { class: "asked" }, this.chips, this.another),
    );
    this.box = new Combobox({
      input: this.input,
      list,
      find: async (text, signal) => (await parts.api.get("items", [["q", text], ["n", "10"]], signal)).items,
      render: (/** @type {Item} */ item) => [h("span", { class: "call" }, name(item.name)), badges(item)],
      choose: (item, event) => this.#choose(item, event),
      say: parts.say,
      nothing: (text) => `Nothing like “${text}” in this catalogue`,
      failed: (error) => `Search is out of reach: ${/** @type {Error} */ (error).message}`,
    });
    this.#shortcut();
    parts.place.addEventListener("change", () => this.show());
    this.show();
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  /** Let the next choice join the seeds instead of replacing them. */
  add() {
    this.adding = true;
    this.show();
    this.focus();
  }

  show() {
    const { place, known } = this.parts;
    const { seeds } = place.state;
    // The other views learn the names of their seeds with their answers.
    if (place.state.view === "evaluation") this.#learn(seeds.filter((seed) => !known.has(seed)));
    if (!seeds.length) this.adding = false;
    this.input.placeholder = this.adding ? "Add to the playlist…" : "An artist, in any spelling…";
    this.another.hidden = !seeds.length;
    this.another.setAttribute("aria-pressed", String(this.adding));
    this.chips.hidden = !seeds.length;
    refill(
      this.chips,
      ...seeds.map((seed) => {
        const called = known.get(seed)?.name ?? seed;
        return h(
          "li",
          { class: "chip" },
          name(called),
          h("button", { type: "button", "aria-label": `Remove ${called}`, onclick: () => this.#remove(seed) }, icon("close")),
        );
      }),
    );
  }

  /** @param {Item} item @param {Event} event */
  #choose(item, event) {
    const { place, known } = this.parts;
    known.set(item.id, item);
    const joins = this.adding || (event instanceof KeyboardEvent && event.shiftKey);
    this.adding = false;
    this.box.clear();
    if (matchMedia("(pointer: coarse)").matches) this.input.blur(); // the keyboard on the screen would hide the answer
    const others = joins ? place.state.seeds.filter((seed) => seed !== item.id) : [];
    place.go({ seeds: [...others, item.id], view: place.state.view === "map" ? "map" : "lists" });
    this.show();
  }

  /** Ask what unknown seeds are called, as after a link to the evaluation. @param {string[]} seeds */
  async #learn(seeds) {
    const { api, known } = this.parts;
    const unasked = seeds.filter((seed) => !this.asked.has(seed));
    for (const seed of unasked) this.asked.add(seed);
    const found = await Promise.allSettled(unasked.map((seed) => api.get(`items/${encodeURIComponent(seed)}`)));
    for (const [at, answer] of found.entries()) if (answer.status === "fulfilled") known.set(unasked[at], answer.value);
    if (found.some((answer) => answer.status === "fulfilled")) this.show();
  }

  /** @param {string} seed */
  #remove(seed) {
    this.parts.place.go({ seeds: this.parts.place.state.seeds.filter((one) => one !== seed) });
    this.input.focus();
  }

  #shortcut() {
    document.addEventListener("keydown", (event) => {
      const at = /** @type {Element} */ (event.target);
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (at.closest("input, textarea, select, dialog, [contenteditable]")) return;
      event.preventDefault();
      this.focus();
    });
  }
}
