/** A list on the screen, and the events that come of it. */

import { uuid } from "./kept.js";

/** @typedef {import("./types.js").Listed} Listed */

/** A list that was shown: its impressions, once, and what was done with it. */
export class ShownList {
  #impressed = false;
  #listener = "";
  /** @type {Map<string, "like" | "dislike">} */
  #said = new Map();

  /** @param {import("./feedback.js").Feedback} feedback @param {import("./types.js").Answer} answer @param {string | null} country */
  constructor(feedback, answer, country) {
    this.feedback = feedback;
    this.answer = answer;
    this.country = country && /^[A-Z]{2}$/.test(country) ? country : null; // a region is no listener's country
    this.id = uuid();
  }

  /** Tell that the list was seen; a second time it tells nothing. */
  impress() {
    const { listener } = this.feedback;
    if (this.#impressed && this.#listener === listener) return;
    if (this.#impressed) this.id = uuid(); // seen by somebody else now, whom nothing ties to who it was
    this.#impressed = true;
    this.#listener = listener;
    this.feedback.note(this.answer.items.map((item) => this.#event("impression", item)));
  }

  /** @param {"like" | "dislike" | "hide"} kind @param {Listed} item */
  act(kind, item) {
    if (this.#said.get(item.id) === kind) return; // said is said
    if (kind !== "hide") this.#said.set(item.id, kind);
    this.impress(); // what is acted on was seen
    this.feedback.note([this.#event(kind, item)]);
  }

  /** @param {Listed} item */
  said(item) {
    return this.#said.get(item.id) ?? null;
  }

  /** @param {import("./feedback.js").Kind} kind @param {Listed} item @returns {import("./feedback.js").Event_} */
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
