/** A path between two artists: the choice of its ends, and the artists between as a list. */

import { isAbort } from "../api.js";
import { badges, name } from "../badges.js";
import { Combobox } from "../combobox.js";
import { freshId, h, refill } from "../dom.js";
import { fullName } from "../format.js";
import { icon } from "../icons.js";
import { text } from "../language.js";
import { errorMessage } from "../placeholders.js";
import { idOf, pathParams, seedOf } from "../state.js";

/**
 * @typedef {import("../types.js").Item} Item
 * @typedef {"from" | "to"} End
 *
 * @typedef {object} Actions
 * @property {(items: Item[]) => void} show  Draw the walk; an empty one removes it.
 * @property {(item: Item) => boolean} onMap  Whether the map has the item.
 * @property {() => void} zoom
 */

const ENDS = /** @type {const} */ (["from", "to"]);
const SUGGESTIONS = 8;

export class PathPanel {
  /** @param {import("./map-view.js").Services} services @param {import("../artist/artist-link.js").ArtistLink} link @param {Actions} actions */
  constructor(services, link, actions) {
    this.services = services;
    this.link = link;
    this.actions = actions;
    this.fields = { from: this.#field("from"), to: this.#field("to") };
    this.tools = h(
      "p",
      { class: "buttons" },
      h("button", { type: "button", class: "secondary", onclick: () => this.#swap() }, text("path.swap")),
      h("button", { type: "button", class: "secondary", onclick: () => services.router.go({ from: null, to: null }) }, text("path.clear")),
    );
    this.walk = h("div", { class: "path-walk", role: "status" });
    this.element = h(
      "section",
      { class: "map-path", "aria-label": text("path.title") },
      h("h2", {}, text("path.title")),
      h("p", { class: "muted" }, text("path.lead")),
      this.fields.from.element,
      this.fields.to.element,
      this.tools,
      this.walk,
    );
    this.current = "";
    /** @type {AbortController | null} */
    this.controller = null;
  }

  /** Show the path of the address; an unchanged one is not loaded again. */
  update() {
    const { state } = this.services.router;
    for (const end of ENDS) this.#showEnd(end, state[end]);
    this.tools.hidden = !state.from && !state.to;
    const params = pathParams(state);
    const current = JSON.stringify(params);
    if (current === this.current) return;
    this.current = current;
    this.controller?.abort();
    if (params) this.#load(params);
    else this.#clear();
  }

  #clear() {
    refill(this.walk);
    this.actions.show([]);
  }

  /** @param {import("../types.js").Params} params */
  async #load(params) {
    const { api, itemCache, router, announce } = this.services;
    const controller = new AbortController();
    this.controller = controller;
    refill(this.walk, h("p", { class: "muted" }, text("path.loading")));
    try {
      const { items } = await api.path(params, controller.signal);
      const { from, to } = router.state;
      if (from) itemCache.set(from, items[0]);
      if (to) itemCache.set(to, items[items.length - 1]);
      for (const end of ENDS) this.#showEnd(end, router.state[end]);
      this.#showWalk(items);
      this.actions.show(items);
      announce(text("path.found", { n: items.length - 1 }));
    } catch (error) {
      if (isAbort(error)) return;
      this.current = "";
      refill(this.walk, errorMessage(error));
      this.actions.show([]);
    }
  }

  /** @param {Item[]} items */
  #showWalk(items) {
    const row = (/** @type {Item} */ item) =>
      h("li", { dataset: { id: item.id } }, this.link(item, {}, name(fullName(item))), badges(item), this.actions.onMap(item) ? null : h("span", { class: "muted" }, text("path.offMap")));
    refill(
      this.walk,
      h("p", { class: "muted" }, text("path.found", { n: items.length - 1 })),
      h("ol", { class: "path-list", "aria-label": text("path.list") }, ...items.map(row)),
      h("p", { class: "buttons" }, h("button", { type: "button", class: "secondary", onclick: this.actions.zoom }, text("path.zoom"))),
    );
  }

  #swap() {
    const { from, to } = this.services.router.state;
    this.services.router.go({ from: to, to: from });
  }

  /** The name of the chosen artist, loaded where only its id is known. @param {End} end @param {string | null} seed */
  async #showEnd(end, seed) {
    const { api, itemCache, router } = this.services;
    const show = () => refill(this.fields[end].chosen, seed ? name(fullName(itemCache.get(seed) ?? { name: idOf(seed) })) : null);
    show();
    if (!seed || seed === idOf(seed) || itemCache.has(seed)) return; // a name is resolved with the path
    const item = await api.item(idOf(seed)).catch(() => null); // the path says what is wrong
    if (!item) return;
    itemCache.set(seed, item);
    if (router.state[end] === seed) show();
  }

  /** @param {End} end */
  #field(end) {
    const { api, itemCache, router, announce } = this.services;
    const id = freshId("path");
    const input = h("input", { type: "text", id, placeholder: text("path.placeholder") });
    const list = h("ul", { class: "options small", "aria-label": text(`path.${end}`) });
    const combobox = new Combobox({
      input,
      list,
      find: async (words, signal) => (await api.searchItems(words, SUGGESTIONS, signal)).items,
      render: (/** @type {Item} */ item) => [h("span", { class: "option-name" }, name(fullName(item))), badges(item)],
      choose: (item) => {
        combobox.clear();
        itemCache.set(seedOf(item.id), item);
        router.go({ [end]: seedOf(item.id) });
      },
      announce,
    });
    const chosen = h("span", { class: "path-end", id: `${id}-chosen` });
    input.setAttribute("aria-describedby", chosen.id);
    const element = h("div", { class: "path-field" }, h("label", { for: id }, h("span", { class: `end-mark ${end}`, "aria-hidden": "true" }), text(`path.${end}`)), chosen, h("div", { class: "field" }, icon("search"), input, list));
    return { element, chosen };
  }
}
