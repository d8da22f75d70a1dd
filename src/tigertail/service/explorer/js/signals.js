/** Names, titles and colours of the signals. The page has words for those of the package; the API describes all. */

import { formatPercent, text, textOr } from "./language.js";

/** @typedef {import("./types.js").SignalInfo} SignalInfo */

/** @type {Map<string, SignalInfo>} */
const known = new Map();

/** Take over the signals of a model. @param {SignalInfo[]} signals */
export function describeSignals(signals) {
  for (const signal of signals) known.set(signal.name, signal);
}

/** @param {string} signal @returns {string} */
export const signalName = (signal) => textOr(`signal.${signal}`, signal);

/** @param {string} signal @returns {string} What its affinity is based on. */
export const signalTitle = (signal) => textOr(`signal.${signal}.title`, known.get(signal)?.title ?? signal);

/** @param {string} signal @param {number} share @returns {string} Such as "audio 12%". */
export const signalShare = (signal, share) => text("signal.share", { signal: signalName(signal), share: formatPercent(share) });

/**
 * @param {string} signal
 * @returns {string} Its colour, a lighter one in dark mode.
 */
export function signalColour(signal) {
  const colour = known.get(signal)?.colour;
  return colour ? `light-dark(${colour}, color-mix(in oklab, ${colour} 65%, white))` : "var(--signal-other)";
}
