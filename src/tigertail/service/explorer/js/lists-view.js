/** The list, and naive CF's for the same query beside it where the visitor compares them. */

import { isAbort } from "./api.js";
import { artistLink } from "./artist/artist-link.js";
import { debounce, h, refill, setTitle } from "./dom.js";
import { signalLegend } from "./explanation.js";
import { capitalize, fullName } from "./format.js";
import { formatList, text } from "./language.js";
import { ListColumn } from "./list-column.js";
import { summaryText } from "./list-summary.js";
import { errorMessage, fromServer, message, skeletonHeader } from "./placeholders.js";
import { queryHeader } from "./query-header.js";
import { saveMenu } from "./save-menu.js";
import { settingsText } from "./settings-text.js";
import { countChanged, playlistParams, seedOf, similarParams, stateUrl } from "./state.js";

/**
 * @typedef {import("./types.js").Similar} Similar
 * @typedef {import("./types.js").Listed} Listed
 * @typedef {import("./types.js").Details} Details
 *
 * @typedef {object} Services
 * @property {import("./api.js").Api} api
 * @property {import("./router.js").Router} router
 * @property {import("./feedback.js").Feedback} feedback
 * @property {import("./types.js").ItemCache} itemCache
 * @property {() => Promise<import("./types.js").Described>} model
 * @property {() => Promise<number>} maxListeners  Listeners of the most popular item.
 * @property {(text: string) => void} announce  To a screen reader.
 * @property {(...said: import("./dom.js").Child[]) => void} report  To everyone, for some seconds.
 * @property {() => void} onModelChanged  Called when the server has replaced the model.
 * @property {() => void} onNamesLoaded  Called when the names of the seeds are in the cache.
 *
 * @typedef {object} Context
 * @property {Details[]} seeds
 * @property {number} maxListeners
 * @property {string[]} mixture
 */

const IMPRESSION_DELAY = 700; // milliseconds on the screen before a list counts as seen: a slider shows many in passing

