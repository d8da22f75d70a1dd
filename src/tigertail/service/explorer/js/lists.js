/** Naive CF beside Tigertail: one question, two answers. */

import { givenUp } from "./api.js";
import { Column } from "./column.js";
import { h, refill, settled } from "./dom.js";
import { note, skeletonHead, trouble } from "./notes.js";
import { seedsHead } from "./seeds.js";
import { address, questions, turned } from "./state.js";
import { inWords } from "./summary.js";
import { legend } from "./why.js";
import { capital } from "./words.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Listed} Listed
 * @typedef {import("./types.js").Described} Described
 *
 * @typedef {object} Parts
 * @property {import("./api.js").Api} api
 * @property {import("./state.js").Place} place
 * @property {import("./feedback.js").Feedback} feedback
 * @property {Map<string, import("./types.js").Item>} known
 * @property {() => Promise<import("./types.js").ModelCard>} model
 * @property {() => Promise<number>} most  Listeners of the most heard item.
 * @property {(text: string) => void} say
 * @property {() => void} renewed  Called when another model has taken the place of the one that was described.
 * @property {() => void} named  Called when the names of the seeds have come.
 */

const DWELL = 700; // milliseconds a list must stand before it counts as seen: a slider draws many in passing

export class Lists {
  /** @param {HTMLElement} root @param {Parts} parts @param {HTMLElement} saved  The state of the feedback. */
  constructor(root, parts, saved) {
    this.parts = parts;
    this.root = root;
    this.naive = new Column("naive", "Naive CF", "cosine of the factors, as most would build it");
    this.ours = new Column("ours", "Tigertail", "all signals, weighed by how well the artist is known", saved);
    this.head = h("div", { class: "asked-head" });
    this.notices = h("div", { class: "notices", role: "status", "aria-live": "polite" });
    this.columns = h("div", { class: "columns" }, this.naive.element, this.ours.element);
    refill(root, this.head, this.notices, this.#phoneSwitch(), this.columns);
    this.#twins();
    this.asked = "";
    this.seeds = "";
    /** @type {AbortController | null} */
    this.asking = null;
    /** @type {Set<string>} */
    this.hidden = new Set();
    /** @type {import("./shown.js").ShownList | null} */
    this.shown = null;
    // A list opened in a tab behind others is seen when the tab is.
    document.addEventListener("visibilitychange", () => document.hidden || this.#count());
    this.ask = settled(() => this.#ask(), 140);
  }

  /** Follow the address; nothing is asked twice. */
  follow() {
    const { state } = this.parts.place;
    const asked = address({ ...state, view: "lists" });
    if (!state.seeds.length || state.view !== "lists") return;
    if (asked === this.asked) {
      this.#count(); // back from another view
      return;
    }
    const seeds = JSON.stringify(state.seeds);
    const others = seeds !== this.seeds;
    this.asked = asked;
    this.seeds = seeds;
    if (others) this.#wait();
    else this.columns.classList.add("stale");
    if (others) this.#ask();
    else this.ask();
  }

  /** Ask the same again. */
  again() {
    this.#wait();
    this.#ask();
  }

  #wait() {
    this.root.classList.remove("failed");
    refill(this.head, skeletonHead());
    refill(this.notices);
    this.naive.wait();
    this.ours.wait();
  }

  async #ask() {
    const { api, place } = this.parts;
    const { state } = place;
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const asked = questions(state, this.parts.feedback.listener);
    const theirs = api.get("similar", asked.naive, asking.signal);
    const own = api.get("similar", asked.ours, asking.signal);
    const [naive, ours, seeds, most, card] = await Promise.allSettled([
      theirs,
      own,
      // Who is meant is in either answer: an address may call an artist by name.
      own.catch(() => theirs).then((answer) => this.#describe(answer.seeds, asking.signal)),
      this.parts.most(),
      this.parts.model(),
    ]);
    if (asking !== this.asking || asking.signal.aborted) return;
    this.columns.classList.remove("stale");
    this.#headline(seeds);
    this.#show(naive, ours, {
      seeds: seeds.status === "fulfilled" ? seeds.value : [],
      most: most.status === "fulfilled" ? most.value : 1000,
      parts: card.status === "fulfilled" ? card.value.mixture : [],
    });
    if (naive.status === "fulfilled" && card.status === "fulfilled" && naive.value.model !== card.value.version) this.parts.renewed();
  }

