/** Numbers, countries, strata and signals in words. */

const whole = new Intl.NumberFormat("en");
const regions = typeof Intl.DisplayNames === "function" ? new Intl.DisplayNames(["en"], { type: "region" }) : null;

/** @param {number} n @returns {string} */
export const number = (n) => whole.format(n);

/** @param {number} share @returns {string} As "12 %", with a space that does not break. */
export function percent(share) {
  const hundredths = share * 100;
  if (hundredths > 0 && hundredths < 0.5) return "<\u202f1\u202f%";
  return `${Math.round(hundredths)}\u202f%`;
}

/** @param {number} n @returns {string} */
export function listeners(n) {
  if (n === 0) return "no listener";
  return n === 1 ? "1 listener" : `${number(n)} listeners`;
}

/** @param {number} n @param {string} one @param {string} [many] @returns {string} */
export const count = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

/**
 * @param {string} code  ISO 3166-1 alpha-2, or UN M49 of a region.
 * @returns {string}
 */
export function countryName(code) {
  try {
    return regions?.of(code) ?? code;
  } catch {
    return code; // not a code the browser knows
  }
}

/** The strata from head to cold: what each is, in a few words. */
export const STRATA = {
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
const COLOURED = Object.keys(SIGNALS);

/** @param {string} signal @returns {string} */
export const signalWords = (signal) => SIGNALS[/** @type {keyof typeof SIGNALS} */ (signal)] ?? signal;

/**
 * @param {string} signal
 * @returns {string} Its colour in the style sheet: the same signal has the same colour everywhere.
 */
export function signalColour(signal) {
  const place = COLOURED.indexOf(signal);
  return `var(--signal-${place < 0 || place > 4 ? "other" : place})`;
}

/** @param {string} text @returns {string} */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Fold a text for a search among a few names on this page; the catalogue is searched by the server.
 *
 * @param {string} text
 * @returns {string}
 */
export const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
