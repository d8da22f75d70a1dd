/** The dials: from where one looks, how daring, which signals, and what may be listed. */

import { countryBadge } from "./badges.js";
import { box, dial, following, range } from "./controls.js";
import { freshId, h, refill } from "./dom.js";
import { icon } from "./icons.js";
import { picker } from "./picker.js";
import { DEFAULTS, DIALS, LENGTHS, turned } from "./state.js";
import { STRATA, capital, count, countryName, number, signalColour, signalWords } from "./words.js";

const DARING = 1.2; // beyond it nothing is left but the unheard
const WORLD = "";

/**
 * @typedef {import("./types.js").ModelCard} ModelCard
 * @typedef {import("./state.js").State} State
 */

export class Dials {
  /**
   * @param {HTMLElement} root
   * @param {import("./state.js").Place} place
   * @param {(text: string) => void} say
   */
  constructor(root, place, say) {
    this.place = place;
    this.say = say;
    /** @type {ModelCard | null} */
    this.model = null;
    this.body = h("div", { class: "dials-body" });
    this.reset = h("button", { type: "button", class: "plain reset", onclick: () => this.#reset() }, "Reset");
    this.state = h("span", { class: "turned" });
    this.details = h("details", { class: "dials" }, h("summary", {}, icon("dials"), h("span", {}, "Dials"), this.state, icon("chevron")), this.body);
    refill(root, this.details);
    // Wide enough, the dials stand beside the lists and are never closed.
    const wide = matchMedia("(min-width: 1100px)");
    const fit = () => (this.details.open = wide.matches);
    wide.addEventListener("change", fit);
    fit();
    place.addEventListener("change", () => this.show());
  }

  /** @param {ModelCard} model */
  open(model) {
    this.model = model;
    refill(this.body, this.#lens(model), this.#daring(model), this.#signals(model), this.#listable(model), h("div", { class: "dial last" }, this.reset));
    this.show();
  }

  /** Let every control say what the address says. */
  show() {
    const { state } = this.place;
    this.reset.disabled = !turned(state);
    const many = DIALS.filter((name) => JSON.stringify(state[name]) !== JSON.stringify(DEFAULTS[name])).length;
    this.state.textContent = many ? `${many} turned` : "";
    for (const control of this.body.querySelectorAll("[data-follows]")) control.dispatchEvent(new CustomEvent("follow", { detail: state }));
  }

  #reset() {
    this.place.go(Object.fromEntries(DIALS.map((name) => [name, DEFAULTS[name]])));
    this.say("Dials reset");
  }

  /** @param {ModelCard} model */
  #lens(model) {
    const now = h("p", { class: "now" });
    const { element } = picker({
      id: "lens-country",
      label: "Look from which country",
      placeholder: "Choose a country…",
      say: this.say,
      countries: () => [
        { code: WORLD, name: "The whole world", note: number(model.listeners ?? 0) },
        ...model.places.map((one) => ({ code: one.code, name: countryName(one.code), note: number(one.listeners) })),
      ],
      choose: (code) => this.place.go(code ? { country: code } : { country: null, lens: null }),
    });
    const strength = range(this.place, {
      label: "Strength",
      ends: ["off", "all of it"],
      max: 1,
      value: (state) => state.lens ?? model.lens ?? 0.5,
      turn: (lens) => ({ lens }),
      words: (value, state) => `${Math.round(value * 100)} %${state.lens === null ? ", as the model has it" : ""}`,
    });
    const follow = (/** @type {State} */ state) => {
      strength.hidden = !state.country;
      refill(
        now,
        ...(state.country
          ? [countryBadge(state.country), h("b", {}, countryName(state.country)), h("button", { type: "button", class: "act", "aria-label": "Back to the whole world", title: "Back to the whole world", onclick: () => this.place.go({ country: null, lens: null }) }, icon("close"))]
          : [icon("world"), h("b", {}, "The whole world")]),
      );
    };
    return dial("Look from", "Listeners there count for more.", following(now, follow), element, strength);
  }

  /** @param {ModelCard} model */
  #daring(model) {
    const usual = model.beta ?? 0.5;
    const slider = range(this.place, {
      label: "Adventurousness",
      titled: true,
      ends: ["stars", "discoveries"],
      max: DARING,
      value: (state) => state.beta ?? usual,
      turn: (beta) => ({ beta }),
      words: (value, state) => daring(value, state.beta === null ? value : usual),
    });
    return dial("Adventurousness", "", slider);
  }

