/** The history of the page: the address holds the state, so a link shows the same page, and Back goes back. */

import { parseState, stateUrl } from "./state.js";

/** @typedef {import("./state.js").State} State */

/** Dispatches "change" when the state changes. */
export class Router extends EventTarget {
  constructor() {
    super();
    /** @type {State} */
    this.state = parseState(location.search);
    addEventListener("popstate", () => this.#set(parseState(location.search)));
  }

  /**
   * Change the state.
   *
   * @param {Partial<State>} patch
   * @param {{replace?: boolean}} [options]  Replace adds no step to the history, as while a slider moves.
   */
  go(patch, { replace = false } = {}) {
    const next = { ...this.state, ...patch };
    const to = stateUrl(next);
    if (to === stateUrl(this.state)) return;
    history[replace ? "replaceState" : "pushState"](null, "", to);
    this.#set(next);
  }

  /** @param {Partial<State>} patch @returns {string} The address of the changed state. */
  link(patch) {
    return stateUrl({ ...this.state, ...patch });
  }

  /** @param {State} state */
  #set(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}
