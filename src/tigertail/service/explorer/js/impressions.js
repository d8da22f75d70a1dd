/** A list on the screen, and the events that come of it. */

import { uuid } from "./storage.js";

/** @typedef {import("./types.js").Listed} Listed */

/** A list that was shown: its impressions, once, and what was done with it. */
export class TrackedList {
  #recorded = false;
  #listener = "";
  /** @type {Map<string, "like" | "dislike">} */
  #sent = new Map();

  /** @param {import("./feedback.js").Feedback} feedback @param {import("./types.js").Answer} answer @param {string | null} country */
  constructor(feedback, answer, country) {
    this.feedback = feedback;
    this.answer = answer;
    this.country = country && /^[A-Z]{2}$/.test(country) ? country : null; // a region is no listener's country
    this.id = uuid();
  }

  /** Tell that the list was seen; a second time it tells nothing. */
  recordImpressions() {
    const { listener } = this.feedback;
    if (this.#recorded && this.#listener === listener) return;
    if (this.#recorded) this.id = uuid(); // seen by somebody else now, whom nothing ties to who it was
    this.#recorded = true;
    this.#listener = listener;
    this.feedback.enqueue(this.answer.items.map((item) => this.#event("impression", item)));
  }

  /** @param {"like" | "dislike" | "hide"} kind @param {Listed} item */
  recordAction(kind, item) {
    if (this.#sent.get(item.id) === kind) return; // said is said
    if (kind !== "hide") this.#sent.set(item.id, kind);
    this.recordImpressions(); // what is acted on was seen
    this.feedback.enqueue([this.#event(kind, item)]);
  }

  /** @param {Listed} item */
  feedbackOn(item) {
    return this.#sent.get(item.id) ?? null;
  }

  /** @param {import("./feedback.js").FeedbackKind} kind @param {Listed} item @returns {import("./feedback.js").FeedbackEvent} */
  #event(kind, item) {
    return {
      event_id: uuid(),
      kind,
      query: this.answer.seeds[0].id,
      item: item.id,
      rank: item.rank,
      model: item.model ?? this.answer.model,
      list_id: this.id,
      listener: this.feedback.listener,
      country: this.country,
      at: new Date().toISOString(),
    };
  }
}
