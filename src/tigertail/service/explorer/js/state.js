/** What is asked, kept in the address: a link shows another person the same, and Back goes back. */

/** @typedef {"lists" | "map" | "evaluation"} View */

/**
 * @typedef {object} State
 * @property {View} view
 * @property {string[]} seeds  Ids or names.
 * @property {string | null} country  From where it is asked; null is the whole world.
 * @property {number | null} lens  How much that counts; null is as much as the model says.
 * @property {number | null} beta  Adventurousness; null is the model's own.
 * @property {string[]} without  Signals switched off.
 * @property {string[]} homes
 * @property {string[]} kinds
 * @property {string[]} strata
 * @property {number} n
 */

export const LIST_LENGTHS = [10, 20, 50, 100];
const VIEWS = ["lists", "map", "evaluation"];

/** @type {Readonly<State>} */
export const DEFAULTS = Object.freeze({
  view: "lists",
  seeds: [],
  country: null,
  lens: null,
  beta: null,
  without: [],
  homes: [],
  kinds: [],
  strata: [],
  n: 20,
});

/** The dials that "Reset" turns back. */
export const QUERY_OPTIONS = /** @type {const} */ (["country", "lens", "beta", "without", "homes", "kinds", "strata", "n"]);
const LIST_PARAMS = /** @type {const} */ ([
  ["without", "without"],
  ["homes", "home"],
  ["kinds", "kind"],
  ["strata", "stratum"],
]);

/**
 * Read an address. It may come from anywhere, so what makes no sense is left at its default.
 *
 * @param {string} search
 * @returns {State}
 */
export function parseState(search) {
  const params = new URLSearchParams(search);
  const state = structuredClone(/** @type {State} */ (DEFAULTS));
  const view = params.get("view");
  if (view && VIEWS.includes(view)) state.view = /** @type {View} */ (view);
  state.seeds = unique(params.getAll("item"));
  state.country = params.get("country") || null;
  state.lens = state.country ? parseNumber(params.get("lens"), 0, 1) : null;
  state.beta = parseNumber(params.get("beta"), 0, 2);
  for (const [name, param] of LIST_PARAMS) state[name] = unique(params.getAll(param));
  state.n = Math.round(parseNumber(params.get("n"), 1, 500) ?? DEFAULTS.n);
  return state;
}

/** @param {string[]} values @returns {string[]} */
const unique = (values) => [...new Set(values.filter(Boolean))];

/** @param {string | null} text @param {number} low @param {number} high @returns {number | null} */
function parseNumber(text, low, high) {
  const value = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= low && value <= high ? value : null;
}

/**
 * Write an address; what is at its default is left out, so links stay short.
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
  const text = params.toString();
  return text ? `?${text}` : "./";
}

/**
 * @param {State} state
 * @returns {[string, string][]} The dials, as the server calls them.
 */
function optionParams(state) {
  /** @type {[string, string][]} */
  const params = [];
  if (state.country) params.push(["country", state.country]);
  if (state.country && state.lens !== null) params.push(["lens", String(state.lens)]);
  if (state.beta !== null) params.push(["beta", String(state.beta)]);
  return params.concat(listParams(state, true));
}

/**
 * @param {State} state
 * @param {boolean} [withSignals]  Whether to say which signals are off, too.
 * @returns {[string, string][]}
 */
function listParams(state, withSignals = false) {
  return LIST_PARAMS.filter(([name]) => withSignals || name !== "without").flatMap(([name, param]) =>
    state[name].map((value) => /** @type {[string, string]} */ ([param, value])),
  );
}

/**
 * The question for Tigertail, and the same for naive CF: what may be listed holds for both, all else is ours alone.
 *
 * @param {State} state
 * @param {string | null} [listener]  Whose list it is; it matters while two models are compared on listeners.
 * @returns {{tigertail: [string, string][], naive: [string, string][]}}
 */
export function similarParams(state, listener = null) {
  /** @type {[string, string][]} */
  const common = [...state.seeds.map((seed) => /** @type {[string, string]} */ (["item", seed])), ["n", String(state.n)]];
  return {
    tigertail: [...common, ["why", "true"], ...optionParams(state), .../** @type {[string, string][]} */ (listener ? [["listener", listener]] : [])],
    naive: [...common, ["signal", "cosine"], ...listParams(state)],
  };
}

/** @param {State} state @returns {boolean} Whether any dial is turned. */
export const isCustomised = (state) => QUERY_OPTIONS.some((name) => JSON.stringify(state[name]) !== JSON.stringify(DEFAULTS[name]));

/** The page's place in its history. Emits "change". */
export class Router extends EventTarget {
  constructor() {
    super();
    /** @type {State} */
    this.state = parseState(location.search);
    addEventListener("popstate", () => this.#set(parseState(location.search)));
  }

  /**
   * Go somewhere.
   *
   * @param {Partial<State>} patch
   * @param {{replace?: boolean}} [options]  Replace leaves no step in the history, as while a slider moves.
   */
  go(patch, { replace = false } = {}) {
    const next = { ...this.state, ...patch };
    const to = stateUrl(next);
    if (to === stateUrl(this.state)) return;
    history[replace ? "replaceState" : "pushState"](null, "", to);
    this.#set(next);
  }

  /** @param {Partial<State>} patch @returns {string} The address of going there. */
  link(patch) {
    return stateUrl({ ...this.state, ...patch });
  }

  /** @param {State} state */
  #set(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}
