/** Form controls that change the state, and show it when something else changes it. */

import { freshId, h } from "./dom.js";

/**
 * @typedef {import("./state.js").State} State
 * @typedef {import("./router.js").Router} Router
 */

/**
 * @param {Router} router
 * @param {object} options
 * @param {string} options.label
 * @param {boolean} [options.labelHidden]  Hide the label where a title shows the same text.
 * @param {[string, string]} options.ends  Texts at both ends.
 * @param {number} options.min
 * @param {number} options.max
 * @param {(state: State) => number} options.value
 * @param {(value: number) => Partial<State>} options.change
 * @param {(value: number, state: State) => string} options.format
 */
export function rangeInput(router, { label, labelHidden = false, ends, min, max, value, change, format }) {
  const id = freshId("range");
  const input = h("input", { type: "range", id, min, max, step: 0.02 });
  const output = h("output", { for: id });
  const element = h(
    "div",
    { class: "range" },
    h("p", { class: "inline" }, h("label", { for: id, class: labelHidden ? "visually-hidden" : null }, label), output),
    h("div", { class: "slider" }, h("span", { class: "slider-track" }), input),
    h("p", { class: "ends", "aria-hidden": "true" }, ...ends.map((end) => h("span", {}, end))),
  );
  const show = (/** @type {State} */ state) => {
    const number = value(state);
    const text = format(number, state);
    input.value = String(number);
    input.setAttribute("aria-valuetext", text);
    output.textContent = text;
    element.style.setProperty("--at", String(Math.min(1, (number - min) / (max - min))));
  };
  input.addEventListener("input", () => router.go(change(Number(input.value)), { replace: true }));
  bindState(input, show);
  return element;
}

/**
 * @param {Router} router
 * @param {string} label
 * @param {object} options
 * @param {string} [options.note]
 * @param {string} [options.title]
 * @param {string} [options.colour]
 * @param {(state: State) => boolean} options.checked
 * @param {(state: State) => boolean} options.disabled
 * @param {(checked: boolean, state: State) => Partial<State>} options.change
 */
export function checkbox(router, label, { note = "", title = "", colour = "", checked, disabled, change }) {
  const input = h("input", { type: "checkbox" });
  input.addEventListener("change", () => router.go(change(input.checked, router.state)));
  bindState(input, (state) => {
    input.checked = checked(state);
    input.disabled = disabled(state);
  });
  return h("label", { class: "checkbox", title }, input, colour ? h("span", { class: "swatch", vars: { "--colour": colour } }) : null, h("span", {}, label), note ? h("small", {}, note) : null);
}

/**
 * Controls under a title.
 *
 * @param {string} title
 * @param {string} description
 * @param {...(Element | null)} content
 */
export function optionGroup(title, description, ...content) {
  const id = freshId("option-group");
  return h("section", { class: "option-group", "aria-labelledby": id }, h("h3", { id }, title), description ? h("p", { class: "muted" }, description) : null, ...content);
}

/**
 * Call a function with every state that `showState` shows.
 *
 * @template {HTMLElement} E
 * @param {E} element
 * @param {(state: State) => void} show
 * @returns {E}
 */
export function bindState(element, show) {
  element.dataset.bound = "";
  element.addEventListener("state", (event) => show(/** @type {CustomEvent<State>} */ (event).detail));
  return element;
}

/** Show a state in every bound control. @param {HTMLElement} root @param {State} state */
export function showState(root, state) {
  for (const element of root.querySelectorAll("[data-bound]")) element.dispatchEvent(new CustomEvent("state", { detail: state }));
}
