/** How near an answer is: its affinity as a share of the largest in its list. */

/** @typedef {import("./types.js").Listed} Listed */

/** @param {Listed[]} items @returns {number} The largest affinity of a list; above 0, also where all are cosines below it. */
export const largestAffinity = (items) => Math.max(...items.map(({ affinity }) => affinity), Number.MIN_VALUE);

/** @param {Listed} item @param {number} maxAffinity  That of its list. @returns {number} From 0 to 1. */
export const nearness = ({ affinity }, maxAffinity) => Math.max(0, affinity / maxAffinity);
