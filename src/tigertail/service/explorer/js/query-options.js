/** The options of the query: lens, popularity exponent, signals, and filters. */

import { countryBadge } from "./badges.js";
import { bindState, checkbox, optionGroup, rangeInput, showState } from "./controls.js";
import { countryPicker } from "./country-picker.js";
import { freshId, h, refill } from "./dom.js";
import { capitalize, stratumTitle } from "./format.js";
import { icon } from "./icons.js";
import { countryName, formatNumber, formatPercent, text, textOr } from "./language.js";
import { signalColour, signalName, signalTitle } from "./signals.js";
import { DEFAULTS, LIST_LENGTHS, QUERY_OPTIONS, countChanged } from "./state.js";

/**
 * @typedef {import("./types.js").Described} Described
 * @typedef {import("./state.js").State} State
 */

const WORLD = "";

export class QueryOptions {
  /**
   * @param {HTMLElement} root
   * @param {import("./router.js").Router} router
   * @param {(text: string) => void} announce  To a screen reader.
   */
  constructor(root, router, announce) {
    this.router = router;
    this.announce = announce;
    this.body = h("div", { class: "query-options-body" });
    this.resetButton = h("button", { type: "button", class: "secondary reset", onclick: () => this.#reset() }, text("options.reset"));
    this.changedCount = h("span", { class: "changed-count" });
    this.details = h("details", { class: "query-options" }, h("summary", {}, icon("options"), h("span", {}, text("options.title")), this.changedCount, icon("chevron")), this.body);
    refill(root, this.details);
    // On a wide screen the options stand beside the lists, always open.
    const wide = matchMedia("(min-width: 1100px)");
    const fit = () => (this.details.open = wide.matches);
    wide.addEventListener("change", fit);
    fit();
    router.addEventListener("change", () => this.show());
  }

  /** @param {Described} model */
  setModel(model) {
    refill(this.body, this.#lens(model), this.#popularityExponent(model), this.#character(model), this.#signals(model), this.#filters(model), h("div", { class: "option-group last" }, this.resetButton));
    this.show();
  }

  /** Show the current state in every control. */
  show() {
    const { state } = this.router;
    const changed = countChanged(state);
    this.resetButton.disabled = changed === 0;
    this.changedCount.textContent = changed ? text("options.changed", { n: changed }) : "";
    showState(this.body, state);
  }

  #reset() {
    this.router.go(Object.fromEntries(QUERY_OPTIONS.map((name) => [name, DEFAULTS[name]])));
    this.announce(text("options.wasReset"));
  }

  /** @param {Described} model */
  #lens(model) {
    const clear = () => this.router.go({ country: null, lens: null });
    const current = h("p", { class: "current" });
    const picker = countryPicker({
      id: "lens-country",
      label: text("lens.country"),
      placeholder: text("lens.placeholder"),
      announce: this.announce,
      countries: () => [
        { code: WORLD, name: text("lens.world"), note: formatNumber(model.listeners ?? 0) },
        ...model.places.map((place) => ({ code: place.code, name: countryName(place.code), note: formatNumber(place.listeners ?? 0) })),
      ],
      choose: (country) => (country ? this.router.go({ country }) : clear()),
    });
    const strength = rangeInput(this.router, {
      label: text("lens.strength"),
      ends: [text("lens.off"), text("lens.full")],
      ...rangeOf(model, "lens"),
      value: (state) => state.lens ?? model.lens ?? 0.5,
      change: (lens) => ({ lens }),
      format: (value, state) => (state.lens === null ? text("options.default", { value: formatPercent(value) }) : formatPercent(value)),
    });
    const show = (/** @type {State} */ { country }) => {
      strength.hidden = !country;
      refill(
        current,
        ...(country
          ? [countryBadge(country), h("b", {}, countryName(country)), h("button", { type: "button", class: "icon-button", "aria-label": text("lens.clear"), title: text("lens.clear"), onclick: clear }, icon("close"))]
          : [icon("world"), h("b", {}, text("lens.world"))]),
      );
    };
    return optionGroup(text("lens.title"), text("lens.help"), bindState(current, show), picker, strength);
  }

  /** @param {Described} model */
  #popularityExponent(model) {
    const slider = rangeInput(this.router, {
      label: text("beta.title"),
      labelHidden: true,
      ends: [text("beta.low"), text("beta.high")],
      ...rangeOf(model, "beta"),
      value: (state) => state.beta ?? model.beta,
      change: (beta) => ({ beta }),
      format: (value, state) => popularityText(state.beta === null ? 0 : value - model.beta),
    });
    return optionGroup(text("beta.title"), "", slider);
  }

