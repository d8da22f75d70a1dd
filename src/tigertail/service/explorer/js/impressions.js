/** The feedback events of one list on the screen. */

import { uuid } from "./uuid.js";

/**
 * @typedef {import("./types.js").Listed} Listed
 * @typedef {import("./types.js").Action} Action
 */

/** Records the impressions of a list once, and what the listener does with its items. */
export class TrackedList {
  /** @type {string | null} The listener that the list is recorded for. */
  #listener = null;
  /** @type {Map<string, "like" | "dislike">} */
  #ratings = new Map();
  /** @type {Map<string, "like" | "dislike">} Those that are recorded for the listener. */
  #recordedRatings = new Map();

  /** @param {import("./feedback.js").Feedback} feedback @param {import("./types.js").Similar} answer @param {string | null} country */
  constructor(feedback, answer, country) {
    this.feedback = feedback;
    this.answer = answer;
    this.country = country && /^[A-Z]{2}$/.test(country) ? country : null; // a region is not the country of a listener
    this.id = uuid();
  }

  /** Record that the list was seen; again only for another listener. @param {string} [at] */
  recordImpressions(at = now()) {
    if (!this.feedback.recording) return;
    const { listener } = this.feedback;
    if (this.#listener === listener) return;
    if (this.#listener) this.id = uuid(); // the same list id would link the new listener to the former one
    this.#listener = listener;
    this.#recordedRatings.clear();
    this.feedback.enqueue(this.answer.items.map((item) => this.#event("impression", item, at)));
  }

  /** @param {Action} action @param {Listed} item */
  recordAction(action, item) {
    const at = now(); // it may be allowed later
    if (action !== "hide") this.#ratings.set(item.id, action);
    this.feedback.whenAllowed(() => {
      this.recordImpressions(at); // an item with an action was seen
      if (this.#recordedRatings.get(item.id) === action) return;
      if (action !== "hide") this.#recordedRatings.set(item.id, action);
      this.feedback.enqueue([this.#event(action, item, at)]);
    });
  }

  /** @param {Listed} item @returns {"like" | "dislike" | null} */
  rating(item) {
    return this.#ratings.get(item.id) ?? null;
  }

  /** @param {"impression" | Action} kind @param {Listed} item @param {string} at @returns {import("./types.js").FeedbackEvent} */
  #event(kind, item, at) {
    return {
      event_id: uuid(),
      kind,
      query: this.answer.seeds[0].id,
      item: item.id,
      rank: item.rank,
      model: item.model,
      list_id: this.id,
      listener: this.feedback.listener,
      country: this.country,
      at,
    };
  }
}

const now = () => new Date().toISOString();
