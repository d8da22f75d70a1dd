/**
 * What the listener says back. An event is written into this browser first and taken out when the server has
 * acknowledged it; sent again it has the same id, by which the server knows it. So nothing is lost and nothing counted twice.
 */

import { ApiError } from "./api.js";
import { writeItem, readItem, uuid } from "./storage.js";
import { TrackedList } from "./impressions.js";

const QUEUE = "tigertail.feedback";
const RECORDING = "tigertail.recording";
const LISTENER = "tigertail.listener";
const BATCH = 200;
const UNLOAD_BATCH = 100; // browsers let a request of 64 KiB outlive its page
const SEND_DELAY = 250;
const RETRY_DELAYS = [2, 5, 15, 60, 300]; // seconds between attempts
const RETRYABLE = new Set([0, 401, 403, 408, 421, 425, 429]); // and all above 500: worth another attempt
const MAX_QUEUED = 4000; // events this browser keeps; storage has an end, and a server may keep no feedback at all

/**
 * @typedef {import("./types.js").Listed} Listed
 * @typedef {"impression" | "like" | "dislike" | "hide"} FeedbackKind
 *
 * @typedef {object} FeedbackEvent
 * @property {string} event_id
 * @property {FeedbackKind} kind
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
    /** @type {FeedbackEvent[]} */
    this.queue = readQueue();
    /** @type {string | null} The listener, where this browser keeps nothing. */
    this.sessionListener = null;
    this.persistent = true;
    this.sending = false;
    this.sentCount = 0;
    this.droppedCount = 0;
    this.batchSize = BATCH;
    this.attempt = 0;
    this.timer = 0;
    /** @type {ApiError | null} */
    this.lastError = null;
    /** @type {{events: number, problem: ApiError} | null} */
    this.rejected = null;
    this.#listen();
    if (this.queue.length) this.#schedule(SEND_DELAY);
  }

  /** @returns {string} The anonymous listener: a random id, made here, that says nothing of anyone. */
  get listener() {
    const id = readItem(localStorage, LISTENER) ?? this.sessionListener ?? uuid();
    if (!writeItem(localStorage, LISTENER, id)) this.sessionListener = id;
    return id;
  }

  /** @returns {number} Events the server has not acknowledged. */
  get pending() {
    return this.queue.length;
  }

  /**
   * A list is on the screen.
   *
   * @param {import("./types.js").Answer} answer
   * @param {string | null} country  From where it was asked.
   */
  track(answer, country) {
    return new TrackedList(this, answer, country);
  }

  /** @returns {boolean} Whether anything is recorded. */
  get recording() {
    return readItem(localStorage, RECORDING) !== "no";
  }

  /** @param {boolean} on */
  setRecording(on) {
    writeItem(localStorage, RECORDING, on ? "yes" : "no");
    if (!on) this.queue = [];
    this.#save();
    this.#emitChange();
  }

  /** @param {FeedbackEvent[]} events */
  enqueue(events) {
    if (!this.recording) return;
    this.queue = [...this.#storedQueue(), ...events];
    this.#trim();
    this.#save();
    this.#schedule(SEND_DELAY);
  }

  /**
   * Become somebody else, and ask the server to erase who one was. What was not sent is dropped.
   *
   * @returns {Promise<{former: string, erased: number | null}>} Null where the server did not erase.
   */
  async eraseListener() {
    const former = this.listener;
    this.#resetListener();
    try {
      await this.inFlight?.catch(() => {}); // or what is on its way would be stored after it was erased
      const { erased } = await this.api.delete(`feedback/listeners/${encodeURIComponent(former)}`);
      return { former, erased };
    } catch {
      return { former, erased: null };
    }
  }

  #resetListener() {
    this.queue = [];
    this.#save();
    this.sessionListener = uuid();
    writeItem(localStorage, LISTENER, this.sessionListener);
    this.lastError = null;
    this.rejected = null;
    this.droppedCount = 0;
    this.sentCount = 0;
    this.#emitChange();
  }

  /** Send now. @param {boolean} [leaving]  Whether the page is going away. */
  async flush(leaving = false) {
    if (!this.queue.length || (this.sending && !leaving)) return;
    const events = this.queue.slice(0, Math.min(this.batchSize, leaving ? UNLOAD_BATCH : BATCH));
    this.sending = true;
    this.#emitChange();
    try {
      this.inFlight = this.api.post("feedback", { events }, { keepalive: leaving });
      await this.inFlight;
      this.#onSent(events);
    } catch (error) {
      this.#onFailed(events, /** @type {ApiError} */ (error));
    } finally {
      this.sending = false;
      this.#emitChange();
    }
  }

  /** @param {FeedbackEvent[]} events */
  #onSent(events) {
    this.sentCount += events.length;
    this.attempt = 0;
    this.lastError = null;
    this.batchSize = Math.min(2 * this.batchSize, BATCH);
    this.#remove(events);
    if (this.queue.length) this.#schedule(SEND_DELAY);
  }

  /** @param {FeedbackEvent[]} events @param {ApiError} problem */
  #onFailed(events, problem) {
    if (!(problem instanceof ApiError)) throw problem;
    this.lastError = problem;
    if (RETRYABLE.has(problem.status) || problem.status >= 500) {
      const delay = RETRY_DELAYS[Math.min(this.attempt, RETRY_DELAYS.length - 1)];
      this.attempt += 1;
      this.#schedule(1000 * Math.max(problem.retryAfter ?? 0, delay));
      return;
    }
    if (events.length > 1) {
      // One bad event fails its delivery. Smaller ones find it, and let the others through.
      this.batchSize = events.length >> 1;
      this.#schedule(SEND_DELAY);
      return;
    }
    // The server will never take it: say so, and do not let it stand in the way of the others.
    this.rejected = { events: (this.rejected?.events ?? 0) + events.length, problem };
    this.#remove(events);
    this.#schedule(SEND_DELAY);
  }

  /** @param {FeedbackEvent[]} events */
  #remove(events) {
    const ids = new Set(events.map((event) => event.event_id));
    this.queue = this.#storedQueue().filter((event) => !ids.has(event.event_id));
    this.#save();
  }

  /** The queue of all tabs: each reads it before it writes, or one would write over what another keeps. */
  #storedQueue() {
    return this.persistent ? readQueue() : this.queue;
  }

  /** Let the oldest impressions go, before any thumb, and count them. */
  #trim() {
    const over = this.queue.length - MAX_QUEUED;
    if (over <= 0) return;
    const oldest = this.queue.filter((event) => event.kind === "impression").slice(0, over);
    this.droppedCount += oldest.length;
    const gone = new Set(oldest);
    this.queue = this.queue.filter((event) => !gone.has(event));
  }

  #save() {
    this.persistent = writeItem(localStorage, QUEUE, JSON.stringify(this.queue));
    this.#emitChange();
  }

  /** @param {number} wait */
  #schedule(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  #emitChange() {
    this.dispatchEvent(new Event("change"));
  }

  #listen() {
    addEventListener("storage", (event) => {
      if (event.key !== QUEUE || !this.persistent) return;
      this.queue = readQueue();
      this.#emitChange();
    });
    addEventListener("online", () => this.#schedule(SEND_DELAY));
    addEventListener("pagehide", () => this.flush(true));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.flush(true);
    });
  }
}

/** @returns {FeedbackEvent[]} What an earlier visit could not send. */
function readQueue() {
  try {
    const found = JSON.parse(readItem(localStorage, QUEUE) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}
