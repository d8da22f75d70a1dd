/**
 * An editable combobox with a list, after the ARIA Authoring Practices: the focus stays in the text field, and
 * `aria-activedescendant` tells which option the arrows have reached.
 */

import { freshId, h, refill } from "./dom.js";
import { isAbort } from "./api.js";

/**
 * @template T
 * @typedef {object} Options
 * @property {HTMLInputElement} input
 * @property {HTMLUListElement} list
 * @property {(text: string, signal: AbortSignal) => Promise<T[]>} find
 * @property {(option: T) => Node[]} render
 * @property {(option: T, event: Event) => void} choose
 * @property {(text: string) => void} say  To the screen reader.
 * @property {(text: string) => (Node | string)} [nothing]  What to show where nothing is found.
 * @property {(error: unknown) => (Node | string)} [failed]
 * @property {number} [wait]  Milliseconds to wait for the next key.
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
    this.asking = null;
    this.chooseFirst = null;
    this.answered = "";
    this.#dress();
    this.#listen();
  }

  /** Empty the field and close the list. */
  clear() {
    this.options.input.value = "";
    this.close();
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.open = false;
    this.chooseFirst = null;
    this.#activate(-1);
    this.options.list.hidden = true;
    this.options.input.setAttribute("aria-expanded", "false");
    this.options.input.removeAttribute("aria-busy");
  }

  #dress() {
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
    input.addEventListener("input", () => this.#ask(this.options.wait ?? 120));
    input.addEventListener("click", () => !this.open && this.#ask(0));
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => this.close());
    // The press must not take the focus from the field, or the blur would close the list before the click.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = /** @type {Element} */ (event.target).closest("[role=option]");
      if (option) this.#choose([...list.children].indexOf(option), event);
    });
  }

  /** @param {number} wait */
  #ask(wait) {
    clearTimeout(this.timer);
    this.asking?.abort(); // an answer to fewer letters is of no use any more
    this.timer = setTimeout(() => this.#find(), wait);
    this.options.input.setAttribute("aria-busy", "true");
  }

  async #find() {
    const text = this.options.input.value.trim();
    const asking = new AbortController();
    this.asking = asking;
    try {
      const found = await this.options.find(text, asking.signal);
      if (asking !== this.asking || asking.signal.aborted) return;
      this.answered = text;
      this.#show(found, text);
    } catch (error) {
      if (isAbort(error) || asking !== this.asking) return;
      this.#show([], text, this.options.failed?.(error) ?? String(error));
    }
  }

  /** @param {T[]} found @param {string} text @param {Node | string} [trouble] */
  #show(found, text, trouble) {
    const { input, list, render, say, nothing } = this.options;
    this.found = found;
    refill(list, ...found.map((option) => this.#option(render(option))));
    if (!found.length) {
      const note = trouble ?? nothing?.(text) ?? "Nothing found";
      list.append(h("li", { class: "none", role: "presentation" }, note));
    }
    this.open = true;
    this.#activate(-1);
    list.hidden = false;
    list.scrollTop = 0;
    input.setAttribute("aria-expanded", "true");
    input.removeAttribute("aria-busy");
    say(found.length ? `${found.length} suggestions` : (list.textContent ?? ""));
    const waiting = this.chooseFirst;
    this.chooseFirst = null;
    if (waiting && found.length) this.#choose(0, waiting);
  }

  /** @param {Node[]} content */
  #option(content) {
    return h("li", { id: freshId("option"), role: "option", class: "option", "aria-selected": "false" }, ...content);
  }

  /** @param {number} place */
  #activate(place) {
    const { input, list } = this.options;
    this.active = place;
    if (place < 0) input.removeAttribute("aria-activedescendant");
    for (const [at, option] of [...list.querySelectorAll("[role=option]")].entries()) {
      option.setAttribute("aria-selected", String(at === place));
      if (at !== place) continue;
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
  }

  /** @param {number} place @param {Event} event */
  #choose(place, event) {
    const option = this.found[place];
    if (option === undefined) return;
    this.close();
    this.options.choose(option, event);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return; // Enter ends a syllable in Korean and Japanese, not the search
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

  /** @param {1 | -1} by */
  #step(by) {
    if (!this.open) return this.#ask(0);
    const places = this.found.length + 1; // one of them is the text field itself
    return this.#activate(((this.active + 1 + by + places) % places) - 1);
  }

  /** @param {KeyboardEvent} event */
  #enter(event) {
    if (this.active >= 0) return this.#choose(this.active, event);
    if (!this.options.input.value.trim()) return undefined;
    // Fast typists press Enter before the answer is there: take the best once it is.
    if (this.open && this.answered === this.options.input.value.trim()) return this.#choose(0, event);
    this.chooseFirst = event;
    return this.#ask(0);
  }
}
