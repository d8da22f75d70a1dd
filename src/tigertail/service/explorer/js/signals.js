/** Titles and colours of the signals. The API sends their names and order alone. */

const SIGNALS = {
  listening: "listeners in common",
  annotation: "descriptions by people",
  audio: "similar sound",
  web: "pages that mention both",
  sequences: "shows and playlists with both",
  factors: "listeners in common, by matrix factorization",
  "co-listening": "listeners in common, counted",
  pairs: "curated pairs",
};
const COLOURED = ["listening", "annotation", "audio", "web", "sequences"];

/** @param {string} signal @returns {string} */
export const signalTitle = (signal) => SIGNALS[/** @type {keyof typeof SIGNALS} */ (signal)] ?? signal;

/**
 * @param {string} signal
 * @returns {string} A colour of the style sheet: a signal has the same colour everywhere.
 */
export function signalColour(signal) {
  const index = COLOURED.indexOf(signal);
  return `var(--signal-${index < 0 ? "other" : index})`;
}
