/** Naive CF beside Tigertail: one question, two answers. */

import { isAbort } from "./api.js";
import { ListColumn } from "./list-column.js";
import { h, refill, settled } from "./dom.js";
import { message, skeletonHeader, errorMessage } from "./placeholders.js";
import { queryHeader } from "./query-header.js";
import { stateUrl, similarParams, isCustomised } from "./state.js";
import { summaryText } from "./list-summary.js";
import { signalLegend } from "./explanation.js";
import { capitalize } from "./format.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Listed} Listed
 * @typedef {import("./types.js").Described} Described
 *
 * @typedef {object} Parts
 * @property {import("./api.js").Api} api
 * @property {import("./state.js").Router} router
 * @property {import("./feedback.js").Feedback} feedback
 * @property {Map<string, import("./types.js").Item>} itemCache
 * @property {() => Promise<import("./types.js").ModelCard>} model
 * @property {() => Promise<number>} maxListeners  Listeners of the most heard item.
 * @property {(text: string) => void} announce
 * @property {() => void} onModelChanged  Called when another model has taken the place of the one that was described.
 * @property {() => void} onNamesLoaded  Called when the names of the seeds have come.
 */

const IMPRESSION_DELAY = 700; // milliseconds a list must stand before it counts as seen: a slider draws many in passing

export class ListsView {
  /** @param {HTMLElement} root @param {Parts} parts @param {HTMLElement} saved  The state of the feedback. */
  constructor(root, parts, saved) {
    this.parts = parts;
    this.root = root;
    this.naive = new ListColumn("naive", "Naive CF", "cosine of the factors, as most would build it");
    this.tigertail = new ListColumn("ours", "Tigertail", "all signals, weighed by how well the artist is known", saved);
    this.head = h("div", { class: "asked-head" });
    this.notices = h("div", { class: "notices", role: "status", "aria-live": "polite" });
    this.columns = h("div", { class: "columns" }, this.naive.element, this.tigertail.element);
    refill(root, this.head, this.notices, this.#phoneSwitch(), this.columns);
    this.#highlightInBoth();
    this.currentUrl = "";
    this.currentSeeds = "";
    /** @type {AbortController | null} */
    this.controller = null;
    /** @type {Set<string>} */
    this.hidden = new Set();
    /** @type {import("./impressions.js").TrackedList | null} */
    this.tracked = null;
    // A list opened in a tab behind others is seen when the tab is.
    document.addEventListener("visibilitychange", () => document.hidden || this.#trackImpressions());
    this.loadSoon = settled(() => this.#load(), 140);
  }

  /** Follow the address; nothing is asked twice. */
  update() {
    const { state } = this.parts.router;
    const asked = stateUrl({ ...state, view: "lists" });
    if (!state.seeds.length || state.view !== "lists") return;
    if (asked === this.currentUrl) {
      this.#trackImpressions(); // back from another view
      return;
    }
    const seeds = JSON.stringify(state.seeds);
    const others = seeds !== this.currentSeeds;
    this.currentUrl = asked;
    this.currentSeeds = seeds;
    if (others) this.#showLoading();
    else this.columns.classList.add("stale");
    if (others) this.#load();
    else this.loadSoon();
  }

  /** Ask the same again. */
  retry() {
    this.#showLoading();
    this.#load();
  }

  #showLoading() {
    this.root.classList.remove("failed");
    refill(this.head, skeletonHeader());
    refill(this.notices);
    this.naive.showLoading();
    this.tigertail.showLoading();
  }

  async #load() {
    const { api, router: place } = this.parts;
    const { state } = place;
    this.controller?.abort();
    const asking = new AbortController();
    this.controller = asking;
    const asked = similarParams(state, this.parts.feedback.listener);
    const theirs = api.get("similar", asked.naive, asking.signal);
    const own = api.get("similar", asked.tigertail, asking.signal);
    const [naive, ours, seeds, most, card] = await Promise.allSettled([
      theirs,
      own,
      // Who is meant is in either answer: an address may call an artist by name.
      own.catch(() => theirs).then((answer) => this.#loadDetails(answer.seeds, asking.signal)),
      this.parts.maxListeners(),
      this.parts.model(),
    ]);
    if (asking !== this.controller || asking.signal.aborted) return;
    this.columns.classList.remove("stale");
    this.#showHeader(seeds);
    this.#showLists(naive, ours, {
      seeds: seeds.status === "fulfilled" ? seeds.value : [],
      most: most.status === "fulfilled" ? most.value : 1000,
      parts: card.status === "fulfilled" ? card.value.mixture : [],
    });
    if (naive.status === "fulfilled" && card.status === "fulfilled" && naive.value.model !== card.value.version) this.parts.onModelChanged();
  }

