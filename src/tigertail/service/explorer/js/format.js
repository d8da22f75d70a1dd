/** Numbers, countries and strata as text. */

const integerFormat = new Intl.NumberFormat("en");
const regionNames = typeof Intl.DisplayNames === "function" ? new Intl.DisplayNames(["en"], { type: "region" }) : null;

/** @param {number} n @returns {string} */
export const formatNumber = (n) => integerFormat.format(n);

/** @param {number} share @returns {string} As "12 %", with a narrow no-break space. */
export function formatPercent(share) {
  const percent = share * 100;
  if (percent > 0 && percent < 0.5) return "<\u202f1\u202f%";
  return `${Math.round(percent)}\u202f%`;
}

/** @param {number} factor @returns {string} As "× 38" or "× 1.4". */
export const formatFactor = (factor) => `×\u202f${factor >= 10 ? formatNumber(Math.round(factor)) : factor.toFixed(1)}`;

/** @param {number} n @returns {string} */
export function formatListeners(n) {
  if (n === 0) return "no listeners";
  return n === 1 ? "1 listener" : `${formatNumber(n)} listeners`;
}

/** @param {number} n @param {string} singular @param {string} [plural] @returns {string} */
export const pluralize = (n, singular, plural = `${singular}s`) => `${formatNumber(n)} ${n === 1 ? singular : plural}`;

/**
 * @param {string} code  ISO 3166-1 alpha-2, or UN M49 of a region.
 * @returns {string}
 */
export function countryName(code) {
  try {
    return regionNames?.of(code) ?? code;
  } catch {
    return code; // not in the data of this browser
  }
}

/** @param {{name: string, artist?: string | null}} item @returns {string} A track or an album after its artist. */
export const fullName = ({ name, artist }) => (artist ? `${artist} - ${name}` : name);

/** The strata of popularity, from head to cold. */
export const STRATUM_TITLES = {
  head: "head: the few artists that most listeners play",
  mid: "mid: well known, but not a star",
  tail: "tail: the many artists with few listeners",
  cold: "cold: no listeners in the data",
};

/** @param {string} text @returns {string} */
export const capitalize = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Fold a text for a search among country names; the server searches the catalogue.
 *
 * @param {string} text
 * @returns {string}
 */
export const foldText = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
