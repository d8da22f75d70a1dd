/**
 * What the listener says back. An event is written into this browser first and taken out when the server has
 * acknowledged it; sent again it has the same id, by which the server knows it. So nothing is lost and nothing counted twice.
 */

import { Problem } from "./api.js";
import { keep, kept, uuid } from "./kept.js";
import { ShownList } from "./shown.js";

const QUEUE = "tigertail.feedback";
const RECORDING = "tigertail.recording";
const LISTENER = "tigertail.listener";
const BATCH = 200;
const BEACON = 100; // browsers let a request of 64 KiB outlive its page
const SOON = 250;
const PATIENCE = [2, 5, 15, 60, 300]; // seconds between attempts
const LATER = new Set([0, 401, 403, 408, 421, 425, 429]); // and all above 500: worth another attempt
const MOST = 4000; // events this browser keeps; storage has an end, and a server may keep no feedback at all

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
    /** @type {string | null} The listener, where this browser keeps nothing. */
    this.unkept = null;
    this.durable = true;
    this.sending = false;
    this.sent = 0;
    this.dropped = 0;
    this.batch = BATCH;
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

  /** @returns {boolean} Whether anything is recorded. */
  get recording() {
    return kept(localStorage, RECORDING) !== "no";
  }

  /** @param {boolean} on */
  record(on) {
    keep(localStorage, RECORDING, on ? "yes" : "no");
    if (!on) this.queue = [];
    this.#write();
    this.#tell();
  }

  /** @param {Event_[]} events */
  note(events) {
    if (!this.recording) return;
    this.queue = [...this.#kept(), ...events];
    this.#bound();
    this.#write();
    this.#later(SOON);
  }

  /**
   * Become somebody else, and ask the server to erase who one was. What was not sent is dropped.
   *
   * @returns {Promise<{former: string, erased: number | null}>} Null where the server did not erase.
   */
  async forget() {
    const former = this.listener;
    this.#become();
    try {
      await this.underWay?.catch(() => {}); // or what is on its way would be stored after it was erased
      const { erased } = await this.api.delete(`feedback/listeners/${encodeURIComponent(former)}`);
      return { former, erased };
    } catch {
      return { former, erased: null };
    }
  }

  #become() {
    this.queue = [];
    this.#write();
    this.unkept = uuid();
    keep(localStorage, LISTENER, this.unkept);
    this.trouble = null;
    this.refused = null;
    this.dropped = 0;
    this.sent = 0;
    this.#tell();
  }

  /** Send now. @param {boolean} [leaving]  Whether the page is going away. */
  async flush(leaving = false) {
    if (!this.queue.length || (this.sending && !leaving)) return;
    const events = this.queue.slice(0, Math.min(this.batch, leaving ? BEACON : BATCH));
    this.sending = true;
    this.#tell();
    try {
      this.underWay = this.api.post("feedback", { events }, { keepalive: leaving });
      await this.underWay;
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
    this.batch = Math.min(2 * this.batch, BATCH);
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
    if (events.length > 1) {
      // One bad event fails its delivery. Smaller ones find it, and let the others through.
      this.batch = events.length >> 1;
      this.#later(SOON);
      return;
    }
    // The server will never take it: say so, and do not let it stand in the way of the others.
    this.refused = { events: (this.refused?.events ?? 0) + events.length, problem };
    this.#remove(events);
    this.#later(SOON);
  }

  /** @param {Event_[]} events */
  #remove(events) {
    const gone = new Set(events.map((event) => event.event_id));
    this.queue = this.#kept().filter((event) => !gone.has(event.event_id));
    this.#write();
  }

  /** The queue of all tabs: each reads it before it writes, or one would write over what another keeps. */
  #kept() {
    return this.durable ? read() : this.queue;
  }

  /** Let the oldest impressions go, before any thumb, and count them. */
  #bound() {
    const over = this.queue.length - MOST;
    if (over <= 0) return;
    const oldest = this.queue.filter((event) => event.kind === "impression").slice(0, over);
    this.dropped += oldest.length;
    const gone = new Set(oldest);
    this.queue = this.queue.filter((event) => !gone.has(event));
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
    addEventListener("storage", (event) => {
      if (event.key !== QUEUE || !this.durable) return;
      this.queue = read();
      this.#tell();
    });
    addEventListener("online", () => this.#later(SOON));
    addEventListener("pagehide", () => this.flush(true));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.flush(true);
    });
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
