/** Whether the visitor allows this page to record: before they say so, nothing is stored in the browser or sent. */

import { h, refill } from "./dom.js";
import { text } from "./language.js";
import { readItem, writeItem } from "./storage.js";

const RECORDING = "tigertail.recording";
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/; // then the visitor and the operator are one

/** Dispatches "change" when the visitor answers, in this tab or another. */
export class Consent extends EventTarget {
  /** @type {boolean | null} The answer, where this browser blocks storage. */
  #answer = null;

  constructor() {
    super();
    addEventListener("storage", (event) => event.key === RECORDING && this.dispatchEvent(new Event("change")));
  }

  /** @returns {boolean | null} Whether the visitor allows it; null before they answer. */
  get answer() {
    const stored = readItem(localStorage, RECORDING);
    if (stored !== null) return stored === "yes";
    return this.#answer ?? (LOOPBACK.test(location.hostname) ? true : null);
  }

  /** @param {boolean} allowed */
  answerWith(allowed) {
    this.#answer = allowed;
    writeItem(localStorage, RECORDING, allowed ? "yes" : "no");
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * The bar that asks, until the visitor has answered.
 *
 * @param {HTMLElement} root
 * @param {Consent} consent
 * @param {() => void} explain  Opens the dialog that says what is recorded.
 */
export function consentBar(root, consent, explain) {
  const show = () => {
    root.hidden = consent.answer !== null;
    if (root.hidden) return refill(root);
    return refill(
      root,
      h("p", {}, text("consent.question")),
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "button", class: "primary", onclick: () => consent.answerWith(true) }, text("consent.allow")),
        h("button", { type: "button", class: "secondary", onclick: () => consent.answerWith(false) }, text("consent.refuse")),
        h("button", { type: "button", class: "secondary", onclick: explain }, text("consent.explain")),
      ),
    );
  };
  consent.addEventListener("change", show);
  show();
}
