/** What is near an artist for listeners of one country, beside what is near for those of the whole world. */

import { isAbort } from "../api.js";
import { badges, name } from "../badges.js";
import { h, refill } from "../dom.js";
import { fullName } from "../format.js";
import { icon } from "../icons.js";
import { countryName, formatNumber, text } from "../language.js";
import { errorMessage } from "../placeholders.js";
import { seedOf, similarParams } from "../state.js";

/**
 * @typedef {import("../types.js").Details} Details
 * @typedef {import("../types.js").Listed} Listed
 * @typedef {import("../types.js").Place} Place
 */

const LENGTH = 8;

/** The two lists, and the choice of the country. */
export class NearLists {
  /** @param {import("./artist-view.js").Services} services @param {import("./artist-link.js").ArtistLink} link */
  constructor(services, link) {
    this.services = services;
    this.link = link;
    this.element = h("section", { class: "nearby", "aria-label": text("artist.near") });
    this.current = "";
    /** @type {AbortController | null} */
    this.controller = null;
  }

  /** @param {Details} item */
  async show(item) {
    const { api, router } = this.services;
    const places = await this.#places();
    const country = router.state.country ?? ownPlace(item, places);
    const query = { ...router.state, seeds: [seedOf(item.id)], n: LENGTH };
    const params = (country ? [country, null] : [null]).map((from) => similarParams({ ...query, country: from }).tigertail);
    const current = JSON.stringify(params);
    if (current === this.current) return;
    this.current = current;
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    this.element.setAttribute("aria-busy", "true");
    try {
      const answers = await Promise.all(params.map((one) => api.similar(one, controller.signal)));
      this.#fill(country, places, answers.map(({ items }) => items));
    } catch (error) {
      if (isAbort(error)) return;
      this.current = "";
      refill(this.element, errorMessage(error, { retry: () => this.show(item) }));
    } finally {
      if (controller === this.controller) this.element.removeAttribute("aria-busy");
    }
  }

  /** @returns {Promise<Place[]>} Those that a lens can have. */
  async #places() {
    try {
      return (await this.services.model()).places;
    } catch {
      return []; // the foot of the page says why
    }
  }

  /** @param {string | null} country @param {Place[]} places @param {Listed[][]} lists  From there, if there is a country, and from everywhere. */
  #fill(country, places, lists) {
    const focused = this.element.contains(document.activeElement);
    const titles = [...(country ? [text("artist.near.from", { country: countryName(country) })] : []), text("artist.near.world")];
    const ids = lists.map((items) => new Set(items.map(({ id }) => id)));
    const others = [...ids].reverse(); // a list that stands alone is its own other: none of its items is "only here"
    refill(
      this.element,
      h(
        "div",
        { class: "near-header" },
        h("h2", {}, text("artist.near")),
        country ? placeSelect(places, country, (code) => this.services.router.go({ country: code })) : null,
      ),
      h("div", { class: "near-lists" }, ...lists.map((items, index) => nearList(titles[index], items, others[index], this.link))),
    );
    if (!focused) return;
    this.element.querySelector("select")?.focus();
    this.services.announce(titles[0]);
  }
}

/** @param {Details} item @param {Place[]} places @returns {string | null} Where most of its listeners are, or most of all listeners. */
const ownPlace = (item, places) => (item.places.find(({ code }) => places.some((place) => place.code === code)) ?? places[0])?.code ?? null;

/**
 * @param {Place[]} places  Those that a lens can have.
 * @param {string} chosen
 * @param {(country: string) => void} choose
 * @returns {HTMLElement}
 */
function placeSelect(places, chosen, choose) {
  const known = places.some(({ code }) => code === chosen) ? places : [{ code: chosen, name: chosen }, ...places];
  const select = h(
    "select",
    { onchange: () => choose(select.value) },
    ...known.map(({ code }) => h("option", { value: code, selected: code === chosen }, countryName(code))),
  );
  return h("label", { class: "place-select" }, h("span", {}, text("lens.country")), select);
}

/**
 * @param {string} title
 * @param {Listed[]} items
 * @param {Set<string>} others  Ids in the list beside it.
 * @param {import("./artist-link.js").ArtistLink} link
 * @returns {HTMLElement}
 */
function nearList(title, items, others, link) {
  const row = (/** @type {Listed} */ item) =>
    h(
      "li",
      { class: others.has(item.id) ? "" : "only", dataset: { id: item.id } },
      h("span", { class: "rank", "aria-hidden": "true" }, formatNumber(item.rank)),
      h("div", {}, link(item, { class: "item-link" }, name(fullName(item))), badges(item)),
      others.has(item.id) ? null : h("span", { class: "only-mark" }, icon("add"), text("artist.only")),
    );
  return h(
    "section",
    { class: "near-list", "aria-label": title },
    h("h3", {}, title),
    items.length ? h("ol", {}, ...items.map(row)) : h("p", { class: "muted" }, text("lists.noResults")),
  );
}
