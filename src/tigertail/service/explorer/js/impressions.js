/** The feedback events of one list on the screen. */

import { uuid } from "./uuid.js";

/**
 * @typedef {import("./types.js").Listed} Listed
 * @typedef {import("./types.js").Action} Action
 */

/** Records the impressions of a list once, and what the listener does with its items. */
export class TrackedList {
  #recorded = false;
  #listener = "";
  /** @type {Map<string, "like" | "dislike">} */
  #ratings = new Map();

  /** @param {import("./feedback.js").Feedback} feedback @param {import("./types.js").Similar} answer @param {string | null} country */
  constructor(feedback, answer, country) {
    this.feedback = feedback;
    this.answer = answer;
    this.country = country && /^[A-Z]{2}$/.test(country) ? country : null; // a region is not the country of a listener
    this.id = uuid();
  }

  /** Record that the list was seen; again only for another listener. */
  recordImpressions() {
    if (!this.feedback.recording) return;
    const { listener } = this.feedback;
    if (this.#recorded && this.#listener === listener) return;
    if (this.#recorded) this.id = uuid(); // the same list id would link the new listener to the former one
    this.#recorded = true;
    this.#listener = listener;
    this.feedback.enqueue(this.answer.items.map((item) => this.#event("impression", item)));
  }

  /** @param {Action} action @param {Listed} item */
  recordAction(action, item) {
    if (this.#ratings.get(item.id) === action) return;
    if (action !== "hide") this.#ratings.set(item.id, action);
    this.feedback.whenAllowed(() => {
      this.recordImpressions(); // an item with an action was seen
      this.feedback.enqueue([this.#event(action, item)]);
    });
  }

  /** @param {Listed} item @returns {"like" | "dislike" | null} */
  rating(item) {
    return this.#ratings.get(item.id) ?? null;
  }

  /** @param {"impression" | Action} kind @param {Listed} item @returns {import("./types.js").FeedbackEvent} */
  #event(kind, item) {
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
      at: new Date().toISOString(),
    };
  }
}