  /** @param {import("./types.js").Item[]} items @param {AbortSignal} signal @returns {Promise<Described[]>} */
  #describe(items, signal) {
    const { seeds } = this.parts.place.state;
    for (const [at, item] of items.entries()) this.parts.known.set(seeds[at], item).set(item.id, item);
    return Promise.all(items.map((item) => this.parts.api.get(`items/${encodeURIComponent(item.id)}`, [], signal)));
  }

  /** @param {PromiseSettledResult<Described[]>} seeds */
  #headline(seeds) {
    if (seeds.status === "rejected") {
      refill(this.head);
      return;
    }
    refill(this.head, seedsHead(seeds.value));
    document.title = `${seeds.value.map((seed) => seed.name).join(", ")} · Tigertail`;
    this.parts.named();
  }

  /**
   * @param {PromiseSettledResult<Answer>} naive
   * @param {PromiseSettledResult<Answer>} ours
   * @param {{seeds: Described[], most: number, parts: string[]}} context
   */
  #show(naive, ours, context) {
    const theirs = naive.status === "fulfilled" ? naive.value.items : [];
    const own = ours.status === "fulfilled" ? ours.value.items : [];
    refill(this.notices, ...(ours.status === "fulfilled" ? ours.value.notices : []).map((text) => h("p", { class: "notice" }, `${capital(text)}.`)));
    this.shown = ours.status === "fulfilled" && own.length ? this.parts.feedback.shown(ours.value, this.parts.place.state.country) : null;
    if (naive.status === "rejected" && ours.status === "rejected") return this.#failWhole(ours.reason);
    this.root.classList.remove("failed");
    const acts = this.#acts();
    if (naive.status === "rejected") this.#fail(this.naive, naive.reason);
    else if (!theirs.length) this.naive.tell(this.#silence(context.seeds));
    else this.naive.show(theirs, ranks(own), "Tigertail", context.most, { ...acts, say: undefined, said: undefined }, new Set(), null);
    if (ours.status === "rejected") this.#fail(this.ours, ours.reason);
    else if (!own.length) this.ours.tell(this.#nothing());
    else this.ours.show(own, ranks(theirs), "naive CF", context.most, acts, this.hidden, legend(carriersOf(own, context.parts)));
    this.#count();
    if (own.length) this.parts.say(`Tigertail: ${inWords(own)}. Naive CF: ${theirs.length ? inWords(theirs) : "silent"}.`);
  }

  /** Neither list: say why once. @param {unknown} reason */
  #failWhole(reason) {
    if (givenUp(reason)) return;
    this.asked = "";
    this.root.classList.add("failed");
    refill(this.head, trouble(reason, { again: () => this.again(), suggest: (name) => this.parts.place.link({ seeds: [name] }) }));
  }

  /** @param {Column} column @param {unknown} reason */
  #fail(column, reason) {
    if (givenUp(reason)) return;
    column.tell(trouble(reason, { again: () => this.again(), suggest: (name) => this.parts.place.link({ seeds: [name] }) }));
    this.asked = ""; // the next visit asks anew
  }

  /** @param {Described[]} seeds */
  #silence(seeds) {
    if (seeds.length && seeds.every((seed) => seed.listeners === 0)) {
      const them = seeds.length === 1 ? "it" : "any of these";
      return note("Naive CF is silent: nobody has played it.", `Where nobody has played ${them} there is nothing to count. What people say, how it sounds, pages and playlists still know something.`);
    }
    return note("Naive CF has no answer here.", turned(this.parts.place.state) ? "Perhaps nothing it knows may be listed: look at the dials." : "It does not know this one.");
  }

  #nothing() {
    return note("No answer.", turned(this.parts.place.state) ? "Nothing that may be listed is known: turn a dial back, or reset them." : "No signal knows this one.");
  }

  /** @returns {import("./row.js").Acts} */
  #acts() {
    const { place, known } = this.parts;
    return {
      link: (item) => place.link({ seeds: [item.id] }),
      ask: (item) => {
        known.set(item.id, item);
        place.go({ seeds: [item.id] });
        scrollTo({ top: 0 });
        document.getElementById("main")?.focus({ preventScroll: true });
      },
      add: (item) => {
        known.set(item.id, item);
        if (!place.state.seeds.includes(item.id)) place.go({ seeds: [...place.state.seeds, item.id] });
      },
      say: (kind, item) => this.shown?.act(kind, item),
      said: (item) => this.shown?.said(item) ?? null,
    };
  }

  /** Count the list as seen once it has stood a while, and is not behind another window. */
  #count() {
    const { shown } = this;
    if (!shown) return;
    setTimeout(() => {
      if (shown === this.shown && this.parts.place.state.view === "lists" && !document.hidden) shown.impress();
    }, DWELL);
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
  #twins() {
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
const ranks = (items) => new Map(items.map((item) => [item.id, item.rank]));

/** @param {Listed[]} items @param {string[]} parts  In the order of the model. */
function carriersOf(items, parts) {
  const seen = new Set(items.flatMap((item) => (item.why ?? []).flatMap((one) => (one.signal && one.share >= 0.005 ? [one.signal] : []))));
  return [...parts.filter((signal) => seen.has(signal)), ...[...seen].filter((signal) => !parts.includes(signal))];
}