  /** @param {import("./types.js").Item[]} items @param {AbortSignal} signal @returns {Promise<Described[]>} */
  #loadDetails(items, signal) {
    const { seeds } = this.parts.router.state;
    for (const [at, item] of items.entries()) this.parts.itemCache.set(seeds[at], item).set(item.id, item);
    return Promise.all(items.map((item) => this.parts.api.get(`items/${encodeURIComponent(item.id)}`, [], signal)));
  }

  /** @param {PromiseSettledResult<Described[]>} seeds */
  #showHeader(seeds) {
    if (seeds.status === "rejected") {
      refill(this.head);
      return;
    }
    refill(this.head, queryHeader(seeds.value));
    document.title = `${seeds.value.map((seed) => seed.name).join(", ")} · Tigertail`;
    this.parts.onNamesLoaded();
  }

  /**
   * @param {PromiseSettledResult<Answer>} naive
   * @param {PromiseSettledResult<Answer>} ours
   * @param {{seeds: Described[], most: number, parts: string[]}} context
   */
  #showLists(naive, ours, context) {
    const theirs = naive.status === "fulfilled" ? naive.value.items : [];
    const own = ours.status === "fulfilled" ? ours.value.items : [];
    refill(this.notices, ...(ours.status === "fulfilled" ? ours.value.notices : []).map((text) => h("p", { class: "notice" }, `${capitalize(text)}.`)));
    this.tracked = ours.status === "fulfilled" && own.length ? this.parts.feedback.track(ours.value, this.parts.router.state.country) : null;
    if (naive.status === "rejected" && ours.status === "rejected") return this.#showError(ours.reason);
    this.root.classList.remove("failed");
    const acts = this.#rowActions();
    if (naive.status === "rejected") this.#showColumnError(this.naive, naive.reason);
    else if (!theirs.length) this.naive.showMessage(this.#noNaiveList(context.seeds));
    else this.naive.showItems(theirs, ranksOf(own), "Tigertail", context.most, { ...acts, giveFeedback: undefined, feedbackOn: undefined }, new Set(), null);
    if (ours.status === "rejected") this.#showColumnError(this.tigertail, ours.reason);
    else if (!own.length) this.tigertail.showMessage(this.#noList());
    else this.tigertail.showItems(own, ranksOf(theirs), "naive CF", context.most, acts, this.hidden, signalLegend(signalsOf(own, context.parts)));
    this.#trackImpressions();
    if (own.length) this.parts.announce(`Tigertail: ${summaryText(own)}. Naive CF: ${theirs.length ? summaryText(theirs) : "silent"}.`);
  }

  /** Neither list: say why once. @param {unknown} reason */
  #showError(reason) {
    if (isAbort(reason)) return;
    this.currentUrl = "";
    this.root.classList.add("failed");
    refill(this.head, errorMessage(reason, { retry: () => this.retry(), suggestionUrl: (name) => this.parts.router.link({ seeds: [name] }) }));
  }

  /** @param {ListColumn} column @param {unknown} reason */
  #showColumnError(column, reason) {
    if (isAbort(reason)) return;
    column.showMessage(errorMessage(reason, { retry: () => this.retry(), suggestionUrl: (name) => this.parts.router.link({ seeds: [name] }) }));
    this.currentUrl = ""; // the next visit asks anew
  }

  /** @param {Described[]} seeds */
  #noNaiveList(seeds) {
    if (seeds.length && seeds.every((seed) => seed.listeners === 0)) {
      const them = seeds.length === 1 ? "it" : "any of these";
      return message("Naive CF is silent: nobody has played it.", `Where nobody has played ${them} there is nothing to count. What people say, how it sounds, pages and playlists still know something.`);
    }
    return message("Naive CF has no answer here.", isCustomised(this.parts.router.state) ? "Perhaps nothing it knows may be listed: look at the dials." : "It does not know this one.");
  }

  #noList() {
    return message("No answer.", isCustomised(this.parts.router.state) ? "Nothing that may be listed is known: turn a dial back, or reset them." : "No signal knows this one.");
  }

  /** @returns {import("./list-row.js").RowActions} */
  #rowActions() {
    const { router: place, itemCache: known } = this.parts;
    return {
      link: (item) => place.link({ seeds: [item.id] }),
      query: (item) => {
        known.set(item.id, item);
        place.go({ seeds: [item.id] });
        scrollTo({ top: 0 });
        document.getElementById("main")?.focus({ preventScroll: true });
      },
      add: (item) => {
        known.set(item.id, item);
        if (!place.state.seeds.includes(item.id)) place.go({ seeds: [...place.state.seeds, item.id] });
      },
      giveFeedback: (kind, item) => this.tracked?.recordAction(kind, item),
      feedbackOn: (item) => this.tracked?.feedbackOn(item) ?? null,
    };
  }

  /** Count the list as seen once it has stood a while, and is not behind another window. */
  #trackImpressions() {
    const { tracked: shown } = this;
    if (!shown) return;
    setTimeout(() => {
      if (shown === this.tracked && this.parts.router.state.view === "lists" && !document.hidden) shown.recordImpressions();
    }, IMPRESSION_DELAY);
  }

  /** On a phone one list at a time. */
  #phoneSwitch() {
    const choose = (/** @type {"naive" | "ours"} */ kind) => {
      this.columns.dataset.shown = kind;
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
    };
    const buttons = /** @type {const} */ (["naive", "ours"]).map((kind) =>
      h("button", { type: "button", dataset: { kind }, onclick: () => choose(kind) }, kind === "ours" ? "Tigertail" : "Naive CF"),
    );
    choose("ours");
    return h("div", { class: "switch", role: "group", "aria-label": "Which list" }, ...buttons);
  }

  /** Point at an item here, and see it there. */
  #highlightInBoth() {
    const light = (/** @type {Event} */ event, /** @type {boolean} */ on) => {
      const id = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-id]"))?.dataset.id;
      for (const old of this.columns.querySelectorAll(".lit")) old.classList.remove("lit");
      if (!on || !id) return;
      for (const one of this.columns.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)) one.classList.add("lit");
    };
    this.columns.addEventListener("pointerover", (event) => light(event, true));
    this.columns.addEventListener("pointerleave", (event) => light(event, false));
    this.columns.addEventListener("focusin", (event) => light(event, true));
  }
}

/** @param {Listed[]} items @returns {Map<string, number>} */
const ranksOf = (items) => new Map(items.map((item) => [item.id, item.rank]));

/** @param {Listed[]} items @param {string[]} parts  In the order of the model. */
function signalsOf(items, parts) {
  const seen = new Set(items.flatMap((item) => (item.why ?? []).flatMap((one) => (one.signal && one.share >= 0.005 ? [one.signal] : []))));
  return [...parts.filter((signal) => seen.has(signal)), ...[...seen].filter((signal) => !parts.includes(signal))];
}
