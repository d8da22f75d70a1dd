/** The state of the page, read from an address and written to one, and the API parameters of its query. */

import { countryCode } from "./countries.js";
import { spokenLanguages } from "./language.js";

/** @typedef {import("./types.js").Params} Params */

/** @typedef {typeof VIEWS[number]} View */

/**
 * @typedef {object} State
 * @property {View} view
 * @property {string[]} seeds  Ids or names.
 * @property {string | null} country  Country of the lens; null is the whole world.
 * @property {number | null} lens  Strength of the lens; null is the default of the model.
 * @property {number | null} beta  Popularity exponent; null is the default of the model.
 * @property {number | null} character  Between taste, 0, and kinship, 1; null is the default of the model.
 * @property {string[]} disabledSignals  Signals switched off.
 * @property {string[]} itemCountries  Home countries that may be listed.
 * @property {string[]} kinds
 * @property {string[]} strata
 * @property {number} n
 * @property {string | null} from  Start of a path on the map, an id or a name.
 * @property {string | null} to  Its end.
 * @property {string | null} language  That of the address; null where it has none.
 * @property {boolean} compare  Whether naive CF's list stands beside Tigertail's.
 */

export const LIST_LENGTHS = [10, 20, 50, 100];
export const VIEWS = /** @type {const} */ (["lists", "artist", "map", "evaluation"]);

/** @type {Readonly<State>} */
export const DEFAULTS = Object.freeze({
  view: "lists",
  seeds: [],
  country: null,
  lens: null,
  beta: null,
  character: null,
  disabledSignals: [],
  itemCountries: [],
  kinds: [],
  strata: [],
  n: 20,
  from: null,
  to: null,
  language: null,
  compare: false,
});

/** The options that "Reset" restores. */
export const QUERY_OPTIONS = /** @type {const} */ (["country", "lens", "beta", "character", "disabledSignals", "itemCountries", "kinds", "strata", "n"]);
const LIST_PARAMS = /** @type {const} */ ([
  ["disabledSignals", "disabled_signal"],
  ["itemCountries", "item_country"],
  ["kinds", "kind"],
  ["strata", "stratum"],
]);

/**
 * Read an address. Anyone may have written it, so an invalid value becomes the default.
 *
 * @param {string} search
 * @returns {State}
 */
export function parseState(search) {
  const params = new URLSearchParams(search);
  const state = structuredClone(/** @type {State} */ (DEFAULTS));
  state.view = VIEWS.find((view) => view === params.get("view")) ?? DEFAULTS.view;
  state.seeds = unique(params.getAll("item"));
  state.country = countryCode(params.get("country") ?? "") || null;
  state.lens = state.country ? parseNumber(params.get("lens"), 0, 1) : null;
  state.beta = parseNumber(params.get("beta"), 0, 2);
  state.character = parseNumber(params.get("character"), 0, 1);
  for (const [name, param] of LIST_PARAMS) state[name] = unique(params.getAll(param));
  state.itemCountries = unique(state.itemCountries.map(countryCode));
  state.n = Math.round(parseNumber(params.get("n"), 1, 500) ?? DEFAULTS.n);
  state.language = spokenLanguages().find((code) => code === params.get("lang")) ?? null;
  state.from = params.get("from") || null;
  state.to = params.get("to") || null;
  state.compare = params.get("compare") === "1";
  return state;
}

const ID = "id:";

/**
 * @param {string} id
 * @returns {string}  The seed that means the item with this id, even if a better-known item has it for its name.
 */
export const seedOf = (id) => ID + id;

/** @param {string} seed @returns {string} The id that a seed means, if it is one. */
export const idOf = (seed) => (seed.startsWith(ID) ? seed.slice(ID.length) : seed);

/** @param {string[]} values @returns {string[]} */
const unique = (values) => [...new Set(values.filter(Boolean))];

/** @param {string | null} text @param {number} low @param {number} high @returns {number | null} */
function parseNumber(text, low, high) {
  const value = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= low && value <= high ? value : null;
}

/**
 * Write an address; defaults are left out, so links stay short.
 *
 * @param {State} state
 * @returns {string}
 */
export function stateUrl(state) {
  const params = new URLSearchParams();
  if (state.view !== DEFAULTS.view) params.set("view", state.view);
  for (const seed of state.seeds) params.append("item", seed);
  for (const [name, value] of optionParams(state)) params.append(name, value);
  if (state.n !== DEFAULTS.n) params.set("n", String(state.n));
  if (state.view === "map") for (const [end, seed] of endsOf(state)) params.set(end, seed);
  if (state.compare) params.set("compare", "1");
  if (state.language) params.set("lang", state.language);
  const text = params.toString();
  return text ? `?${text}` : "./";
}

/**
 * @param {State} state
 * @returns {Params} The query options, as the API names them.
 */
function optionParams(state) {
  /** @type {Params} */
  const params = [];
  if (state.country) params.push(["country", state.country]);
  if (state.country && state.lens !== null) params.push(["lens", String(state.lens)]);
  if (state.beta !== null) params.push(["beta", String(state.beta)]);
  if (state.character !== null) params.push(["character", String(state.character)]);
  return params.concat(listParams(state, true));
}

/**
 * @param {State} state
 * @param {boolean} [withSignals]  Whether to include the signals switched off.
 * @returns {Params}
 */
function listParams(state, withSignals = false) {
  return LIST_PARAMS.filter(([name]) => withSignals || name !== "disabledSignals").flatMap(([name, param]) =>
    state[name].map((value) => /** @type {[string, string]} */ ([param, value])),
  );
}

/** @param {State} state @returns {Params} The ends of a path that are chosen. */
const endsOf = ({ from, to }) => [...(from ? [/** @type {[string, string]} */ (["from", from])] : []), ...(to ? [/** @type {[string, string]} */ (["to", to])] : [])];

/** @param {State} state @returns {Params | null} The parameters of a path; null where an end is missing. */
export const pathParams = (state) => (state.from && state.to ? [...endsOf(state), ...optionParams(state)] : null);

/**
 * The parameters of both lists: filters hold for both, all other options for Tigertail alone.
 *
 * @param {State} state
 * @param {string | null} [listener]  Decides which model answers while two are compared.
 * @returns {{tigertail: Params, naive: Params}}
 */
export function similarParams(state, listener = null) {
  /** @type {Params} */
  const common = [...state.seeds.map((seed) => /** @type {[string, string]} */ (["item", seed])), ["n", String(state.n)]];
  /** @type {Params} */
  const who = listener ? [["listener", listener]] : [];
  return {
    tigertail: [...common, ["why", "true"], ...optionParams(state), ...who],
    naive: [...common, ["signal", "cosine"], ...listParams(state)],
  };
}

/**
 * The parameters of radio that give Tigertail's list, in its order.
 *
 * @param {State} state
 * @returns {Params}
 */
export const playlistParams = (state) => [
  ...state.seeds.map((seed) => /** @type {[string, string]} */ (["item", seed])),
  ["n", String(state.n)],
  ["variety", "0"],
  ["explore", "0"],
  ...optionParams(state),
];

/** @param {State} state @returns {number} How many options differ from their defaults. */
export const countChanged = (state) => QUERY_OPTIONS.filter((name) => JSON.stringify(state[name]) !== JSON.stringify(DEFAULTS[name])).length;
