/** Why an answer is there: a bar of what carries it, and the evidence in sentences. */

import { h } from "./dom.js";
import { capital, percent, signalColour, signalWords } from "./words.js";

/** @typedef {import("./types.js").Carrier} Carrier */

const LEAST = 0.005; // a share below it is neither seen nor mentioned

/** @param {Carrier} carrier */
const called = (carrier) => carrier.signal ?? carrier.name ?? carrier.group ?? "";

/** @param {Carrier} carrier */
const colour = (carrier) => (carrier.signal ? signalColour(carrier.signal) : "var(--signal-0)");

/** @param {Carrier} carrier  A signal that is silent of the pair adds what such an item may expect. */
const silent = (carrier) => carrier.spoke === false;

/**
 * @param {Carrier[]} why
 * @returns {HTMLElement} A stacked bar; hatched where a signal does not speak of the pair.
 */
export function whyBar(why) {
  const seen = why.filter((carrier) => carrier.share >= LEAST);
  return h(
    "span",
    { class: "bar", role: "img", "aria-label": seen.map((carrier) => `${called(carrier)} ${percent(carrier.share)}`).join(", ") },
    ...seen.map((carrier) =>
      h("span", {
        class: silent(carrier) ? "part silent" : "part",
        title: `${called(carrier)} ${percent(carrier.share)}`,
        vars: { "--share": carrier.share, "--colour": colour(carrier) },
      }),
    ),
  );
}

/**
 * @param {Carrier[]} why
 * @returns {HTMLElement} One line a signal, the largest first.
 */
export function whyLines(why) {
  const seen = why.filter((carrier) => carrier.share >= LEAST);
  return h("ul", { class: "reasons" }, ...seen.map(line));
}

/** @param {Carrier} carrier */
function line(carrier) {
  return h(
    "li",
    {},
    h("span", { class: silent(carrier) ? "swatch silent" : "swatch", vars: { "--colour": colour(carrier) } }),
    h("span", { class: "who" }, carrier.signal ?? h("bdi", {}, called(carrier))),
    h("span", { class: "share" }, percent(carrier.share)),
    h("span", { class: "said", dir: "auto" }, sentence(carrier)),
  );
}

/** @param {Carrier} carrier */
function sentence(carrier) {
  if (!carrier.signal) return "listeners of this group carry it";
  if (silent(carrier)) return "Says nothing of the two: this is what such an item may expect.";
  return carrier.evidence ? `${capital(carrier.evidence)}.` : `${capital(signalWords(carrier.signal))}.`;
}

/**
 * @param {string[]} signals
 * @returns {HTMLElement} Which colour is which signal.
 */
export function legend(signals) {
  return h(
    "ul",
    { class: "legend", "aria-label": "Colours of the signals" },
    ...signals.map((signal) =>
      h("li", { title: signalWords(signal) }, h("span", { class: "swatch", vars: { "--colour": signalColour(signal) } }), signal),
    ),
    h("li", { title: "A signal that says nothing of the pair adds what an item of such popularity may expect" }, h("span", { class: "swatch silent" }), "expected"),
  );
}
