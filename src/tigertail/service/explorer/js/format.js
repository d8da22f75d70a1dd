/** Factors, names and strata as text. */

import { formatDecimal, formatNumber, language, text } from "./language.js";

/** @param {number} factor @returns {string} As "× 38" or "× 1.4". */
export const formatFactor = (factor) => `×\u202f${factor >= 10 ? formatNumber(factor) : formatDecimal(factor, 1)}`;

/** @param {number} n @returns {string} */
export const formatListeners = (n) => text("item.listeners", { n });

/** @param {{name: string, artist?: string | null}} item @returns {string} A track or an album after its artist. */
export const fullName = ({ name, artist }) => (artist ? `${artist} - ${name}` : name);

/** @param {import("./types.js").Stratum} stratum @returns {string} */
export const stratumTitle = (stratum) => text(`stratum.${stratum}.title`);

/** @param {string} words @returns {string} */
export const capitalize = (words) => words.charAt(0).toLocaleUpperCase(language) + words.slice(1);

/**
 * Fold a text for a search among country names; the server searches the catalogue.
 *
 * @param {string} words
 * @returns {string}
 */
export const foldText = (words) => words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
