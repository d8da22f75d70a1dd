/** Factors, names and strata as text. */

import { formatDecimal, formatNumber, text } from "./language.js";

/** @param {number} factor @returns {string} As "× 38" or "× 1.4". */
export const formatFactor = (factor) => `×\u202f${factor >= 10 ? formatNumber(factor) : formatDecimal(factor, 1)}`;

/** @param {number} n @returns {string} */
export const formatListeners = (n) => (n === 0 ? text("listeners.none") : text("listeners", { n }));

/** @param {{name: string, artist?: string | null}} item @returns {string} A track or an album after its artist. */
export const fullName = ({ name, artist }) => (artist ? `${artist} - ${name}` : name);

/** @param {import("./types.js").Stratum} stratum @returns {string} */
export const stratumTitle = (stratum) => text(`stratum.${stratum}.title`);

/** @param {string} text @returns {string} */
export const capitalize = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Fold a text for a search among country names; the server searches the catalogue.
 *
 * @param {string} text
 * @returns {string}
 */
export const foldText = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
