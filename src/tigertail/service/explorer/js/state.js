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

export const LENGTHS = [10, 20, 50, 100];
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
export const DIALS = /** @type {const} */ (["country", "lens", "beta", "without", "homes", "kinds", "strata", "n"]);
const REPEATED = /** @type {const} */ ([
  ["without", "disabled_signal"],
  ["homes", "item_country"],
  ["kinds", "kind"],
  ["strata", "stratum"],
]);

/**
 * Read an address. It may come from anywhere, so what makes no sense is left at its default.
 *
 * @param {string} search
 * @returns {State}
 */
export function parse(search) {
  const params = new URLSearchParams(search);
  const state = structuredClone(/** @type {State} */ (DEFAULTS));
  const view = params.get("view");
  if (view && VIEWS.includes(view)) state.view = /** @type {View} */ (view);
  state.seeds = unique(params.getAll("item"));
  state.country = params.get("country") || null;
  state.lens = state.country ? within(params.get("lens"), 0, 1) : null;
  state.beta = within(params.get("beta"), 0, 2);
  for (const [name, param] of REPEATED) state[name] = unique(params.getAll(param));
  state.n = Math.round(within(params.get("n"), 1, 500) ?? DEFAULTS.n);
  return state;
}

/** @param {string[]} values @returns {string[]} */
const unique = (values) => [...new Set(values.filter(Boolean))];

/** @param {string | null} text @param {number} low @param {number} high @returns {number | null} */
function within(text, low, high) {
  const value = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= low && value <= high ? value : null;
}

/**
 * Write an address; what is at its default is left out, so links stay short.
 *
 * @param {State} state
 * @returns {string}
 */
export function address(state) {
  const params = new URLSearchParams();
  if (state.view !== DEFAULTS.view) params.set("view", state.view);
  for (const seed of state.seeds) params.append("item", seed);
  for (const [name, value] of dialParams(state)) params.append(name, value);
  if (state.n !== DEFAULTS.n) params.set("n", String(state.n));
  const text = params.toString();
  return text ? `?${text}` : "./";
}

/**
 * @param {State} state
 * @returns {[string, string][]} The dials, as the server calls them.
 */
function dialParams(state) {
  /** @type {[string, string][]} */
  const params = [];
  if (state.country) params.push(["country", state.country]);
  if (state.country && state.lens !== null) params.push(["lens", String(state.lens)]);
  if (state.beta !== null) params.push(["beta", String(state.beta)]);
  return params.concat(listable(state, true));
}

/**
 * @param {State} state
 * @param {boolean} [parts]  Whether to say which signals are off, too.
 * @returns {[string, string][]}
 */
function listable(state, parts = false) {
  return REPEATED.filter(([name]) => parts || name !== "without").flatMap(([name, param]) =>
    state[name].map((value) => /** @type {[string, string]} */ ([param, value])),
  );
}

/**
 * The question for Tigertail, and the same for naive CF: what may be listed holds for both, all else is ours alone.
 *
 * @param {State} state
 * @param {string | null} [listener]  Whose list it is; it matters while two models are compared on listeners.
 * @returns {{ours: [string, string][], naive: [string, string][]}}
 */
export function questions(state, listener = null) {
  /** @type {[string, string][]} */
  const asked = [...state.seeds.map((seed) => /** @type {[string, string]} */ (["item", seed])), ["n", String(state.n)]];
  return {
    ours: [...asked, ["why", "true"], ...dialParams(state), .../** @type {[string, string][]} */ (listener ? [["listener", listener]] : [])],
    naive: [...asked, ["signal", "cosine"], ...listable(state)],
  };
}

/** @param {State} state @returns {boolean} Whether any dial is turned. */
export const turned = (state) => DIALS.some((name) => JSON.stringify(state[name]) !== JSON.stringify(DEFAULTS[name]));

/** The page's place in its history. Emits "change". */
export class Place extends EventTarget {
  constructor() {
    super();
    /** @type {State} */
    this.state = parse(location.search);
    addEventListener("popstate", () => this.#set(parse(location.search)));
  }

  /**
   * Go somewhere.
   *
   * @param {Partial<State>} patch
   * @param {{replace?: boolean}} [options]  Replace leaves no step in the history, as while a slider moves.
   */
  go(patch, { replace = false } = {}) {
    const next = { ...this.state, ...patch };
    const to = address(next);
    if (to === address(this.state)) return;
    history[replace ? "replaceState" : "pushState"](null, "", to);
    this.#set(next);
  }

  /** @param {Partial<State>} patch @returns {string} The address of going there. */
  link(patch) {
    return address({ ...this.state, ...patch });
  }

  /** @param {State} state */
  #set(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}
