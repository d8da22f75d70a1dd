/** One artist: where its listeners are, what people say of it, and what is near, from here and from everywhere. */

import { badges, name } from "../badges.js";
import { h, refill, setTitle } from "../dom.js";
import { labelName } from "../evidence.js";
import { capitalize, fullName } from "../format.js";
import { itemLinks } from "../item-links.js";
import { countryName, text, textOr } from "../language.js";
import { errorMessage, message } from "../placeholders.js";
import { idOf } from "../state.js";
import { artistLink } from "./artist-link.js";
import { NearLists } from "./near-lists.js";
import { worldMap } from "./world-map.js";

/**
 * @typedef {import("../types.js").Details} Details
 *
 * @typedef {object} Services
 * @property {import("../api.js").Api} api
 * @property {import("../router.js").Router} router
 * @property {import("../types.js").ItemCache} itemCache
 * @property {() => Promise<import("../types.js").Described>} model
 * @property {(news: string) => void} announce  To a screen reader.
 * @property {() => void} onNamesLoaded  Called when the name of the artist is in the cache.
 */

const PLAIN = new Set(["tag", "genre"]); // facets that need no name

export class ArtistView {
  /** @param {HTMLElement} root @param {Services} services */
  constructor(root, services) {
    this.root = root;
    this.services = services;
    this.link = artistLink(services.router, services.itemCache);
    this.near = new NearLists(services, this.link);
    this.current = "";
    /** @type {Details | null} */
    this.item = null;
  }

  async show() {
    const [seed] = this.services.router.state.seeds;
    if (!seed) {
      this.current = "";
      setTitle(text("artist.view"));
      refill(this.root, h("div", { class: "page" }, h("h1", {}, text("artist.view")), message(text("artist.none"), text("artist.none.reason"))));
      return;
    }
    if (seed === this.current) {
      if (this.item) this.#present(this.item);
      return;
    }
    this.current = seed;
    this.item = null;
    refill(this.root, skeleton());
    try {
      const item = await this.#find(seed);
      if (seed !== this.current) return;
      this.item = item;
      this.services.itemCache.set(seed, item);
      this.services.onNamesLoaded();
      this.#build(item);
      this.#present(item);
    } catch (error) {
      if (seed !== this.current) return;
      this.current = "";
      refill(this.root, h("div", { class: "page" }, h("h1", {}, text("artist.view")), errorMessage(error, { retry: () => this.show(), suggestionUrl: (one) => this.services.router.link({ seeds: [one] }) })));
    }
  }

  /** An address may hold a name: the server resolves it as that of a query. @param {string} seed @returns {Promise<Details>} */
  async #find(seed) {
    const { api } = this.services;
    const id = idOf(seed);
    if (id !== seed) return api.item(id);
    const { seeds } = await api.similar([["item", seed], ["n", "1"]]);
    return api.item(seeds[0].id);
  }

  /** @param {Details} item */
  #present(item) {
    if (this.services.router.state.view === "artist") setTitle(fullName(item));
    this.near.show(item);
  }

  /** @param {Details} item */
  #build(item) {
    const { router } = this.services;
    refill(
      this.root,
      h(
        "div",
        { class: "artist" },
        h(
          "header",
          { class: "artist-header" },
          h("div", {}, h("p", { class: "eyebrow" }, capitalize(textOr(`kind.${item.kind}`, item.kind))), h("h1", { tabindex: "-1" }, name(fullName(item))), h("p", { class: "about" }, badges(item), item.country ? h("span", { class: "home" }, countryName(item.country)) : null), itemLinks(item)),
          h("p", { class: "buttons" }, h("a", { class: "primary", href: router.link({ view: "lists" }), dataset: { view: "lists" } }, text("artist.list")), h("a", { class: "secondary", href: router.link({ view: "map" }), dataset: { view: "map" } }, text("artist.onMap"))),
        ),
        h(
          "section",
          { class: "listeners", "aria-label": text("artist.listeners") },
          h("h2", {}, text("artist.listeners")),
          item.places.length ? worldMap(item.places, item.country) : h("p", { class: "muted" }, text(item.listeners ? "artist.listeners.few" : "artist.listeners.none")),
          item.places.length ? h("p", { class: "muted" }, text("artist.listeners.privacy")) : null,
        ),
        item.labels.length ? labels(item) : null,
        this.near.element,
      ),
    );
  }
}

/** @param {Details} item */
function labels(item) {
  const label = (/** @type {import("../types.js").Label} */ { facet, name: word }) =>
    h("li", {}, PLAIN.has(facet) ? null : h("span", { class: "facet" }, textOr(`facet.${facet}`, facet)), name(labelName(facet, word)));
  return h("section", { class: "labels", "aria-label": text("artist.labels") }, h("h2", {}, text("artist.labels")), h("ul", {}, ...item.labels.map(label)));
}

/** @returns {HTMLElement} As high as the parts to come. */
const skeleton = () =>
  h("div", { class: "artist skeleton", role: "status", "aria-label": text("artist.loading") }, h("span", { class: "bone eyebrow" }), h("span", { class: "bone title" }), h("span", { class: "bone block" }));
