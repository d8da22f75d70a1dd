/** Short messages that disappear. */

import { h } from "./dom.js";

const DURATION = 6000; // milliseconds

/**
 * @param {HTMLElement} root  A live region.
 * @returns {(text: string) => void}
 */
export function createToaster(root) {
  let last = "";
  return (text) => {
    if (text === last && root.childElementCount) return; // the same message is on the screen
    last = text;
    const toast = h("p", { class: "toast" }, text);
    root.append(toast);
    setTimeout(() => toast.remove(), DURATION);
  };
}
