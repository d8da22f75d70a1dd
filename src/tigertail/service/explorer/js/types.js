/**
 * Shapes of what the server answers; see /openapi.json.
 *
 * @typedef {"head" | "mid" | "tail" | "cold"} Stratum
 *
 * @typedef {object} Item
 * @property {string} id
 * @property {string} name
 * @property {string} kind
 * @property {string | null} country  ISO 3166-1 alpha-2.
 * @property {number} listeners
 * @property {Stratum} stratum
 *
 * @typedef {object} Carrier  What carries an answer: a signal, or, of listening alone, a group of listeners.
 * @property {string} [signal]
 * @property {number} [contribution]
 * @property {number} share
 * @property {boolean} [spoke]  Whether it says anything of the pair, or adds only what such an item may expect.
 * @property {string} [evidence]
 * @property {string} [group]
 * @property {string} [name]
 *
 * @typedef {Item & {rank: number, affinity: number, model: string, why?: Carrier[], because?: string}} Listed
 *
 * @typedef {object} Answer
 * @property {string} model
 * @property {Item[]} seeds
 * @property {string[]} notices
 * @property {Listed[]} items
 *
 * @typedef {Item & {model: string, known_by: Record<string, boolean>, weights: Record<string, number>}} Described
 *
 * @typedef {object} ModelCard
 * @property {string} version
 * @property {string} role
 * @property {string} dataset
 * @property {boolean} simulated
 * @property {number} items
 * @property {number} listeners
 * @property {string[]} signals
 * @property {string[]} mixture
 * @property {number | null} beta
 * @property {number | null} lens
 * @property {{code: string, name: string, listeners: number}[]} places
 * @property {{code: string, name: string, items: number}[]} item_countries
 * @property {string[]} kinds
 * @property {Stratum[]} strata
 *
 * @typedef {object} MapData
 * @property {string} model
 * @property {string[]} id
 * @property {string[]} name
 * @property {(string | null)[]} country
 * @property {number[]} listeners
 * @property {Stratum[]} stratum
 * @property {([number, number] | null)[]} before  Null where naive CF does not know the item.
 * @property {([number, number] | null)[]} after
 */

export {};
