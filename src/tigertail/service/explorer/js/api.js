/** Talking to the server: JSON in, JSON out, and errors that say what to do. */

import { keep, kept } from "./kept.js";

const KEY = "tigertail.key";

/** A refusal of the server's (problem+json), or the news that there is no server; status 0. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {{title?: string, detail?: string, remedy?: string, suggestions?: string[]}} said
   * @param {number | null} [retryAfter]  Seconds.
   */
  constructor(status, said, retryAfter = null) {
    super(said.detail ?? said.title ?? `the server answered ${status}`);
    this.status = status;
    this.title = said.title ?? "";
    this.remedy = said.remedy ?? "";
    this.suggestions = said.suggestions ?? [];
    this.retryAfter = retryAfter;
  }
}

/** @param {unknown} error @returns {boolean} Whether a call was given up because a newer one replaced it. */
export const givenUp = (error) => error instanceof DOMException && error.name === "AbortError";

/** @param {Response} response @returns {Promise<Problem>} */
async function problemOf(response) {
  let said = {};
  try {
    said = await response.json();
  } catch {
    // A proxy's HTML page says nothing that a person here could use.
  }
  const wait = Number(response.headers.get("Retry-After"));
  return new Problem(response.status, { title: response.statusText, ...said }, wait > 0 ? wait : null);
}

export class Api {
  /**
   * @param {(refused: boolean) => Promise<string | null>} askForKey  Asks the person for a key; null if there is none.
   */
  constructor(askForKey) {
    // Relative to the page, so that the whole may live under a path of somebody's proxy.
    this.base = new URL("v1/", document.baseURI);
    this.askForKey = askForKey;
    /** @type {Promise<string | null> | null} */
    this.asking = null;
    this.listeningTo = new EventTarget();
  }

  /** @returns {string | null} The key, kept no longer than the tab. */
  get key() {
    return kept(sessionStorage, KEY);
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
    return this.#ask(url, { signal });
  }

  /**
   * @param {string} path
   * @param {unknown} body
   * @param {{keepalive?: boolean}} [options]  Keepalive lets a request outlive the page.
   * @returns {Promise<any>}
   */
  post(path, body, { keepalive = false } = {}) {
    return this.#ask(new URL(path, this.base), {
      method: "POST",
      keepalive,
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
    });
  }

  /** @param {string} path @returns {Promise<any>} */
  delete(path) {
    return this.#ask(new URL(path, this.base), { method: "DELETE" });
  }

  /**
   * @param {URL} url
   * @param {RequestInit} init
   * @returns {Promise<any>}
   */
  async #ask(url, init) {
    let used = this.key;
    for (;;) {
      const response = await this.#fetch(url, init, used);
      if (response.ok) return response.json();
      if (response.status !== 401 || init.keepalive) throw await problemOf(response);
      const given = this.key !== used ? this.key : await this.#askOnce(used !== null);
      if (!given) throw await problemOf(response);
      used = given;
    }
  }

  /** Ask once, however many requests were refused at the same moment. @param {boolean} refused */
  async #askOnce(refused) {
    this.asking ??= this.askForKey(refused).finally(() => (this.asking = null));
    const given = await this.asking;
    if (given) keep(sessionStorage, KEY, given);
    return given;
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
      this.listeningTo.dispatchEvent(new Event("reached"));
      return response;
    } catch (error) {
      if (givenUp(error)) throw error;
      this.listeningTo.dispatchEvent(new Event("lost"));
      throw new Problem(0, { title: "No answer", detail: "the server cannot be reached", remedy: "is it running, and are you connected?" });
    }
  }
}
