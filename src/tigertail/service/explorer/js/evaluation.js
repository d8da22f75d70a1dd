/** How good are the lists? The report of `tigertail evaluate`, as a table and as a chart. */

import { Problem } from "./api.js";
import { chart } from "./chart.js";
import { freshId, h, refill } from "./dom.js";
import { note, trouble } from "./notes.js";
import { capital, count, countryName, number } from "./words.js";

/**
 * @typedef {{mean: number | null, low: number | null, high: number | null}} Estimate
 * @typedef {{system: string, by: string, group: string, queries: number, metrics: Record<string, Estimate>, frontier: Estimate | null}} Row
 * @typedef {{system: string, reference: string, metrics: Record<string, Estimate>, frontier: Estimate, p_values: Record<string, number>}} Comparison
 * @typedef {{dataset: string, simulated: boolean, listeners: number, config: {k: number}, rows: Row[], comparisons: Comparison[], lists: Record<string, Record<string, number | null>>}} Report
 */

const FRONTIER = "frontier";
const SIGNIFICANT = 0.05;
const MOST = 8; // groups beside each other; there may be dozens of countries

const METRICS = {
  nDCG: "rewards finding what people play, the higher up the better",
  "IPS-nDCG": "the same, with each hit weighed by how rare the artist is",
  Recall: "the share of what people play that is found",
  RR: "how high the first hit stands",
  frontier: "what a system reaches in nDCG and IPS-nDCG at once, as its popularity dial is turned",
};

const GROUPINGS = {
  query: "by stratum of the artist asked about",
  target: "by stratum of the artist found",
  country: "by the listener's country",
  "item country": "by the artist's country",
};

const BEYOND = {
  coverage: "share of the catalogue that is ever listed",
  Gini: "0: all are listed equally often; 1: one is listed always",
  popularity: "mean listeners of what is listed",
  APLT: "share of the tail in the lists",
  hubness: "how far a few stand in everybody's list",
  ILS: "how alike the artists of a list are",
  "locality JS": "how far the countries listed differ from those played",
  cohesion: "how much closer a country's artists are than their own listeners place them",
};

export class EvaluationView {
  /** @param {HTMLElement} root @param {import("./api.js").Api} api */
  constructor(root, api) {
    this.root = root;
    this.api = api;
    this.metric = "nDCG";
    this.by = "query";
    /** @type {Report | null} */
    this.report = null;
  }

  async show() {
    document.title = "Evaluation · Tigertail";
    if (this.report || this.loading) return;
    this.loading = true;
    refill(this.root, h("div", { class: "page skeleton", role: "status" }, h("span", { class: "bone title" }), h("span", { class: "bone" }), h("span", { class: "bone block" })));
    try {
      const report = await this.api.get("evaluation");
      if (!Array.isArray(report.rows) || !report.rows.length) {
        refill(this.root, h("div", { class: "page" }, note("This is no report that can be shown here.", "It takes one that judges lists by held-out listeners:", h("code", { class: "block" }, "tigertail evaluate DATASET --report FOLDER"))));
        return;
      }
      this.report = /** @type {Report} */ (report);
      this.#page(report);
    } catch (error) {
      refill(this.root, h("div", { class: "page" }, h("h1", {}, "How good are the lists?"), this.#missing(error)));
    } finally {
      this.loading = false;
    }
  }

  /** @param {unknown} error */
  #missing(error) {
    if (!(error instanceof Problem) || error.status !== 404) return trouble(error, { again: () => this.show() });
    return note(
      "Nobody has evaluated this model yet.",
      "An evaluation holds out whole listeners, asks about each of their artists, and sees whether the others are found.",
      h("code", { class: "block" }, error.remedy || "tigertail evaluate DATASET --report FOLDER"),
    );
  }

  /** @param {Report} report */
  #page(report) {
    this.results = h("div", {});
    refill(
      this.root,
      h(
        "div",
        { class: "page" },
        h("h1", {}, "How good are the lists?"),
        h(
          "p",
          { class: "lead" },
          `${number(report.listeners)} listeners of ${report.dataset}${report.simulated ? " (simulated)" : ""} were held out with every trace of theirs. Each of their artists is a query, the others the answer; the best ${report.config.k} of the full catalogue are judged. Brackets and bars are 95\u202f% intervals over listeners.`,
        ),
        h("div", { class: "choices" }, this.#choice("Metric", metricsOf(report), this.metric, (metric) => (this.metric = metric)), this.#choice("Groups", groupingsOf(report), this.by, (by) => (this.by = by))),
        this.results,
        compared(report),
        beyond(report),
      ),
    );
    this.#draw();
  }

  /** @param {string} label @param {[string, string][]} options @param {string} now @param {(value: string) => void} choose */
  #choice(label, options, now, choose) {
    const id = freshId("choice");
    const select = h("select", { id }, ...options.map(([value, text]) => h("option", { value, selected: value === now }, text)));
    select.addEventListener("change", () => {
      choose(select.value);
      this.#draw();
    });
    return h("p", { class: "inline" }, h("label", { for: id }, label), select);
  }

