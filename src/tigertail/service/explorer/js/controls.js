/** Controls that turn the state, and show it wherever it was turned. */

import { freshId, h } from "./dom.js";

/**
 * @typedef {import("./state.js").State} State
 * @typedef {import("./state.js").Router} Place
 */

/**
 * A slider.
 *
 * @param {Place} place
 * @param {object} options
 * @param {string} options.label
 * @param {boolean} [options.labelHidden]  Whether the label is in sight already.
 * @param {[string, string]} options.ends
 * @param {number} options.max
 * @param {(state: State) => number} options.value
 * @param {(value: number) => Partial<State>} options.change
 * @param {(value: number, state: State) => string} options.format
 */
export function rangeInput(place, { label, labelHidden: titled = false, ends, max, value, change: turn, format: words }) {
  const id = freshId("range");
  const input = h("input", { type: "range", id, min: 0, max, step: 0.02 });
  const output = h("output", { for: id });
  const paint = (/** @type {State} */ state) => {
    const at = value(state);
    input.value = String(at);
    output.parentElement?.parentElement?.style.setProperty("--at", String(Math.min(1, at / max)));
    const text = words(at, state);
    output.textContent = text;
    input.setAttribute("aria-valuetext", text);
  };
  input.addEventListener("input", () => place.go(turn(Number(input.value)), { replace: true }));
  bindState(input, paint);
  return h("div", { class: "range" }, h("p", { class: "inline" }, h("label", { for: id, class: titled ? "sr" : null }, label), output), h("div", { class: "slide" }, h("span", { class: "taper" }), input), h("p", { class: "ends", "aria-hidden": "true" }, ...ends.map((end) => h("span", {}, end))));
}

/**
 * A box to tick.
 *
 * @param {Place} place
 * @param {string} label
 * @param {object} options
 * @param {string} [options.note]
 * @param {string} [options.title]
 * @param {string} [options.colour]
 * @param {(state: State) => boolean} options.checked
 * @param {(state: State) => boolean} options.disabled
 * @param {(on: boolean, state: State) => Partial<State>} options.change
 */
export function checkbox(place, label, { note = "", title = "", colour = "", checked: on, disabled: fixed, change: turn }) {
  const input = h("input", { type: "checkbox" });
  input.addEventListener("change", () => place.go(turn(input.checked, place.state)));
  bindState(input, (state) => {
    input.checked = on(state);
    input.disabled = fixed(state);
  });
  return h("label", { class: "box", title }, input, colour ? h("span", { class: "swatch", vars: { "--colour": colour } }) : null, h("span", {}, label), note ? h("small", {}, note) : null);
}

/**
 * A dial with its title.
 *
 * @param {string} title
 * @param {string} words
 * @param {...(Element | null)} content
 */
export function optionGroup(title, words, ...content) {
  const id = freshId("dial");
  return h("section", { class: "dial", "aria-labelledby": id }, h("h3", { id }, title), words ? h("p", { class: "quiet" }, words) : null, ...content);
}

/**
 * Let an element follow the state.
 *
 * @template {HTMLElement} E
 * @param {E} element
 * @param {(state: State) => void} follow
 * @returns {E}
 */
export function bindState(element, follow) {
  element.dataset.follows = "";
  element.addEventListener("follow", (event) => follow(/** @type {CustomEvent<State>} */ (event).detail));
  return element;
}
