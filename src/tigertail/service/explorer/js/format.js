/** Numbers, countries, strata and signals in words. */

const integerFormat = new Intl.NumberFormat("en");
const regionNames = typeof Intl.DisplayNames === "function" ? new Intl.DisplayNames(["en"], { type: "region" }) : null;

/** @param {number} n @returns {string} */
export const formatNumber = (n) => integerFormat.format(n);

/** @param {number} share @returns {string} As "12 %", with a space that does not break. */
export function formatPercent(share) {
  const hundredths = share * 100;
  if (hundredths > 0 && hundredths < 0.5) return "<\u202f1\u202f%";
  return `${Math.round(hundredths)}\u202f%`;
}

/** @param {number} n @returns {string} */
export function formatListeners(n) {
  if (n === 0) return "no listener";
  return n === 1 ? "1 listener" : `${formatNumber(n)} listeners`;
}

/** @param {number} n @param {string} one @param {string} [many] @returns {string} */
export const pluralize = (n, one, many = `${one}s`) => `${formatNumber(n)} ${n === 1 ? one : many}`;

/**
 * @param {string} code  ISO 3166-1 alpha-2, or UN M49 of a region.
 * @returns {string}
 */
export function countryName(code) {
  try {
    return regionNames?.of(code) ?? code;
  } catch {
    return code; // not a code the browser knows
  }
}

/** The strata from head to cold: what each is, in a few words. */
export const STRATUM_TITLES = {
  head: "head: the few whom most listeners play",
  mid: "mid: known, but no star",
  tail: "tail: the many whom few play",
  cold: "cold: nobody in the data has played it",
};

/** Signals, and what each goes by. */
const SIGNALS = {
  listening: "who plays both",
  annotation: "what people say of both",
  audio: "how both sound",
  web: "pages that mention both",
  sequences: "shows and playlists with both",
  factors: "who plays both, as factors",
  "co-listening": "who plays both, counted",
  pairs: "pairs given as similar",
};
const COLOURED_SIGNALS = Object.keys(SIGNALS);

/** @param {string} signal @returns {string} */
export const signalTitle = (signal) => SIGNALS[/** @type {keyof typeof SIGNALS} */ (signal)] ?? signal;

/**
 * @param {string} signal
 * @returns {string} Its colour in the style sheet: the same signal has the same colour everywhere.
 */
export function signalColour(signal) {
  const index = COLOURED_SIGNALS.indexOf(signal);
  return `var(--signal-${index < 0 || index > 4 ? "other" : index})`;
}

/** @param {string} text @returns {string} */
export const capitalize = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Fold a text for a search among a few names on this page; the catalogue is searched by the server.
 *
 * @param {string} text
 * @returns {string}
 */
export const foldText = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
