/** The client of the HTTP API: JSON in, JSON out, and errors with a remedy. */

import { readItem, writeItem } from "./storage.js";

/**
 * @typedef {import("./types.js").Params} Params
 * @typedef {import("./types.js").FeedbackEvent} FeedbackEvent
 */

const KEY = "tigertail.key";

/** An error response (problem+json), or status 0 if no server responded. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {import("./types.js").Problem} problem
   * @param {number | null} [retryAfter]  Seconds.
   */
  constructor(status, problem, retryAfter = null) {
    super(problem.detail ?? problem.title ?? "");
    this.status = status;
    this.title = problem.title ?? "";
    this.remedy = problem.remedy ?? "";
    this.suggestions = problem.suggestions ?? [];
    this.retryAfter = retryAfter;
  }
}

/** @param {unknown} error @returns {boolean} Whether a request was cancelled because a newer one replaced it. */
export const isAbort = (error) => error instanceof DOMException && error.name === "AbortError";

/** @param {Response} response @returns {Promise<ApiError>} */
async function errorOf(response) {
  /** @type {import("./types.js").Problem} */
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // Not JSON: the HTML page of a proxy has nothing to show here.
  }
  const seconds = Number(response.headers.get("Retry-After"));
  return new ApiError(response.status, { title: response.statusText, ...problem }, seconds > 0 ? seconds : null);
}

/** Dispatches "reached" and "lost" on `connection`. */
export class Api {
  /**
   * @param {(rejected: boolean) => Promise<string | null>} promptForKey  Asks the user for a key; null if there is none.
   */
  constructor(promptForKey) {
    // Relative to the page, so that a proxy may serve it under any path.
    this.base = new URL("v1/", document.baseURI);
    this.promptForKey = promptForKey;
    /** @type {Promise<string | null> | null} */
    this.prompt = null;
    this.connection = new EventTarget();
  }

  /** @returns {string | null} The API key, stored until the tab is closed. */
  get key() {
    return readItem(sessionStorage, KEY);
  }

  /** @returns {Promise<import("./types.js").Models>} */
  models() {
    return this.#get("models");
  }

  /**
   * Search items by name; an empty text finds the most popular.
   *
   * @param {string} text
   * @param {number} n
   * @param {AbortSignal} [signal]
   * @returns {Promise<import("./types.js").Found>}
   */
  searchItems(text, n, signal) {
    return this.#get("items", [["q", text], ["n", String(n)]], signal);
  }

  /**
   * @param {string} id
   * @param {AbortSignal} [signal]
   * @returns {Promise<import("./types.js").Details>}
   */
  item(id, signal) {
    return this.#get(`items/${encodeURIComponent(id)}`, [], signal);
  }

  /**
   * @param {Params} params
   * @param {AbortSignal} [signal]
   * @returns {Promise<import("./types.js").Similar>}
   */
  similar(params, signal) {
    return this.#get("similar", params, signal);
  }

  /**
   * A walk from one item to another, both included.
   *
   * @param {Params} params
   * @param {AbortSignal} [signal]
   * @returns {Promise<import("./types.js").Walk>}
   */
  path(params, signal) {
    return this.#get("path", params, signal);
  }

  /**
   * A list as a file for players.
   *
   * @param {Params} params
   * @param {"jspf" | "m3u"} format
   * @returns {Promise<Blob>}
   */
  async playlist(params, format) {
    const url = new URL("radio", this.base);
    url.search = new URLSearchParams([...params, ["format", format]]).toString();
    return (await this.#respond(url, {})).blob();
  }

  /** @returns {Promise<import("./types.js").CatalogueMap>} */
  map() {
    return this.#get("map");
  }

  /** @returns {Promise<import("./types.js").Report>} */
  evaluation() {
    return this.#get("evaluation");
  }

  /**
   * @param {FeedbackEvent[]} events
   * @param {boolean} keepalive  Lets the request outlive the page.
   * @returns {Promise<import("./types.js").Taken>}
   */
  sendFeedback(events, keepalive) {
    return this.#request(new URL("feedback", this.base), {
      method: "POST",
      keepalive,
      body: JSON.stringify({ events, consent: true }), // nothing is queued before the visitor agreed
      headers: { "Content-Type": "application/json" },
    });
  }

  /** @param {string} listener @returns {Promise<import("./types.js").Erased>} */
  eraseFeedback(listener) {
    return this.#request(new URL(`feedback/listeners/${encodeURIComponent(listener)}`, this.base), { method: "DELETE" });
  }

  /**
   * @template T
   * @param {string} path  Below /v1/, its parts encoded.
   * @param {Params} [params]
   * @param {AbortSignal} [signal]
   * @returns {Promise<T>}
   */
  #get(path, params = [], signal) {
    const url = new URL(path, this.base);
    url.search = new URLSearchParams(params).toString();
    return this.#request(url, { signal });
  }

  /**
   * @template T
   * @param {URL} url
   * @param {RequestInit} init
   * @returns {Promise<T>}  Not checked: the caller names the type that the API documents.
   */
  async #request(url, init) {
    const response = await this.#respond(url, init);
    try {
      return await response.json();
    } catch (error) {
      if (isAbort(error)) throw error;
      throw new ApiError(0, {}); // not the server: a sign-in page of the network, or a connection that broke
    }
  }

  /** @param {URL} url @param {RequestInit} init @returns {Promise<Response>} */
  async #respond(url, init) {
    let key = this.key;
    for (;;) {
      const response = await this.#fetch(url, init, key);
      if (response.ok) return response;
      if (response.status !== 401 || init.keepalive) throw await errorOf(response);
      const newKey = this.key !== key ? this.key : await this.#promptOnce(key !== null);
      if (!newKey) throw await errorOf(response);
      key = newKey;
    }
  }

  /** One prompt for all requests that failed at the same time. @param {boolean} rejected */
  async #promptOnce(rejected) {
    this.prompt ??= this.promptForKey(rejected).finally(() => (this.prompt = null));
    const key = await this.prompt;
    if (key) writeItem(sessionStorage, KEY, key);
    return key;
  }

  /**
   * @param {URL} url
   * @param {RequestInit} init
   * @param {string | null} key
   */
  async #fetch(url, init, key) {
    const headers = new Headers(init.headers);
    headers.set("Accept", "application/json");
    if (key) headers.set("Authorization", `Bearer ${key}`);
    try {
      const response = await fetch(url, { ...init, headers, credentials: "same-origin" });
      this.connection.dispatchEvent(new Event("reached"));
      return response;
    } catch (error) {
      if (isAbort(error)) throw error;
      this.connection.dispatchEvent(new Event("lost"));
      throw new ApiError(0, {});
    }
  }
}