  /** @param {ModelCard} model */
  #signals(model) {
    const boxes = model.mixture.map((signal) =>
      box(this.place, capital(signal), {
        note: signalWords(signal),
        colour: signalColour(signal),
        on: (state) => !state.without.includes(signal),
        // One must remain: with every signal off there is nobody to ask.
        fixed: (state) => !state.without.includes(signal) && state.without.length >= model.mixture.length - 1,
        turn: (on, state) => ({ without: on ? state.without.filter((one) => one !== signal) : [...state.without, signal] }),
      }),
    );
    return boxes.length ? dial("Signals", "", h("div", { class: "boxes" }, ...boxes)) : null;
  }

  /** @param {ModelCard} model */
  #listable(model) {
    return dial(
      "What may be listed",
      "",
      this.#subset("strata", model.strata, (stratum) => STRATA[/** @type {keyof typeof STRATA} */ (stratum)]),
      model.kinds.length > 1 ? this.#subset("kinds", model.kinds, () => "") : null,
      model.item_countries.length ? this.#homes(model) : null,
      this.#length(),
    );
  }

  /**
   * Some of a few. In the address none named means all; here all are ticked then.
   *
   * @param {"strata" | "kinds"} name
   * @param {string[]} all
   * @param {(one: string) => string} words
   */
  #subset(name, all, words) {
    const chosen = (/** @type {State} */ state) => (state[name].length ? state[name] : all);
    return h(
      "div",
      { class: "boxes row", role: "group", "aria-label": name },
      ...all.map((one) =>
        box(this.place, one, {
          title: words(one),
          on: (state) => chosen(state).includes(one),
          fixed: (state) => chosen(state).length === 1 && chosen(state)[0] === one,
          turn: (on, state) => {
            const next = all.filter((other) => (other === one ? on : chosen(state).includes(other)));
            return { [name]: next.length === all.length ? [] : next };
          },
        }),
      ),
    );
  }

  /** @param {ModelCard} model */
  #homes(model) {
    const chips = h("ul", { class: "chips small", "aria-label": "Only from" });
    const { element } = picker({
      id: "homes",
      label: "Only artists from",
      placeholder: "Only from… any country",
      say: this.say,
      countries: () => model.item_countries.map((one) => ({ code: one.code, name: countryName(one.code), note: count(one.items, "item") })),
      choose: (code) => this.place.go({ homes: [...new Set([...this.place.state.homes, code])] }),
    });
    const follow = (/** @type {State} */ state) => {
      chips.hidden = !state.homes.length;
      refill(
        chips,
        ...state.homes.map((code) =>
          h("li", { class: "chip" }, countryName(code), h("button", { type: "button", "aria-label": `Not only from ${countryName(code)}`, onclick: () => this.place.go({ homes: state.homes.filter((one) => one !== code) }) }, icon("close"))),
        ),
      );
    };
    return h("div", {}, following(chips, follow), element);
  }

  #length() {
    const id = freshId("n");
    const select = h("select", { id }, ...LENGTHS.map((n) => h("option", { value: n }, n)));
    select.addEventListener("change", () => this.place.go({ n: Number(select.value) }));
    following(select, (state) => {
      const there = [...select.options].some((option) => option.value === String(state.n));
      if (!there) select.add(new Option(String(state.n), String(state.n)));
      select.value = String(state.n);
    });
    return h("p", { class: "inline" }, h("label", { for: id }, "How many"), select);
  }
}

/** @param {number} value @param {number} usual */
function daring(value, usual) {
  const off = value - usual;
  if (Math.abs(off) < 0.011) return "balanced, as tuned";
  if (off < 0) return off < -0.3 ? "stars first" : "rather known";
  return off > 0.3 ? "deep in the tail" : "rather unheard";
}
