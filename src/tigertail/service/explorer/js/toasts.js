/** A word in passing. */

import { h } from "./dom.js";

const DURATION = 6000;

/**
 * @param {HTMLElement} root  A live region.
 * @returns {(text: string) => void}
 */
export function createToaster(root) {
  let last = "";
  return (text) => {
    if (text === last && root.childElementCount) return; // once is enough
    last = text;
    const toast = h("p", { class: "toast" }, text);
    root.append(toast);
    setTimeout(() => toast.remove(), DURATION);
  };
}
