/** A button that opens a menu, closed by Escape, by a choice, or by a press elsewhere. */

import { h } from "./dom.js";

/**
 * @param {import("./dom.js").Child[]} label
 * @param {HTMLElement[]} entries
 * @param {Record<string, unknown>} [props]  Of the button.
 * @returns {HTMLDetailsElement}
 */
export function menu(label, entries, props = {}) {
  const element = h("details", { class: "menu" }, h("summary", { class: "secondary", ...props }, ...label), h("div", { class: "menu-entries" }, ...entries));
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !element.open) return;
    element.open = false;
    element.querySelector("summary")?.focus();
  });
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (!element.contains(target) || target.closest(".menu-entries")) element.open = false;
  });
  return element;
}