  /** @param {Described} model */
  #character(model) {
    const standard = model.character;
    if (standard === null) return null;
    const slider = rangeInput(this.router, {
      label: text("character.title"),
      labelHidden: true,
      ends: [text("character.low"), text("character.high")],
      ...rangeOf(model, "character"),
      value: (state) => state.character ?? standard,
      change: (character) => ({ character }),
      format: (value) => formatPercent(value),
    });
    return optionGroup(text("character.title"), "", slider);
  }

  /** @param {Described} model */
  #signals(model) {
    const boxes = model.mixture.map((signal) =>
      checkbox(this.router, capitalize(signalName(signal)), {
        note: signalTitle(signal),
        colour: signalColour(signal),
        checked: (state) => !state.disabledSignals.includes(signal),
        // One must stay: without any signal there is no list.
        disabled: (state) => !state.disabledSignals.includes(signal) && state.disabledSignals.length >= model.mixture.length - 1,
        change: (checked, state) => ({ disabledSignals: checked ? state.disabledSignals.filter((other) => other !== signal) : [...state.disabledSignals, signal] }),
      }),
    );
    return boxes.length ? optionGroup(text("options.signals"), "", h("div", { class: "checkboxes" }, ...boxes)) : null;
  }

  /** @param {Described} model */
  #filters(model) {
    return optionGroup(
      text("filters.title"),
      "",
      this.#subset("strata", text("filters.strata"), model.strata, stratumTitle),
      model.kinds.length > 1 ? this.#subset("kinds", text("filters.kinds"), model.kinds, () => "") : null,
      model.item_countries.length ? this.#homeCountries(model) : null,
      this.#length(),
    );
  }

  /**
   * A choice of some values. In the address no value means all; the boxes are then all checked.
   *
   * @template {string} T
   * @param {"strata" | "kinds"} name
   * @param {string} label
   * @param {T[]} values
   * @param {(value: T) => string} title
   */
  #subset(name, label, values, title) {
    /** @type {(state: State) => readonly string[]} */
    const chosen = (state) => (state[name].length ? state[name] : values);
    return h(
      "div",
      { class: "checkboxes inline-boxes", role: "group", "aria-label": label },
      ...values.map((value) =>
        checkbox(this.router, textOr(name === "strata" ? `stratum.${value}` : `kind.${value}`, value), {
          title: title(value),
          checked: (state) => chosen(state).includes(value),
          disabled: (state) => chosen(state).length === 1 && chosen(state)[0] === value,
          change: (checked, state) => {
            const next = values.filter((other) => (other === value ? checked : chosen(state).includes(other)));
            return { [name]: next.length === values.length ? [] : next };
          },
        }),
      ),
    );
  }

  /** @param {Described} model */
  #homeCountries(model) {
    const chips = h("ul", { class: "chips small", "aria-label": text("filters.homes.chosen") });
    const picker = countryPicker({
      id: "homes",
      label: text("filters.homes"),
      placeholder: text("filters.homes.placeholder"),
      announce: this.announce,
      countries: () => model.item_countries.map((place) => ({ code: place.code, name: countryName(place.code), note: text("item.items", { n: place.items ?? 0 }) })),
      choose: (code) => this.router.go({ itemCountries: [...new Set([...this.router.state.itemCountries, code])] }),
    });
    const show = (/** @type {State} */ { itemCountries }) => {
      chips.hidden = !itemCountries.length;
      refill(
        chips,
        ...itemCountries.map((code) =>
          h("li", { class: "chip" }, countryName(code), h("button", { type: "button", "aria-label": text("search.remove", { name: countryName(code) }), onclick: () => this.router.go({ itemCountries: itemCountries.filter((other) => other !== code) }) }, icon("close"))),
        ),
      );
    };
    return h("div", {}, bindState(chips, show), picker);
  }

  #length() {
    const id = freshId("n");
    const select = h("select", { id }, ...LIST_LENGTHS.map((n) => h("option", { value: n }, n)));
    select.addEventListener("change", () => this.router.go({ n: Number(select.value) }));
    bindState(select, ({ n }) => {
      const known = [...select.options].some((option) => option.value === String(n));
      if (!known) select.add(new Option(String(n), String(n)));
      select.value = String(n);
    });
    return h("p", { class: "inline" }, h("label", { for: id }, text("filters.length")), select);
  }
}

/**
 * @param {Described} model
 * @param {string} name  An option that is a number.
 */
function rangeOf(model, name) {
  const option = model.options.find((one) => one.name === name);
  return { min: option?.min ?? 0, max: option?.max ?? 1 };
}

/** @param {number} difference  From the default of the model. */
function popularityText(difference) {
  if (Math.abs(difference) < 0.011) return text("beta.default");
  if (difference < 0) return text(difference < -0.3 ? "beta.most" : "beta.more");
  return text(difference > 0.3 ? "beta.least" : "beta.less");
}
