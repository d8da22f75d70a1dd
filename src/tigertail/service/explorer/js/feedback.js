/**
 * The queue of feedback events. An event is stored in this browser until the server has acknowledged it. A retry sends the
 * same event id, by which the server finds duplicates: so none is stored twice, and none is lost but those that the page
 * counts as dropped or rejected.
 */

import { ApiError } from "./api.js";
import { TrackedList } from "./impressions.js";
import { readItem, removeItem, writeItem } from "./storage.js";
import { uuid } from "./uuid.js";

const QUEUE = "tigertail.feedback";
const LISTENER = "tigertail.listener";
const BATCH = 200;
const UNLOAD_BATCH = 100; // a browser lets 64 KiB of requests outlive their page
const SEND_DELAY = 250; // milliseconds
const RETRY_DELAYS = [2, 5, 15, 60, 300]; // seconds between attempts
const RETRYABLE = new Set([0, 401, 403, 408, 421, 425, 429]); // and 500 or above
const MAX_QUEUED = 4000; // storage is limited, and a server may never accept feedback

/** @typedef {import("./types.js").FeedbackEvent} FeedbackEvent */

/** Dispatches "change" when the queue or its status changes, and "rejected" when the server rejects an event. */
export class Feedback extends EventTarget {
  /** @type {(() => void)[]} What was done before the visitor allowed to record it. */
  #waiting = [];
  /** @type {Set<Promise<unknown>>} Requests that run; one of a page that is left may run beside another. */
  #inFlight = new Set();
  /** @type {Set<string>} Ids of events that left the queue: where a write fails, storage still has them. */
  #removed = new Set();