  #draw() {
    const { report, metric, by, results } = this;
    if (!report || !results) return;
    const systems = [...new Set(report.rows.map((row) => row.system))];
    const groups = groupsOf(report, by);
    const at = (/** @type {string} */ system, /** @type {[string, string]} */ [kind, group]) => report.rows.find((row) => row.system === system && row.by === kind && row.group === group);
    const ours = report.comparisons[0]?.reference ?? systems.at(-1) ?? "";
    const value = (/** @type {string} */ system, /** @type {[string, string]} */ group) => {
      const row = at(system, group);
      return row ? estimate(row, metric) : null;
    };
    refill(
      results,
      h("p", { class: "quiet" }, `${metric}: ${METRICS[/** @type {keyof typeof METRICS} */ (metric)] ?? ""}.`),
      chart({ systems, ours, groups: groups.map((group) => ({ name: groupName(group), queries: at(systems[0], group)?.queries ?? 0, values: systems.map((system) => value(system, group)) })), metric }),
      table(
        `${metric}, ${GROUPINGS[/** @type {keyof typeof GROUPINGS} */ (by)] ?? by}`,
        ["system", ...groups.map(groupName)],
        systems.map((system) => ({ head: system, ours: system === ours, cells: groups.map((group) => cell(value(system, group), best(systems.map((one) => value(one, group))))) })),
      ),
    );
  }
}

/** @param {Row} row @param {string} metric @returns {Estimate | null} */
const estimate = (row, metric) => (metric === FRONTIER ? row.frontier : (row.metrics[metric] ?? null));

/** @param {(Estimate | null)[]} all @returns {number} */
const best = (all) => Math.max(...all.map((one) => one?.mean ?? -Infinity));

/** @param {Report} report @returns {[string, string][]} */
function metricsOf(report) {
  const names = Object.keys(report.rows[0]?.metrics ?? {});
  if (report.rows.some((row) => row.frontier)) names.push(FRONTIER);
  return names.map((one) => [one, one === FRONTIER ? "Frontier" : one]);
}

/** @param {Report} report @returns {[string, string][]} */
function groupingsOf(report) {
  const there = new Set(report.rows.map((row) => row.by));
  return Object.entries(GROUPINGS).filter(([by]) => there.has(by)).map(([by, text]) => [by, capital(text)]);
}

/** @param {Report} report @param {string} by @returns {[string, string][]} Kind and group, all of them first. */
function groupsOf(report, by) {
  /** @type {Map<string, number>} */
  const queries = new Map();
  for (const row of report.rows) if (row.by === by) queries.set(row.group, Math.max(row.queries, queries.get(row.group) ?? 0));
  let names = [...queries.keys()];
  if (names.length > MOST) names = names.sort((one, other) => (queries.get(other) ?? 0) - (queries.get(one) ?? 0)).slice(0, MOST);
  const overall = report.rows.some((row) => row.by === "overall");
  return [...(overall ? [/** @type {[string, string]} */ (["overall", "overall"])] : []), ...names.map((group) => /** @type {[string, string]} */ ([by, group]))];
}

