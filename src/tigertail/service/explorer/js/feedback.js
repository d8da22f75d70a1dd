/**
 * What the listener says back. An event is written into this browser first and taken out when the server has
 * acknowledged it; sent again it has the same id, by which the server knows it. So nothing is lost and nothing counted twice.
 */

import { Problem } from "./api.js";
import { keep, kept, uuid } from "./kept.js";

const QUEUE = "tigertail.feedback";
const LISTENER = "tigertail.listener";
const BATCH = 200;
const BEACON = 100; // browsers let a request of 64 KiB outlive its page
const SOON = 250;
const PATIENCE = [2, 5, 15, 60, 300]; // seconds between attempts
const LATER = new Set([0, 401, 403, 408, 425, 429]); // and all above 500: worth another attempt

/**
 * @typedef {import("./types.js").Listed} Listed
 * @typedef {"impression" | "like" | "dislike" | "hide"} Kind
 *
 * @typedef {object} Event_
 * @property {string} event_id
 * @property {Kind} kind
 * @property {string} query
 * @property {string} item
 * @property {number} rank
 * @property {string} model
 * @property {string} list_id
 * @property {string} listener
 * @property {string | null} country
 * @property {string} at
 */

/** Emits "change" whenever :attr:`waiting` or :attr:`trouble` does. */
export class Feedback extends EventTarget {
  /** @param {import("./api.js").Api} api */
  constructor(api) {
    super();
    this.api = api;
    /** @type {Event_[]} */
    this.queue = read();
    this.durable = true;
    this.sending = false;
    this.sent = 0;
    this.attempt = 0;
    this.timer = 0;
    /** @type {Problem | null} */
    this.trouble = null;
    /** @type {{events: number, problem: Problem} | null} */
    this.refused = null;
    this.#watch();
    if (this.queue.length) this.#later(SOON);
  }

  /** @returns {string} The anonymous listener: a random id, made here, that says nothing of anyone. */
  get listener() {
    const id = kept(localStorage, LISTENER) ?? this.unkept ?? uuid();
    if (!keep(localStorage, LISTENER, id)) this.unkept = id;
    return id;
  }

  /** @returns {number} Events the server has not acknowledged. */
  get waiting() {
    return this.queue.length;
  }

  /**
   * A list is on the screen.
   *
   * @param {import("./types.js").Answer} answer
   * @param {string | null} country  From where it was asked.
   */
  shown(answer, country) {
    return new ShownList(this, answer, country);
  }

  /** @param {Event_[]} events */
  note(events) {
    this.queue.push(...events);
    this.#write();
    this.#later(SOON);
  }

  /** Become somebody else. What was not sent is dropped. @returns {string} The former id. */
  forget() {
    const former = this.listener;
    this.queue = [];
    this.#write();
    this.unkept = uuid();
    keep(localStorage, LISTENER, this.unkept);
    this.trouble = null;
    this.#tell();
    return former;
  }

  /** Send now. @param {boolean} [leaving]  Whether the page is going away. */
  async flush(leaving = false) {
    if (!this.queue.length || (this.sending && !leaving)) return;
    const events = this.queue.slice(0, leaving ? BEACON : BATCH);
    this.sending = true;
    this.#tell();
    try {
      await this.api.post("feedback", { events }, { keepalive: leaving });
      this.#done(events);
    } catch (error) {
      this.#failed(events, /** @type {Problem} */ (error));
    } finally {
      this.sending = false;
      this.#tell();
    }
  }

  /** @param {Event_[]} events */
  #done(events) {
    this.sent += events.length;
    this.attempt = 0;
    this.trouble = null;
    this.#remove(events);
    if (this.queue.length) this.#later(SOON);
  }

  /** @param {Event_[]} events @param {Problem} problem */
  #failed(events, problem) {
    if (!(problem instanceof Problem)) throw problem;
    this.trouble = problem;
    if (LATER.has(problem.status) || problem.status >= 500) {
      const patience = PATIENCE[Math.min(this.attempt, PATIENCE.length - 1)];
      this.attempt += 1;
      this.#later(1000 * Math.max(problem.retryAfter ?? 0, patience));
      return;
    }
    // The server will never take these: say so, and do not let them stand in the way of the others.
    this.refused = { events: (this.refused?.events ?? 0) + events.length, problem };
    this.#remove(events);
  }

  /** @param {Event_[]} events */
  #remove(events) {
    const gone = new Set(events.map((event) => event.event_id));
    this.queue = this.queue.filter((event) => !gone.has(event.event_id));
    this.#write();
  }

  #write() {
    this.durable = keep(localStorage, QUEUE, JSON.stringify(this.queue));
    this.#tell();
  }

  /** @param {number} wait */
  #later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }

  #watch() {
    addEventListener("online", () => this.#later(SOON));
    addEventListener("pagehide", () => this.flush(true));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.flush(true);
    });
  }
}

/** A list that was shown: its impressions, once, and what was done with it. */
export class ShownList {
  #impressed = false;
  /** @type {Map<string, "like" | "dislike">} */
  #said = new Map();

  /** @param {Feedback} feedback @param {import("./types.js").Answer} answer @param {string | null} country */
  constructor(feedback, answer, country) {
    this.feedback = feedback;
    this.answer = answer;
    this.country = country && /^[A-Z]{2}$/.test(country) ? country : null; // a region is no listener's country
    this.id = uuid();
  }

  /** Tell that the list was seen; a second time it tells nothing. */
  impress() {
    if (this.#impressed) return;
    this.#impressed = true;
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

  /** @param {Kind} kind @param {Listed} item @returns {Event_} */
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

/** @returns {Event_[]} What an earlier visit could not send. */
function read() {
  try {
    const found = JSON.parse(kept(localStorage, QUEUE) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}