  /** @param {import("./api.js").Api} api @param {import("./consent.js").Consent} consent */
  constructor(api, consent) {
    super();
    this.api = api;
    this.consent = consent;
    /** @type {FeedbackEvent[]} */
    this.queue = readQueue();
    /** @type {string | null} The listener, where this browser blocks storage or nothing is recorded any more. */
    this.sessionListener = null;
    this.persistent = true;
    this.sentCount = 0;
    this.droppedCount = 0;
    this.batchSize = BATCH;
    this.attempt = 0;
    this.timer = 0;
    /** @type {ApiError | null} */
    this.lastError = null;
    /** @type {{events: number, error: ApiError} | null} */
    this.rejected = null;
    this.#listen();
    consent.addEventListener("change", () => this.#onConsent());
    if (this.queue.length && this.recording) this.#schedule(SEND_DELAY);
  }

  /** @returns {string} The anonymous listener: a random id. */
  get listener() {
    const id = readItem(localStorage, LISTENER) ?? this.sessionListener ?? uuid();
    if (!this.recording || !writeItem(localStorage, LISTENER, id)) this.sessionListener = id;
    return id;
  }

  /** @returns {number} Events that the server has not acknowledged. */
  get pending() {
    return this.queue.length;
  }

  /**
   * Prepare to record feedback on a list.
   *
   * @param {import("./types.js").Similar} answer
   * @param {string | null} country  Country of the lens.
   */
  track(answer, country) {
    return new TrackedList(this, answer, country);
  }

  /** @returns {boolean} Whether anything is recorded. */
  get recording() {
    return this.consent.answer === true;
  }

  /** Do something now if it may be recorded, else once it may. @param {() => void} record */
  whenAllowed(record) {
    if (this.recording) record();
    else if (this.consent.answer === null) this.#waiting.push(record);
  }

  #onConsent() {
    if (this.recording) this.queue = this.#storedQueue(); // another tab may have asked
    else {
      this.queue = [];
      this.attempt = 0;
      this.sessionListener = readItem(localStorage, LISTENER) ?? this.sessionListener; // who may still ask to be erased
      removeItem(localStorage, LISTENER);
    }
    this.#save();
    for (const record of this.#waiting.splice(0)) this.whenAllowed(record);
  }

  /** @param {FeedbackEvent[]} events */
  enqueue(events) {
    if (!this.recording) return;
    this.queue = [...this.#storedQueue(), ...events];
    this.#trim();
    this.#save();
    if (!this.attempt) this.#schedule(SEND_DELAY); // else a retry has its time
  }

  /**
   * Take a new listener id, drop the queue, and ask the server to erase the events of the former id.
   *
   * @returns {Promise<{former: string, erased: number | null}>} Null if the server did not erase.
   */
  async eraseListener() {
    const former = this.listener;
    this.#resetListener();
    try {
      await Promise.allSettled(this.#inFlight); // a request in flight would be stored after the erasure
      const { erased } = await this.api.eraseFeedback(former);
      return { former, erased };
    } catch {
      return { former, erased: null };
    }
  }

  /** Another tab erased a listener: what this one had in flight may have been stored after that. @param {string} former */
  async #onErasedElsewhere(former) {
    this.#remove(this.queue.filter((event) => event.listener === former));
    if (!this.#inFlight.size) return;
    await Promise.allSettled(this.#inFlight);
    await this.api.eraseFeedback(former).catch(() => {});
  }

  #resetListener() {
    this.#remove(this.#storedQueue());
    this.sessionListener = uuid();
    if (this.recording) writeItem(localStorage, LISTENER, this.sessionListener);
    this.lastError = null;
    this.rejected = null;
    this.droppedCount = 0;
    this.sentCount = 0;
    this.#emitChange();
  }

  /** Send now. @param {boolean} [leaving]  Whether the page is being closed. */
  async flush(leaving = false) {
    if (!this.recording || !this.queue.length || (this.#inFlight.size && !leaving)) return;
    const events = this.queue.slice(0, Math.min(this.batchSize, leaving ? UNLOAD_BATCH : BATCH));
    const sent = this.api.sendFeedback(events, leaving);
    this.#inFlight.add(sent);
    this.#emitChange();
    try {
      await sent;
      this.#inFlight.delete(sent);
      this.#onSent(events);
    } catch (error) {
      this.#inFlight.delete(sent);
      this.#onFailed(events, error);
    } finally {
      this.#emitChange();
    }
  }

  /** @param {FeedbackEvent[]} events */
  #onSent(events) {
    this.sentCount += this.#remove(events);
    this.attempt = 0;
    this.lastError = null;
    this.batchSize = Math.min(2 * this.batchSize, BATCH);
    if (this.queue.length) this.#schedule(SEND_DELAY);
  }

  /** @param {FeedbackEvent[]} events @param {unknown} error */
  #onFailed(events, error) {
    if (!(error instanceof ApiError)) throw error;
    this.lastError = error;
    if (RETRYABLE.has(error.status) || error.status >= 500) {
      const delay = RETRY_DELAYS[Math.min(this.attempt, RETRY_DELAYS.length - 1)];
      this.attempt += 1;
      this.#schedule(1000 * Math.max(error.retryAfter ?? 0, delay));
      return;
    }
    if (events.length > 1) {
      // One invalid event fails its whole batch. Smaller batches isolate it and deliver the others.
      this.batchSize = events.length >> 1;
      this.#schedule(SEND_DELAY);
      return;
    }
    // A retry would fail again: report the event, and go on with the others.
    this.rejected = { events: (this.rejected?.events ?? 0) + events.length, error };
    this.#remove(events);
    this.dispatchEvent(new Event("rejected"));
    this.#schedule(SEND_DELAY);
  }

  /** @param {FeedbackEvent[]} events @returns {number} How many of them were still in the queue. */
  #remove(events) {
    const before = this.#storedQueue();
    for (const event of events) this.#removed.add(event.event_id);
    this.queue = this.#storedQueue();
    this.#save();
    return before.length - this.queue.length;
  }

  /**
   * The queue is shared by all tabs: each reads it before it writes, or it would overwrite the events of another. Where a
   * write failed, this tab has events that storage lacks.
   */
  #storedQueue() {
    const own = this.persistent ? [] : this.queue;
    const ids = new Set(own.map((event) => event.event_id));
    const others = readQueue().filter((event) => !ids.has(event.event_id));
    return [...others, ...own].filter((event) => !this.#removed.has(event.event_id));
  }

  /** Drop the oldest impressions, never a rating, and count them. */
  #trim() {
    const excess = this.queue.length - MAX_QUEUED;
    if (excess <= 0) return;
    const oldest = this.queue.filter((event) => event.kind === "impression").slice(0, excess);
    this.droppedCount += oldest.length;
    const dropped = new Set(oldest);
    this.queue = this.queue.filter((event) => !dropped.has(event));
  }

  #save() {
    if (this.recording) this.persistent = writeItem(localStorage, QUEUE, JSON.stringify(this.queue));
    else removeItem(localStorage, QUEUE);
    this.#emitChange();
  }

  /** @param {number} delay  Milliseconds. */
  #schedule(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), delay);
  }

  #emitChange() {
    this.dispatchEvent(new Event("change"));
  }

  #listen() {
    addEventListener("storage", (event) => {
      if (event.key === LISTENER && event.oldValue && event.newValue) this.#onErasedElsewhere(event.oldValue);
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

/** @returns {FeedbackEvent[]} Events that an earlier visit did not send. */
function readQueue() {
  try {
    const stored = JSON.parse(readItem(localStorage, QUEUE) ?? "[]");
    return Array.isArray(stored) ? stored : [];
  } catch {
    return [];
  }
}
