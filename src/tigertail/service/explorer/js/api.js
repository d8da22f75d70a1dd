/** Talking to the server: JSON in, JSON out, and errors that say what to do. */

import { writeItem, readItem } from "./storage.js";

const KEY = "tigertail.key";

/** A refusal of the server's (problem+json), or the news that there is no server; status 0. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {{title?: string, detail?: string, remedy?: string, suggestions?: string[]}} problem
   * @param {number | null} [retryAfter]  Seconds.
   */
  constructor(status, problem, retryAfter = null) {
    super(problem.detail ?? problem.title ?? `the server answered ${status}`);
    this.status = status;
    this.title = problem.title ?? "";
    this.remedy = problem.remedy ?? "";
    this.suggestions = problem.suggestions ?? [];
    this.retryAfter = retryAfter;
  }
}

/** @param {unknown} error @returns {boolean} Whether a call was given up because a newer one replaced it. */
export const isAbort = (error) => error instanceof DOMException && error.name === "AbortError";

/** @param {Response} response @returns {Promise<ApiError>} */
async function errorOf(response) {
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // A proxy's HTML page says nothing that a person here could use.
  }
  const seconds = Number(response.headers.get("Retry-After"));
  return new ApiError(response.status, { title: response.statusText, ...problem }, seconds > 0 ? seconds : null);
}

export class Api {
  /**
   * @param {(refused: boolean) => Promise<string | null>} promptForKey  Asks the person for a key; null if there is none.
   */
  constructor(promptForKey) {
    // Relative to the page, so that the whole may live under a path of somebody's proxy.
    this.base = new URL("v1/", document.baseURI);
    this.promptForKey = promptForKey;
    /** @type {Promise<string | null> | null} */
    this.prompt = null;
    this.connection = new EventTarget();
  }

  /** @returns {string | null} The key, kept no longer than the tab. */
  get key() {
    return readItem(sessionStorage, KEY);
  }

  /**
   * @param {string} path  Below /v1/, its parts encoded.
   * @param {[string, string][]} [params]
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  get(path, params = [], signal) {
    const url = new URL(path, this.base);
    url.search = new URLSearchParams(params).toString();
    return this.#request(url, { signal });
  }

  /**
   * @param {string} path
   * @param {unknown} body
   * @param {{keepalive?: boolean}} [options]  Keepalive lets a request outlive the page.
   * @returns {Promise<any>}
   */
  post(path, body, { keepalive = false } = {}) {
    return this.#request(new URL(path, this.base), {
      method: "POST",
      keepalive,
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
    });
  }

  /** @param {string} path @returns {Promise<any>} */
  delete(path) {
    return this.#request(new URL(path, this.base), { method: "DELETE" });
  }

  /**
   * @param {URL} url
   * @param {RequestInit} init
   * @returns {Promise<any>}
   */
  async #request(url, init) {
    let key = this.key;
    for (;;) {
      const response = await this.#fetch(url, init, key);
      if (response.ok) return response.json();
      if (response.status !== 401 || init.keepalive) throw await errorOf(response);
      const newKey = this.key !== key ? this.key : await this.#promptOnce(key !== null);
      if (!newKey) throw await errorOf(response);
      key = newKey;
    }
  }

  /** Ask once, however many requests were refused at the same moment. @param {boolean} refused */
  async #promptOnce(refused) {
    this.prompt ??= this.promptForKey(refused).finally(() => (this.prompt = null));
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
      throw new ApiError(0, { title: "No answer", detail: "the server cannot be reached", remedy: "is it running, and are you connected?" });
    }
  }
}
