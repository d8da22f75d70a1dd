/** Titles and colours of the signals, as the API describes them. */

/** @typedef {import("./types.js").SignalInfo} SignalInfo */

import { textIfAny } from "./language.js";

/** @type {Map<string, SignalInfo>} */
const known = new Map();

/** Take over the signals of a model. @param {SignalInfo[]} signals */
export function describeSignals(signals) {
  for (const signal of signals) known.set(signal.name, signal);
}

/** @param {string} signal @returns {string} */
export const signalName = (signal) => textIfAny(`signal.${signal}`, signal);

/** @param {string} signal @returns {string} */
export const signalTitle = (signal) => textIfAny(`signal.${signal}.title`, known.get(signal)?.title ?? signal);

/**
 * @param {string} signal
 * @returns {string} Its colour, a lighter one in dark mode.
 */
export function signalColour(signal) {
  const colour = known.get(signal)?.colour;
  return colour ? `light-dark(${colour}, color-mix(in oklab, ${colour} 65%, white))` : "var(--signal-other)";
}