export class ListsView {
  /** @param {HTMLElement} root @param {Services} services @param {HTMLElement} status  Whether feedback is saved. */
  constructor(root, services, status) {
    this.services = services;
    this.root = root;
    this.about = artistLink(services.router, services.itemCache);
    this.naive = new ListColumn("naive", text("lists.naive"), text("lists.naive.subtitle"));
    this.tigertail = new ListColumn("tigertail", "Tigertail", text("lists.tigertail.subtitle"), status);
    this.header = h("div", { class: "lists-header" });
    this.notices = h("div", { class: "notices", role: "status", "aria-live": "polite" });
    this.columns = h("div", { class: "columns" }, this.naive.element, this.tigertail.element);
    this.compareSwitch = h("button", { type: "button", class: "secondary compare", onclick: () => services.router.go({ compare: !services.router.state.compare }) }, text("lists.compare"));
    this.columnSwitch = this.#columnSwitch();
    this.saveMenu = saveMenu(() => this.listed && { ...this.listed, settings: settingsText(services.router.state) }, (format) => services.api.playlist(playlistParams(services.router.state), format), services.report);
    /** @type {Similar | null} */
    this.listed = null;
    refill(root, this.header, this.notices, h("div", { class: "list-tools" }, this.saveMenu, this.compareSwitch), this.columnSwitch, this.columns);
    this.#highlightInBoth();
    this.title = "";
    this.currentUrl = "";
    this.currentSeeds = "";
    /** @type {AbortController | null} */
    this.controller = null;
    /** @type {Set<string>} */
    this.hidden = new Set();
    /** @type {import("./impressions.js").TrackedList | null} */
    this.tracked = null;
    // A list opened in a background tab is seen when the tab is.
    document.addEventListener("visibilitychange", () => document.hidden || this.#trackImpressions());
    services.feedback.consent.addEventListener("change", () => this.#trackImpressions());
    this.loadSoon = debounce(() => this.#load(), 140);
  }

  /** Show the lists of the current state; an unchanged query is not loaded again. */
  update() {
    if (!this.#shown) return;
    const { state } = this.services.router;
    const url = stateUrl(state);
    if (url === this.currentUrl) { // back from another view
      setTitle(this.title);
      this.#trackImpressions();
      return;
    }
    const seeds = JSON.stringify(state.seeds);
    const sameSeeds = seeds === this.currentSeeds;
    this.#showComparison();
    this.currentUrl = url;
    this.currentSeeds = seeds;
    if (sameSeeds) {
      this.columns.classList.add("stale");
      this.loadSoon();
    } else {
      this.retry();
    }
  }

  /** @returns {boolean} Whether the page shows the lists: without seeds it shows the start page. */
  get #shown() {
    const { view, seeds } = this.services.router.state;
    return view === "lists" && seeds.length > 0;
  }

  /** Load the current query again. */
  retry() {
    this.#showLoading();
    this.#load();
  }

  /** Show one list or two. */
  #showComparison() {
    const { compare } = this.services.router.state;
    this.compareSwitch.setAttribute("aria-pressed", String(compare));
    this.naive.element.hidden = !compare;
    this.columnSwitch.hidden = !compare;
    this.root.classList.toggle("single", !compare);
    if (compare && !this.naive.body.childElementCount) this.naive.showLoading();
    if (!compare) this.columns.dataset.shown = "tigertail";
  }

  #showLoading() {
    this.root.classList.remove("failed");
    refill(this.header, skeletonHeader());
    refill(this.notices);
    this.naive.showLoading();
    this.tigertail.showLoading();
  }

  async #load() {
    const { api, router, feedback } = this.services;
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    const params = similarParams(router.state, feedback.recording ? feedback.listener : null);
    const tigertailRequest = api.similar(params.tigertail, controller.signal);
    const naiveRequest = this.#naiveRequest(params.naive, controller.signal);
    const known = this.#ofModel();
    const [naive, tigertail, seeds] = await Promise.allSettled([
      naiveRequest,
      tigertailRequest,
      this.#firstOf(tigertailRequest, naiveRequest).then((answer) => this.#loadDetails(answer.seeds, controller.signal)),
    ]);
    const [maxListeners, model] = await this.#ofThat(valueOf(seeds)?.[0]?.model, await known);
    if (controller !== this.controller || controller.signal.aborted) return;
    this.columns.classList.remove("stale");
    this.#showHeader(seeds);
    this.#showLists(naive, tigertail, {
      seeds: valueOf(seeds) ?? [],
      maxListeners: valueOf(maxListeners) ?? 1000,
      mixture: valueOf(model)?.mixture ?? [],
    });
  }

  /** @param {import("./types.js").Params} params @param {AbortSignal} signal @returns {Promise<Similar | null>} */
  #naiveRequest(params, signal) {
    const { api, router } = this.services;
    return router.state.compare ? api.similar(params, signal) : Promise.resolve(null);
  }

  /** What the page keeps of the model: listeners of its best known item, and its description. */
  #ofModel() {
    return Promise.allSettled([this.services.maxListeners(), this.services.model()]);
  }

  /**
   * The same of the model that answered, loaded anew if it has replaced the one that the page knew.
   *
   * @param {string | undefined} served
   * @param {[PromiseSettledResult<number>, PromiseSettledResult<import("./types.js").Described>]} known
   */
  #ofThat(served, known) {
    const shown = valueOf(known[1])?.version;
    if (!served || !shown || served === shown) return known;
    this.services.onModelChanged();
    return this.#ofModel();
  }

  /**
   * Either response resolves the seeds: the address may hold names.
   *
   * @param {Promise<Similar>} tigertail
   * @param {Promise<Similar | null>} naive
   * @returns {Promise<Similar>}
   */
  async #firstOf(tigertail, naive) {
    try {
      return await tigertail;
    } catch (error) {
      const other = await naive;
      if (other) return other;
      throw error;
    }
  }

  /** @param {import("./types.js").Item[]} items @param {AbortSignal} signal @returns {Promise<Details[]>} */
  #loadDetails(items, signal) {
    const { api, router, itemCache } = this.services;
    const { seeds } = router.state;
    for (const [index, item] of items.entries()) itemCache.set(seeds[index], item).set(seedOf(item.id), item);
    return Promise.all(items.map((item) => api.item(item.id, signal)));
  }

  /** @param {PromiseSettledResult<Details[]>} seeds */
  #showHeader(seeds) {
    if (seeds.status === "rejected") {
      refill(this.header);
      return;
    }
    refill(this.header, queryHeader(seeds.value, this.about));
    this.title = formatList(seeds.value.map(fullName));
    if (this.#shown) setTitle(this.title); // else another view, opened meanwhile, has named the window
    this.services.onNamesLoaded();
  }

  /**
   * @param {PromiseSettledResult<Similar | null>} naive  Null where the lists are not compared.
   * @param {PromiseSettledResult<Similar>} tigertail
   * @param {Context} context
   */
  #showLists(naive, tigertail, context) {
    const { feedback, router, announce } = this.services;
    const naiveItems = itemsOf(naive);
    const items = itemsOf(tigertail);
    const notices = valueOf(tigertail)?.notices ?? [];
    refill(this.notices, ...notices.map((notice) => h("p", { class: "notice", ...fromServer }, `${capitalize(notice)}.`)));
    this.listed = valueOf(tigertail);
    this.tracked = tigertail.status === "fulfilled" && items.length ? feedback.track(tigertail.value, router.state.country) : null;
    if (tigertail.status === "rejected" && !valueOf(naive)) {
      this.#showError(tigertail.reason);
      return;
    }
    this.root.classList.remove("failed");
    if (router.state.compare) this.#showNaive(naive, items, context);
    this.#showTigertail(tigertail, naiveItems, context);
    this.#trackImpressions();
    const texts = [...listText("Tigertail", items), ...(router.state.compare ? listText(text("lists.naive"), naiveItems) : [])];
    if (items.length) announce(texts.join(" "));
  }

  /** @param {PromiseSettledResult<Similar | null>} result @param {Listed[]} others @param {Context} context */
  #showNaive(result, others, { seeds, maxListeners }) {
    if (result.status === "rejected") return this.#showColumnError(this.naive, result.reason);
    const items = itemsOf(result);
    if (!items.length) return this.naive.showMessage(this.#noNaiveList(seeds));
    const actions = { ...this.#rowActions(), record: undefined, rating: undefined };
    return this.naive.showItems(items, { otherRanks: ranksOf(others), otherTitle: "Tigertail", maxListeners, actions, hidden: new Set(), legend: null });
  }

  /** @param {PromiseSettledResult<Similar>} result @param {Listed[]} others @param {Context} context */
  #showTigertail(result, others, { maxListeners, mixture }) {
    if (result.status === "rejected") return this.#showColumnError(this.tigertail, result.reason);
    const { items } = result.value;
    if (!items.length) return this.tigertail.showMessage(this.#noList());
    return this.tigertail.showItems(items, { otherRanks: ranksOf(others), otherTitle: text("lists.naive"), maxListeners, actions: this.#rowActions(), hidden: this.hidden, legend: signalLegend(items, mixture) });
  }

  /** Neither list could be loaded: show the reason once. @param {unknown} reason */
  #showError(reason) {
    if (isAbort(reason)) return;
    this.currentUrl = "";
    this.root.classList.add("failed");
    refill(this.header, h("div", { class: "page" }, h("h1", {}, text("page.lists")), this.#errorMessage(reason)));
  }

  /** @param {ListColumn} column @param {unknown} reason */
  #showColumnError(column, reason) {
    if (isAbort(reason)) return;
    column.showMessage(this.#errorMessage(reason));
    this.currentUrl = ""; // the next visit loads again
  }

  /** @param {unknown} reason */
  #errorMessage(reason) {
    return errorMessage(reason, { retry: () => this.retry(), suggestionUrl: (name) => this.services.router.link({ seeds: [name] }) });
  }

  /** @param {Details[]} seeds */
  #noNaiveList(seeds) {
    if (seeds.length && seeds.every((seed) => seed.listeners === 0)) {
      return message(
        text("naive.cold", { n: seeds.length }),
        text("naive.cold.reason"),
      );
    }
    return message(text("naive.none"), text(this.#filtered() ? "lists.excluded" : "naive.noData"));
  }

  #noList() {
    return message(text("lists.noResults"), text(this.#filtered() ? "lists.excluded" : "lists.noData"));
  }

  #filtered() {
    return countChanged(this.services.router.state) > 0;
  }

  /** @returns {import("./list-row.js").RowActions} */
  #rowActions() {
    const { router, itemCache } = this.services;
    return {
      link: (item) => router.link({ seeds: [seedOf(item.id)] }),
      query: (item) => {
        itemCache.set(seedOf(item.id), item);
        router.go({ seeds: [seedOf(item.id)] });
        scrollTo({ top: 0 });
        document.getElementById("main")?.focus({ preventScroll: true });
      },
      about: this.about,
      add: (item) => {
        const seed = seedOf(item.id);
        itemCache.set(seed, item);
        if (!router.state.seeds.some((one) => itemCache.get(one)?.id === item.id)) router.go({ seeds: [...router.state.seeds, seed] });
      },
      record: (action, item) => this.tracked?.recordAction(action, item),
      rating: (item) => this.tracked?.rating(item) ?? null,
    };
  }

  /** Record the impressions once the list has been in sight for a while. */
  #trackImpressions() {
    const { tracked } = this;
    if (!tracked) return;
    setTimeout(() => {
      if (tracked === this.tracked && this.#shown && !document.hidden) tracked.recordImpressions();
    }, IMPRESSION_DELAY);
  }

  /** A phone shows one list at a time. */
  #columnSwitch() {
    const choose = (/** @type {"naive" | "tigertail"} */ kind) => {
      this.columns.dataset.shown = kind;
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
    };
    const buttons = /** @type {const} */ (["naive", "tigertail"]).map((kind) =>
      h("button", { type: "button", dataset: { kind }, onclick: () => choose(kind) }, kind === "tigertail" ? "Tigertail" : text("lists.naive")),
    );
    choose("tigertail");
    return h("div", { class: "switch", role: "group", "aria-label": text("lists.which") }, ...buttons);
  }

  /** Highlight an item in both lists while the pointer or the focus is on it. */
  #highlightInBoth() {
    const highlight = (/** @type {Event} */ event, /** @type {boolean} */ on) => {
      const id = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-id]"))?.dataset.id;
      for (const element of this.columns.querySelectorAll(".highlighted")) element.classList.remove("highlighted");
      if (!on || !id) return;
      for (const element of this.columns.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)) element.classList.add("highlighted");
    };
    this.columns.addEventListener("pointerover", (event) => highlight(event, true));
    this.columns.addEventListener("pointerleave", (event) => highlight(event, false));
    this.columns.addEventListener("focusin", (event) => highlight(event, true));
  }
}

/**
 * @template T
 * @param {PromiseSettledResult<T>} result
 * @returns {T | null}
 */
const valueOf = (result) => (result.status === "fulfilled" ? result.value : null);

/** @param {PromiseSettledResult<Similar | null>} result @returns {Listed[]} */
const itemsOf = (result) => valueOf(result)?.items ?? [];

/** @param {string} title @param {Listed[]} items @returns {string[]} The list in one sentence. */
const listText = (title, items) => [text("lists.spoken", { list: title, summary: items.length ? summaryText(items) : text("lists.none") })];

/** @param {Listed[]} items @returns {Map<string, number>} */
const ranksOf = (items) => new Map(items.map((item) => [item.id, item.rank]));
