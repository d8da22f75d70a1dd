/**
 * An editable combobox with a list, after the ARIA Authoring Practices: the focus stays in the text field, and
 * `aria-activedescendant` names the option that the arrow keys have reached.
 */

import { freshId, h, refill } from "./dom.js";
import { isAbort } from "./api.js";
import { text } from "./language.js";

const INPUT_METHOD = 229; // the code of a key that goes to an input method

/**
 * @template T
 * @typedef {object} Options
 * @property {HTMLInputElement} input
 * @property {HTMLUListElement} list
 * @property {(text: string, signal: AbortSignal) => Promise<T[]>} find
 * @property {(option: T) => Node[]} render
 * @property {(option: T, event: Event) => void} choose
 * @property {(text: string) => void} announce  To a screen reader.
 * @property {(text: string) => (Node | string)} [emptyText]  What to show if nothing is found.
 * @property {(error: unknown) => (Node | string)} [errorText]
 * @property {number} [delay]  Milliseconds to wait for the next key.
 */

/** @template T */
export class Combobox {
  /** @param {Options<T>} options */
  constructor(options) {
    this.options = options;
    /** @type {T[]} */
    this.found = [];
    this.active = -1;
    this.open = false;
    this.timer = 0;
    /** @type {AbortController | null} */
    this.controller = null;
    /** @type {Event | null} The press of Enter that waits for the options. */
    this.chooseFirst = null;
    this.foundText = "";
    this.#setAttributes();
    this.#listen();
  }

  /** Empty the field and close the list. */
  clear() {
    this.options.input.value = "";
    this.close();
  }

  close() {
    clearTimeout(this.timer);
    this.controller?.abort();
    this.open = false;
    this.chooseFirst = null;
    this.#activate(-1);
    this.options.list.hidden = true;
    this.options.input.setAttribute("aria-expanded", "false");
    this.options.input.removeAttribute("aria-busy");
  }

  #setAttributes() {
    const { input, list } = this.options;
    list.id ||= freshId("options");
    list.setAttribute("role", "listbox");
    list.hidden = true;
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list.id,
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
    })) {
      input.setAttribute(name, value);
    }
  }

  #listen() {
    const { input, list } = this.options;
    input.addEventListener("input", () => this.#findSoon(this.options.delay ?? 120));
    input.addEventListener("click", () => !this.open && this.#findSoon(0));
    input.addEventListener("keydown", (event) => this.#onKey(event));
    input.addEventListener("blur", () => this.close());
    // A press must not take the focus from the field: the blur would close the list before the click.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = /** @type {Element} */ (event.target).closest("[role=option]");
      if (option) this.#choose([...list.children].indexOf(option), event);
    });
  }

  /** @param {number} delay */
  #findSoon(delay) {
    clearTimeout(this.timer);
    this.controller?.abort(); // the result for fewer letters is out of date
    this.timer = setTimeout(() => this.#find(), delay);
    this.options.input.setAttribute("aria-busy", "true");
  }

  async #find() {
    const typed = this.options.input.value.trim();
    const controller = new AbortController();
    this.controller = controller;
    try {
      const found = await this.options.find(typed, controller.signal);
      if (controller !== this.controller || controller.signal.aborted) return;
      this.foundText = typed;
      this.#show(found, typed);
    } catch (error) {
      if (isAbort(error) || controller !== this.controller) return;
      this.#show([], typed, this.options.errorText?.(error) ?? String(error));
    }
  }

  /** @param {T[]} found @param {string} typed @param {Node | string} [error] */
  #show(found, typed, error) {
    const { input, list, render, announce, emptyText } = this.options;
    this.found = found;
    refill(list, ...found.map((option) => this.#option(render(option))));
    if (!found.length) {
      list.append(h("li", { class: "none", role: "presentation" }, error ?? emptyText?.(typed) ?? text("search.nothing")));
    }
    this.open = true;
    this.#activate(-1);
    list.hidden = false;
    list.scrollTop = 0;
    input.setAttribute("aria-expanded", "true");
    input.removeAttribute("aria-busy");
    announce(found.length ? text("search.found", { n: found.length }) : (list.textContent ?? ""));
    const waiting = this.chooseFirst;
    this.chooseFirst = null;
    if (waiting && found.length) this.#choose(0, waiting);
  }

  /** @param {Node[]} content */
  #option(content) {
    return h("li", { id: freshId("option"), role: "option", class: "option", "aria-selected": "false" }, ...content);
  }

  /** @param {number} index */
  #activate(index) {
    const { input, list } = this.options;
    this.active = index;
    if (index < 0) input.removeAttribute("aria-activedescendant");
    for (const [at, option] of [...list.querySelectorAll("[role=option]")].entries()) {
      option.setAttribute("aria-selected", String(at === index));
      if (at !== index) continue;
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
  }

  /** @param {number} index @param {Event} event */
  #choose(index, event) {
    const option = this.found[index];
    if (option === undefined) return;
    this.close();
    this.options.choose(option, event);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    // With an input method, Enter ends a syllable of Korean or Japanese. Safari ends the composition before that key, whose code alone tells.
    if (event.isComposing || event.keyCode === INPUT_METHOD) return;
    const keys = {
      ArrowDown: () => this.#step(1),
      ArrowUp: () => this.#step(-1),
      Enter: () => this.#enter(event),
      Escape: () => (this.open ? this.close() : this.clear()),
    };
    const act = keys[/** @type {keyof typeof keys} */ (event.key)];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** @param {1 | -1} direction */
  #step(direction) {
    if (!this.open) return this.#findSoon(0);
    const stops = this.found.length + 1; // the text field is one of them
    return this.#activate(((this.active + 1 + direction + stops) % stops) - 1);
  }

  /** @param {KeyboardEvent} event */
  #enter(event) {
    if (this.active >= 0) return this.#choose(this.active, event);
    if (!this.options.input.value.trim()) return undefined;
    // Enter may come before the options: then choose the first once they are here.
    if (this.open && this.foundText === this.options.input.value.trim()) return this.#choose(0, event);
    this.chooseFirst = event;
    return this.#findSoon(0);
  }
}
