/** The options of a query in words, as a list that is taken along needs them. */

import { countryName, formatDecimal, formatPercent, text } from "./language.js";

/** @param {import("./state.js").State} state @returns {string[]} Those that are not the defaults of the model; the lens always. */
export function settingsText({ country, lens, beta, character, itemCountries, kinds, strata, disabledSignals }) {
  const place = country ? countryName(country) : text("lens.world");
  const filtered = [itemCountries, kinds, strata, disabledSignals].some((chosen) => chosen.length > 0);
  return [
    text("save.image.lens", { country: lens === null ? place : `${place} ${formatPercent(lens)}` }),
    ...(beta === null ? [] : [text("save.image.beta", { value: formatDecimal(beta, 1) })]),
    ...(character === null ? [] : [text("save.image.character", { share: formatPercent(character) })]),
    ...(filtered ? [text("save.image.filtered")] : []),
  ];
}
