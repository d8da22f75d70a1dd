/** Dark or light: as the system says, until the user chooses. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { text } from "./language.js";
import { writeItem } from "./storage.js";

const KEY = "tigertail.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

/** @returns {"dark" | "light"} */
export function theme() {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "dark" || chosen === "light" ? chosen : dark.matches ? "dark" : "light";
}

/**
 * Turn a button into the switch between dark and light.
 *
 * @param {HTMLButtonElement} button
 * @param {() => void} onChange  For a canvas, which does not follow CSS.
 */
export function themeSwitch(button, onChange) {
  const show = () => {
    const other = theme() === "dark" ? "light" : "dark";
    button.replaceChildren(icon(other === "dark" ? "moon" : "sun"), h("span", { class: "visually-hidden" }, text(`theme.${other}`)));
    button.removeAttribute("aria-label");
    button.title = text(`theme.${other}`);
  };
  button.addEventListener("click", () => {
    const other = theme() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = other;
    writeItem(localStorage, KEY, other);
    show();
    onChange();
  });
  dark.addEventListener("change", () => {
    show();
    onChange();
  });
  show();
}

/**
 * Resolve a colour of the style sheet for a canvas, which has no custom properties.
 *
 * @param {string} name  For example "--ink".
 * @returns {string}
 */
export const colour = (name) => resolveColour(`var(${name})`);

/**
 * Resolve any colour that a style sheet may hold, as one of the theme shown.
 *
 * @param {string} expression
 * @returns {string}
 */
export function resolveColour(expression) {
  const probe = document.createElement("span");
  probe.style.color = expression;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}
