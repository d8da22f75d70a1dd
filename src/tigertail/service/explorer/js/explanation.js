/** Why an answer is there: a bar of what carries it, and the evidence in sentences. */

import { h } from "./dom.js";
import { capitalize, formatPercent, signalColour, signalTitle } from "./format.js";

/** @typedef {import("./types.js").Carrier} Carrier */

const MIN_SHARE = 0.005; // a share below it is neither seen nor mentioned

/** @param {Carrier} carrier */
const labelOf = (carrier) => carrier.signal ?? carrier.name ?? carrier.group ?? "";

/** @param {Carrier} carrier */
const colourOf = (carrier) => (carrier.signal ? signalColour(carrier.signal) : "var(--signal-0)");

/** @param {Carrier} carrier  A signal that is silent of the pair adds what such an item may expect. */
const isPrior = (carrier) => carrier.spoke === false;

/**
 * @param {Carrier[]} why
 * @returns {HTMLElement} A stacked bar; hatched where a signal does not speak of the pair.
 */
export function explanationBar(why) {
  const seen = why.filter((carrier) => carrier.share >= MIN_SHARE);
  return h(
    "span",
    { class: "bar", role: "img", "aria-label": seen.map((carrier) => `${labelOf(carrier)} ${formatPercent(carrier.share)}`).join(", ") },
    ...seen.map((carrier) =>
      h("span", {
        class: isPrior(carrier) ? "part silent" : "part",
        title: `${labelOf(carrier)} ${formatPercent(carrier.share)}`,
        vars: { "--share": carrier.share, "--colour": colourOf(carrier) },
      }),
    ),
  );
}

/**
 * @param {Carrier[]} why
 * @returns {HTMLElement} One line a signal, the largest first.
 */
export function explanationList(why) {
  const seen = why.filter((carrier) => carrier.share >= MIN_SHARE);
  return h("ul", { class: "reasons" }, ...seen.map(explanationLine));
}

/** @param {Carrier} carrier */
function explanationLine(carrier) {
  return h(
    "li",
    {},
    h("span", { class: isPrior(carrier) ? "swatch silent" : "swatch", vars: { "--colour": colourOf(carrier) } }),
    h("span", { class: "who" }, carrier.signal ?? h("bdi", {}, labelOf(carrier))),
    h("span", { class: "share" }, formatPercent(carrier.share)),
    h("span", { class: "said", dir: "auto" }, evidenceText(carrier)),
  );
}

/** @param {Carrier} carrier */
function evidenceText(carrier) {
  if (!carrier.signal) return "listeners of this group carry it";
  if (isPrior(carrier)) return "Says nothing of the two: this is what such an item may expect.";
  return carrier.evidence ? `${capitalize(carrier.evidence)}.` : `${capitalize(signalTitle(carrier.signal))}.`;
}

/**
 * @param {string[]} signals
 * @returns {HTMLElement} Which colour is which signal.
 */
export function signalLegend(signals) {
  return h(
    "ul",
    { class: "legend", "aria-label": "Colours of the signals" },
    ...signals.map((signal) =>
      h("li", { title: signalTitle(signal) }, h("span", { class: "swatch", vars: { "--colour": signalColour(signal) } }), signal),
    ),
    h("li", { title: "A signal that says nothing of the pair adds what an item of such popularity may expect" }, h("span", { class: "swatch silent" }), "expected"),
  );
}
