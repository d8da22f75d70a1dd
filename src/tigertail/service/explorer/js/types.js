/**
 * The JSON of the HTTP API (see /openapi.json), and the types that several modules share. Most have the names of the API's
 * schemas; its `Map` and `Event` are `CatalogueMap` and `FeedbackEvent` here, since the browser has both names itself, and
 * its `Playlist` is a `Walk`.
 *
 * @typedef {"head" | "mid" | "tail" | "cold"} Stratum
 *
 * @typedef {object} Item
 * @property {string} id
 * @property {string} name
 * @property {string} kind
 * @property {string | null} [artist]  Of a track or an album, as it is spelled.
 * @property {string | null} country  ISO 3166-1 alpha-2.
 * @property {number} listeners
 * @property {Stratum} stratum
 *
 * @typedef {Item & {match: number}} Match
 *
 * @typedef {object} Found
 * @property {string} model
 * @property {Match[]} items
 *
 * @typedef {object} Contribution  A part of an affinity: of one signal, or of one group of listeners.
 * @property {string} [signal]
 * @property {number} [contribution]
 * @property {number | null} [factor]  What it multiplies the affinity by.
 * @property {number | null} [lens]  What the lens alone multiplies it by, as a part of that.
 * @property {number} share
 * @property {boolean} [has_data]  False if the signal has no data on the pair, or the item is beyond the neighbours that it keeps.
 * @property {string} [evidence]  In English.
 * @property {Fact[]} [facts]  The same, for a page that has its own words.
 * @property {string} [seed]  The item of the query that it links to, where there are several.
 * @property {string} [group]
 * @property {string} [name]
 *
 * @typedef {{key: string, name: string}} FactName  A group of listeners by its key, a label by its facet, or a descriptor of sound that is "high" or "low".
 *
 * @typedef {object} Fact  One thing that links two items.
 * @property {string} kind
 * @property {number} [n]  How many listeners or pages.
 * @property {FactName[]} [names]
 * @property {string} [text]  In English, where the kind is not one of our own.
 *
 * @typedef {Item & {rank: number, affinity: number, model: string, why?: Contribution[], because?: string}} Listed
 *
 * @typedef {object} Similar
 * @property {string} model
 * @property {Item[]} seeds
 * @property {string[]} notices
 * @property {Listed[]} items
 *
 * @typedef {{model: string, notices: string[], items: Item[]}} Walk  From one item to another.
 *
 * @typedef {{code: string, name: string, share: number}} PlaceShare  A country or region, and the share of listeners who are there.
 *
 * @typedef {{facet: string, name: string}} Label  Something that people say of an item.
 *
 * @typedef {object} More
 * @property {string} model
 * @property {Record<string, boolean>} known_by
 * @property {Record<string, number>} weights
 * @property {PlaceShare[]} places
 * @property {Label[]} labels
 * @property {Record<string, unknown>} more
 *
 * @typedef {Item & More} Details
 *
 * @typedef {object} Place
 * @property {string} code
 * @property {string} name
 * @property {number | null} [listeners]
 * @property {number | null} [items]
 *
 * @typedef {object} SignalInfo  A signal of a model.
 * @property {string} name
 * @property {string} title  What its affinity is based on.
 * @property {string} colour  As #rrggbb.
 *
 * @typedef {object} Option  An option of a query.
 * @property {string} name  Its parameter.
 * @property {number | null} min
 * @property {number | null} max
 *
 * @typedef {object} Described  A model.
 * @property {string} version
 * @property {string} role
 * @property {string} dataset
 * @property {boolean} simulated
 * @property {number} items
 * @property {number | null} listeners
 * @property {string} default
 * @property {SignalInfo[]} signals
 * @property {string[]} mixture
 * @property {number} beta
 * @property {number | null} character
 * @property {number | null} lens
 * @property {Place[]} places
 * @property {Place[]} item_countries
 * @property {string[]} kinds
 * @property {Stratum[]} strata
 * @property {Option[]} options
 *
 * @typedef {{models: Described[]}} Models
 *
 * @typedef {[number, number] | null} Point  Null where the model has no data on the item.
 *
 * @typedef {object} CatalogueMap
 * @property {string} model
 * @property {string[]} id
 * @property {string[]} name
 * @property {(string | null)[]} country
 * @property {number[]} listeners
 * @property {Stratum[]} stratum
 * @property {Point[]} before  By naive CF.
 * @property {Point[]} after  By the model.
 *
 * @typedef {"like" | "dislike" | "hide"} Action  What a listener can do with a listed item.
 *
 * @typedef {object} FeedbackEvent
 * @property {string} event_id
 * @property {"impression" | Action} kind
 * @property {string} query
 * @property {string} item
 * @property {number} rank
 * @property {string} model
 * @property {string} list_id
 * @property {string} listener
 * @property {string | null} country
 * @property {string} at
 *
 * @typedef {{accepted: number, duplicates: number}} Taken
 * @typedef {{erased: number}} Erased
 *
 * @typedef {object} Problem  The body of an error.
 * @property {string} [title]
 * @property {string} [detail]
 * @property {string} [remedy]
 * @property {string[] | null} [suggestions]
 *
 * @typedef {object} Estimate
 * @property {number | null} mean
 * @property {number | null} low
 * @property {number | null} high
 *
 * @typedef {object} ReportRow
 * @property {string} system
 * @property {string} by
 * @property {string} group
 * @property {number} queries
 * @property {Record<string, Estimate>} metrics
 * @property {Estimate | null} frontier
 *
 * @typedef {object} Comparison
 * @property {string} system
 * @property {string} reference
 * @property {Record<string, Estimate>} metrics
 * @property {Record<string, number | null>} p_values
 *
 * @typedef {object} Report  What `tigertail evaluate --report` wrote.
 * @property {string} dataset
 * @property {boolean} simulated
 * @property {number} listeners
 * @property {{k: number}} config
 * @property {ReportRow[]} rows
 * @property {Comparison[]} comparisons
 * @property {Record<string, Record<string, number | null>>} [lists]
 *
 * @typedef {[string, string][]} Params  Parameters of a query string; a name may repeat.
 *
 * @typedef {Map<string, Item>} ItemCache  Items by the seed that the address gives, so that a name shows at once.
 */

export {};