/** @param {[string, string]} group */
const groupName = ([kind, group]) => (kind === "overall" ? "all" : /^[A-Z]{2}$/.test(group) ? countryName(group) : group);

/** @param {number | null | undefined} value */
const short = (value) => (value === null || value === undefined ? "·" : value.toFixed(4).replace(/^(-?)0\./, "$1."));

/** @param {Estimate | null} one @param {number} leading */
function cell(one, leading) {
  if (!one || one.mean === null) return h("td", { class: "none" }, "·");
  return h("td", { class: one.mean === leading ? "best" : null }, h("span", {}, short(one.mean)), h("small", {}, `[${short(one.low)}, ${short(one.high)}]`));
}

/**
 * @param {string} caption
 * @param {string[]} heads
 * @param {{head: string, ours?: boolean, cells: HTMLElement[]}[]} rows
 * @param {string[]} [titles]
 */
function table(caption, heads, rows, titles = []) {
  return h(
    "div",
    { class: "table", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, ...heads.map((head, at) => h("th", { scope: "col", title: titles[at] }, head)))),
      h("tbody", {}, ...rows.map((row) => h("tr", { class: row.ours ? "ours" : null }, h("th", { scope: "row" }, row.head), ...row.cells))),
    ),
  );
}

/** @param {Report} report */
function compared(report) {
  if (!report.comparisons.length) return null;
  const metrics = Object.keys(report.comparisons[0].metrics);
  const { reference } = report.comparisons[0];
  const rows = report.comparisons.map((one) => ({
    head: one.system,
    cells: metrics.map((metric) => {
      const { mean, low, high } = one.metrics[metric];
      const p = one.p_values[metric];
      const sure = p !== undefined && p !== null && p < SIGNIFICANT;
      return h("td", { class: sure ? null : "unsure", title: p === undefined || p === null ? null : `p = ${p.toPrecision(2)}` }, h("span", {}, mean === null ? "·" : `${mean > 0 ? "+" : ""}${short(mean)}`), h("small", {}, `[${short(low)}, ${short(high)}]`));
    }),
  }));
  return h(
    "section",
    {},
    h("h2", {}, `Against ${reference}`),
    h("p", { class: "quiet" }, `Each system minus ${reference}, on the same queries. Pale: no difference that a randomisation test, corrected by Holm, would call one (p ≥ ${SIGNIFICANT}).`),
    table(`Differences from ${reference}`, ["system", ...metrics], rows),
  );
}

/** @param {Report} report */
function beyond(report) {
  const systems = Object.keys(report.lists ?? {});
  if (!systems.length) return null;
  const names = Object.keys(report.lists[systems[0]]);
  const rows = systems.map((system) => ({
    head: system,
    cells: names.map((one) => {
      const value = report.lists[system][one];
      return h("td", {}, value === null || value === undefined ? "·" : Math.abs(value) >= 20 ? number(Math.round(value)) : value.toFixed(3).replace(/^(-?)0\./, "$1."));
    }),
  }));
  const titles = ["", ...names.map((one) => BEYOND[/** @type {keyof typeof BEYOND} */ (one)] ?? "")];
  return h(
    "section",
    {},
    h("h2", {}, "Beyond accuracy"),
    table("Figures of the lists", ["system", ...names], rows, titles),
    h("dl", { class: "terms" }, ...names.flatMap((one) => [h("dt", {}, one), h("dd", {}, BEYOND[/** @type {keyof typeof BEYOND} */ (one)] ?? "")])),
    h("p", { class: "quiet" }, `${count(systems.length, "system")}.`),
  );
}
