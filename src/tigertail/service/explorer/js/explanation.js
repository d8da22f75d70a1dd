/** Why an item is in the list: a bar of its parts, and the evidence of each in a sentence. */

import { h } from "./dom.js";
import { capitalize, formatFactor } from "./format.js";
import { formatList, formatPercent, text } from "./language.js";
import { groupName, ownWords } from "./evidence.js";
import { fromServer } from "./placeholders.js";
import { signalColour, signalName, signalTitle } from "./signals.js";

/**
 * @typedef {import("./types.js").Contribution} Contribution
 * @typedef {import("./types.js").Listed} Listed
 */

const MIN_SHARE = 0.005; // smaller shares are left out

/** @param {Contribution} part */
const labelOf = (part) => (part.signal ? signalName(part.signal) : groupName(part));

/** @param {Contribution} part */
const shareOf = (part) => text("signal.share", { signal: labelOf(part), share: formatPercent(part.share) });

/** @param {Contribution} part @returns {string} For a style sheet. */
export const colourOf = (part) => (part.signal ? signalColour(part.signal) : "var(--group)");

/** @param {Listed} item @returns {Contribution[]} The parts that are large enough to show. */
export const partsOf = (item) => (item.why ?? []).filter((part) => part.share >= MIN_SHARE);

/**
 * @param {Listed} item
 * @returns {HTMLElement} A stacked bar.
 */
export function explanationBar(item) {
  const parts = partsOf(item);
  return h(
    "span",
    { class: "bar", role: "img", "aria-label": formatList(parts.map(shareOf)) },
    ...parts.map((part) =>
      h("span", {
        class: "part",
        title: shareOf(part),
        vars: { "--share": part.share, "--colour": colourOf(part) },
      }),
    ),
  );
}

/**
 * @param {Listed} item
 * @returns {HTMLElement} One line per part, the largest first.
 */
export const explanationList = (item) => h("ul", { class: "evidence-list" }, ...partsOf(item).map(explanationLine));

/** @param {Contribution} part */
function explanationLine(part) {
  return h(
    "li",
    {},
    h("span", { class: "swatch", vars: { "--colour": colourOf(part) } }),
    h("span", { class: "part-name" }, h("bdi", {}, labelOf(part))),
    h("span", { class: "share" }, amountText(part)),
    evidence(part),
  );
}

/** @param {Contribution} part  What a signal multiplies the affinity by, or the share of a group. */
const amountText = (part) => (part.factor ? formatFactor(part.factor) : formatPercent(part.share));

/** @param {Contribution} part  The evidence in the words of the page, or in those of the server. */
function evidence(part) {
  const own = ownWords(part);
  return h("span", { class: "evidence", ...(own ? {} : fromServer) }, own ?? `${capitalize(part.evidence ?? "")}.`);
}

/**
 * @param {Listed[]} items
 * @param {string[]} mixture  Signals in the order of the model.
 * @returns {HTMLElement} The colours of the signals in a list.
 */
export function signalLegend(items, mixture) {
  const present = new Set(items.flatMap((item) => partsOf(item).flatMap((part) => part.signal ?? [])));
  const signals = [...mixture.filter((signal) => present.has(signal)), ...[...present].filter((signal) => !mixture.includes(signal))];
  return h(
    "ul",
    { class: "legend", "aria-label": text("signal.legend") },
    ...signals.map((signal) =>
      h("li", { title: signalTitle(signal) }, h("span", { class: "swatch", vars: { "--colour": signalColour(signal) } }), signalName(signal)),
    ),
  );
}
