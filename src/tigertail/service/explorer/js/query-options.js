/** The dials: from where one looks, how daring, which signals, and what may be listed. */

import { countryBadge } from "./badges.js";
import { checkbox, optionGroup, bindState, rangeInput } from "./controls.js";
import { freshId, h, refill } from "./dom.js";
import { icon } from "./icons.js";
import { countryPicker } from "./country-picker.js";
import { DEFAULTS, QUERY_OPTIONS, LIST_LENGTHS, isCustomised } from "./state.js";
import { STRATUM_TITLES, capitalize, pluralize, countryName, formatNumber, signalColour, signalTitle } from "./format.js";

const MAX_BETA = 1.2; // beyond it nothing is left but the unheard
const WORLD = "";

/**
 * @typedef {import("./types.js").ModelCard} ModelCard
 * @typedef {import("./state.js").State} State
 */

export class QueryOptions {
  /**
   * @param {HTMLElement} root
   * @param {import("./state.js").Router} place
   * @param {(text: string) => void} say
   */
  constructor(root, place, say) {
    this.place = place;
    this.say = say;
    /** @type {ModelCard | null} */
    this.model = null;
    this.body = h("div", { class: "dials-body" });
    this.reset = h("button", { type: "button", class: "plain reset", onclick: () => this.#reset() }, "Reset");
    this.changedCount = h("span", { class: "turned" });
    this.details = h("details", { class: "dials" }, h("summary", {}, icon("dials"), h("span", {}, "Dials"), this.changedCount, icon("chevron")), this.body);
    refill(root, this.details);
    // Wide enough, the dials stand beside the lists and are never closed.
    const wide = matchMedia("(min-width: 1100px)");
    const fit = () => (this.details.open = wide.matches);
    wide.addEventListener("change", fit);
    fit();
    place.addEventListener("change", () => this.show());
  }

  /** @param {ModelCard} model */
  setModel(model) {
    this.model = model;
    refill(this.body, this.#lens(model), this.#adventurousness(model), this.#signals(model), this.#filters(model), h("div", { class: "dial last" }, this.reset));
    this.show();
  }

  /** Let every control say what the address says. */
  show() {
    const { state } = this.place;
    this.reset.disabled = !isCustomised(state);
    const many = QUERY_OPTIONS.filter((name) => JSON.stringify(state[name]) !== JSON.stringify(DEFAULTS[name])).length;
    this.changedCount.textContent = many ? `${many} turned` : "";
    for (const control of this.body.querySelectorAll("[data-follows]")) control.dispatchEvent(new CustomEvent("follow", { detail: state }));
  }

  #reset() {
    this.place.go(Object.fromEntries(QUERY_OPTIONS.map((name) => [name, DEFAULTS[name]])));
    this.say("Dials reset");
  }

  /** @param {ModelCard} model */
  #lens(model) {
    const current = h("p", { class: "now" });
    const { element } = countryPicker({
      id: "lens-country",
      label: "Look from which country",
      placeholder: "Choose a country…",
      say: this.say,
      countries: () => [
        { code: WORLD, name: "The whole world", note: formatNumber(model.listeners ?? 0) },
        ...model.places.map((one) => ({ code: one.code, name: countryName(one.code), note: formatNumber(one.listeners) })),
      ],
      choose: (code) => this.place.go(code ? { country: code } : { country: null, lens: null }),
    });
    const strength = rangeInput(this.place, {
      label: "Strength",
      ends: ["off", "all of it"],
      max: 1,
      value: (state) => state.lens ?? model.lens ?? 0.5,
      change: (lens) => ({ lens }),
      format: (value, state) => `${Math.round(value * 100)} %${state.lens === null ? ", as the model has it" : ""}`,
    });
    const follow = (/** @type {State} */ state) => {
      strength.hidden = !state.country;
      refill(
        current,
        ...(state.country
          ? [countryBadge(state.country), h("b", {}, countryName(state.country)), h("button", { type: "button", class: "act", "aria-label": "Back to the whole world", title: "Back to the whole world", onclick: () => this.place.go({ country: null, lens: null }) }, icon("close"))]
          : [icon("world"), h("b", {}, "The whole world")]),
      );
    };
    return optionGroup("Look from", "Listeners there count for more.", bindState(current, follow), element, strength);
  }

  /** @param {ModelCard} model */
  #adventurousness(model) {
    const modelBeta = model.beta ?? 0.5;
    const slider = rangeInput(this.place, {
      label: "Adventurousness",
      labelHidden: true,
      ends: ["stars", "discoveries"],
      max: MAX_BETA,
      value: (state) => state.beta ?? modelBeta,
      change: (beta) => ({ beta }),
      format: (value, state) => betaText(value, state.beta === null ? value : modelBeta),
    });
    return optionGroup("Adventurousness", "", slider);
  }

  /** @param {ModelCard} model */
  #signals(model) {
    const boxes = model.mixture.map((signal) =>
      checkbox(this.place, capitalize(signal), {
        note: signalTitle(signal),
        colour: signalColour(signal),
        checked: (state) => !state.without.includes(signal),
        // One must remain: with every signal off there is nobody to ask.
        disabled: (state) => !state.without.includes(signal) && state.without.length >= model.mixture.length - 1,
        change: (on, state) => ({ without: on ? state.without.filter((one) => one !== signal) : [...state.without, signal] }),
      }),
    );
    return boxes.length ? optionGroup("Signals", "", h("div", { class: "boxes" }, ...boxes)) : null;
  }

  /** @param {ModelCard} model */
  #filters(model) {
    return optionGroup(
      "What may be listed",
      "",
      this.#subset("strata", model.strata, (stratum) => STRATUM_TITLES[/** @type {keyof typeof STRATUM_TITLES} */ (stratum)]),
      model.kinds.length > 1 ? this.#subset("kinds", model.kinds, () => "") : null,
      model.homes.length ? this.#homeCountries(model) : null,
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
        checkbox(this.place, one, {
          title: words(one),
          checked: (state) => chosen(state).includes(one),
          disabled: (state) => chosen(state).length === 1 && chosen(state)[0] === one,
          change: (on, state) => {
            const next = all.filter((other) => (other === one ? on : chosen(state).includes(other)));
            return { [name]: next.length === all.length ? [] : next };
          },
        }),
      ),
    );
  }

  /** @param {ModelCard} model */
  #homeCountries(model) {
    const chips = h("ul", { class: "chips small", "aria-label": "Only from" });
    const { element } = countryPicker({
      id: "homes",
      label: "Only artists from",
      placeholder: "Only from… any country",
      say: this.say,
      countries: () => model.homes.map((one) => ({ code: one.code, name: countryName(one.code), note: pluralize(one.items, "item") })),
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
    return h("div", {}, bindState(chips, follow), element);
  }

  #length() {
    const id = freshId("n");
    const select = h("select", { id }, ...LIST_LENGTHS.map((n) => h("option", { value: n }, n)));
    select.addEventListener("change", () => this.place.go({ n: Number(select.value) }));
    bindState(select, (state) => {
      const there = [...select.options].some((option) => option.value === String(state.n));
      if (!there) select.add(new Option(String(state.n), String(state.n)));
      select.value = String(state.n);
    });
    return h("p", { class: "inline" }, h("label", { for: id }, "How many"), select);
  }
}

/** @param {number} value @param {number} usual */
function betaText(value, usual) {
  const difference = value - usual;
  if (Math.abs(difference) < 0.011) return "balanced, as tuned";
  if (difference < 0) return difference < -0.3 ? "stars first" : "rather known";
  return difference > 0.3 ? "deep in the tail" : "rather unheard";
}
