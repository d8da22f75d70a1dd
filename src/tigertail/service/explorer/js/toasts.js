/** Short messages that disappear. */

import { h } from "./dom.js";

const DURATION = 6000; // milliseconds

/**
 * @param {HTMLElement} root  A live region.
 * @returns {(...said: import("./dom.js").Child[]) => void}
 */
export function createToaster(root) {
  let last = /** @type {string | null} */ (null);
  return (...said) => {
    const toast = h("p", { class: "toast" }, ...said);
    if (toast.textContent === last && root.childElementCount) return; // the same message is on the screen
    last = toast.textContent;
    root.append(toast);
    setTimeout(() => toast.remove(), DURATION);
  };
}
