/** The report of `tigertail evaluate`, as a chart and tables. */

import { ApiError } from "./api.js";
import { intervalChart } from "./chart.js";
import { freshId, h, refill } from "./dom.js";
import { message, errorMessage } from "./placeholders.js";
import { capitalize, pluralize, countryName, formatNumber } from "./format.js";

/**
 * @typedef {import("./types.js").Estimate} Estimate
 * @typedef {import("./types.js").Report} Report
 * @typedef {import("./types.js").ReportRow} ReportRow
 *
 * @typedef {{by: string, group: string}} Group
 */

const FRONTIER = "frontier";
const ALPHA = 0.05; // significance level
const MAX_GROUPS = 8; // there may be dozens of countries

const METRICS = {
  nDCG: "counts the targets in the list, weighted by rank",
  "IPS-nDCG": "nDCG with each hit weighted by the inverse popularity of the artist",
  Recall: "share of the targets that are in the list",
  RR: "reciprocal rank of the first hit",
  frontier: "the best nDCG and IPS-nDCG that a system can have together, over all popularity exponents",
};

const GROUPINGS = {
  query: "by stratum of the query artist",
  target: "by stratum of the target artist",
  history: "of the tenth of listeners with most artists",
  country: "by the listener's country",
  "item country": "by the artist's country",
};

const LIST_FIGURES = {
  coverage: "share of the catalogue that is in any list",
  Gini: "0: every artist is listed equally often; 1: one artist takes every place",
  popularity: "mean number of listeners of the listed artists",
  APLT: "share of tail artists in the lists",
  hubness: "how much a few artists dominate the lists",
  ILS: "similarity between the artists of a list",
  "locality JS": "divergence between the home countries listed and those played",
  cohesion: "how much the artists of a country list only each other",
};

export class EvaluationView {
  /** @param {HTMLElement} root @param {import("./api.js").Api} api */
  constructor(root, api) {
    this.root = root;
    this.api = api;
    this.metric = "nDCG";
    this.grouping = "query";
    /** @type {Report | null} */
    this.report = null;
  }

  async show() {
    document.title = "Evaluation · Tigertail";
    if (this.report || this.loading) return;
    this.loading = true;
    refill(this.root, h("div", { class: "page skeleton", role: "status" }, h("span", { class: "bone title" }), h("span", { class: "bone" }), h("span", { class: "bone block" })));
    try {
      const report = await this.api.evaluation();
      if (!Array.isArray(report.rows) || !report.rows.length) {
        refill(this.root, h("div", { class: "page" }, message("This report cannot be shown here.", "The page needs an evaluation on held-out listeners. To make it:", h("code", { class: "block" }, "tigertail evaluate DATASET --report FOLDER"))));
        return;
      }
      this.report = report;
      this.#showReport(report);
    } catch (error) {
      refill(this.root, h("div", { class: "page" }, h("h1", {}, "How good are the lists?"), this.#errorMessage(error)));
    } finally {
      this.loading = false;
    }
  }

  /** @param {unknown} error */
  #errorMessage(error) {
    if (!(error instanceof ApiError) || error.status !== 404) return errorMessage(error, { retry: () => this.show() });
    return message(
      "This model has no evaluation yet.",
      "An evaluation holds out listeners, takes each of their artists as a query, and measures whether the list holds their other artists.",
      h("code", { class: "block" }, error.remedy || "tigertail evaluate DATASET --report FOLDER"),
    );
  }

  /** @param {Report} report */
  #showReport(report) {
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
          `${formatNumber(report.listeners)} listeners of ${report.dataset}${report.simulated ? " (simulated)" : ""} were held out with all their data. Each of their artists is a query, and their other artists are its targets; lists hold the best ${report.config.k} of the full catalogue. Brackets and bars are 95\u202f% confidence intervals over listeners.`,
        ),
        h("div", { class: "choices" }, this.#select("Metric", metricsOf(report), this.metric, (metric) => (this.metric = metric)), this.#select("Groups", groupingsOf(report), this.grouping, (grouping) => (this.grouping = grouping))),
        this.results,
        comparisonSection(report),
        listFiguresSection(report),
      ),
    );
    this.#showResults();
  }

  /** @param {string} label @param {[string, string][]} options @param {string} current @param {(value: string) => void} choose */
  #select(label, options, current, choose) {
    const id = freshId("choice");
    const select = h("select", { id }, ...options.map(([value, text]) => h("option", { value, selected: value === current }, text)));
    select.addEventListener("change", () => {
      choose(select.value);
      this.#showResults();
    });
    return h("p", { class: "inline" }, h("label", { for: id }, label), select);
  }

  #showResults() {
    const { report, metric, grouping, results } = this;
    if (!report || !results) return;
    const systems = [...new Set(report.rows.map((row) => row.system))];
    const groups = groupsOf(report, grouping);
    const reference = report.comparisons[0]?.reference ?? systems.at(-1) ?? "";
    const rowOf = (/** @type {string} */ system, /** @type {Group} */ { by, group }) => report.rows.find((row) => row.system === system && row.by === by && row.group === group);
    const valueOf = (/** @type {string} */ system, /** @type {Group} */ group) => {
      const row = rowOf(system, group);
      return row ? estimateOf(row, metric) : null;
    };
    const panels = groups.map((group) => ({ name: groupName(group), queries: rowOf(systems[0], group)?.queries ?? 0, values: systems.map((system) => valueOf(system, group)) }));
    refill(
      results,
      h("p", { class: "muted" }, `${metric}: ${METRICS[/** @type {keyof typeof METRICS} */ (metric)] ?? ""}.`),
      intervalChart({ systems, reference, panels, metric }),
      table(
        `${metric}, ${GROUPINGS[/** @type {keyof typeof GROUPINGS} */ (grouping)] ?? grouping}`,
        ["system", ...groups.map(groupName)],
        systems.map((system, index) => ({ heading: system, isReference: system === reference, cells: panels.map(({ values }) => cell(values[index], largestMean(values))) })),
      ),
    );
  }
}

/** @param {ReportRow} row @param {string} metric @returns {Estimate | null} */
const estimateOf = (row, metric) => (metric === FRONTIER ? row.frontier : (row.metrics[metric] ?? null));

/** @param {(Estimate | null)[]} estimates @returns {number} */
const largestMean = (estimates) => Math.max(...estimates.map((estimate) => estimate?.mean ?? -Infinity));

/** @param {Report} report @returns {[string, string][]} */
function metricsOf(report) {
  const names = Object.keys(report.rows[0]?.metrics ?? {});
  if (report.rows.some((row) => row.frontier)) names.push(FRONTIER);
  return names.map((metric) => [metric, metric === FRONTIER ? "Frontier" : metric]);
}

/** @param {Report} report @returns {[string, string][]} */
function groupingsOf(report) {
  const present = new Set(report.rows.map((row) => row.by));
  return Object.entries(GROUPINGS).filter(([by]) => present.has(by)).map(([by, text]) => [by, capitalize(text)]);
}

/** @param {Report} report @param {string} by @returns {Group[]} First the one that holds all queries. */
function groupsOf(report, by) {
  /** @type {Map<string, number>} */
  const queries = new Map();
  for (const row of report.rows) if (row.by === by) queries.set(row.group, Math.max(row.queries, queries.get(row.group) ?? 0));
  let names = [...queries.keys()];
  if (names.length > MAX_GROUPS) names = names.sort((a, b) => (queries.get(b) ?? 0) - (queries.get(a) ?? 0)).slice(0, MAX_GROUPS);
  const groups = names.map((group) => ({ by, group }));
  return report.rows.some((row) => row.by === "overall") ? [{ by: "overall", group: "overall" }, ...groups] : groups;
}

/** @param {Group} group @returns {string} */
function groupName({ by, group }) {
  if (by === "overall") return "all";
  return /^[A-Z]{2}$/.test(group) ? countryName(group) : group;
}

/** @param {number | null | undefined} value */
const formatEstimate = (value) => (value === null || value === undefined ? "·" : value.toFixed(4).replace(/^(-?)0\./, "$1."));

/** @param {Estimate | null} estimate @param {number} best */
function cell(estimate, best) {
  if (!estimate || estimate.mean === null) return h("td", { class: "none" }, "·");
  const { mean, low, high } = estimate;
  return h("td", { class: mean === best ? "best" : null }, h("span", {}, formatEstimate(mean)), h("small", {}, `[${formatEstimate(low)}, ${formatEstimate(high)}]`));
}

/**
 * @param {string} caption
 * @param {string[]} headings
 * @param {{heading: string, isReference?: boolean, cells: HTMLElement[]}[]} rows
 * @param {string[]} [titles]  Of the headings.
 */
function table(caption, headings, rows, titles = []) {
  return h(
    "div",
    { class: "table", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, ...headings.map((heading, index) => h("th", { scope: "col", title: titles[index] }, heading)))),
      h("tbody", {}, ...rows.map((row) => h("tr", { class: row.isReference ? "reference" : null }, h("th", { scope: "row" }, row.heading), ...row.cells))),
    ),
  );
}

/** @param {Report} report */
function comparisonSection(report) {
  if (!report.comparisons.length) return null;
  const metrics = Object.keys(report.comparisons[0].metrics);
  const { reference } = report.comparisons[0];
  const rows = report.comparisons.map(({ system, metrics: differences, p_values }) => ({
    heading: system,
    cells: metrics.map((metric) => {
      const { mean, low, high } = differences[metric];
      const p = p_values[metric] ?? null;
      return h("td", { class: p !== null && p < ALPHA ? null : "not-significant", title: p === null ? null : `p = ${p.toPrecision(2)}` }, h("span", {}, mean === null ? "·" : `${mean > 0 ? "+" : ""}${formatEstimate(mean)}`), h("small", {}, `[${formatEstimate(low)}, ${formatEstimate(high)}]`));
    }),
  }));
  return h(
    "section",
    {},
    h("h2", {}, `Compared with ${reference}`),
    h("p", { class: "muted" }, `Each system minus ${reference}, on the same queries. Pale: not significant in a randomisation test with Holm correction (p ≥ ${ALPHA}).`),
    table(`Differences from ${reference}`, ["system", ...metrics], rows),
  );
}

/** @param {string} figure @returns {string} */
const figureTitle = (figure) => LIST_FIGURES[/** @type {keyof typeof LIST_FIGURES} */ (figure)] ?? "";

/** @param {number | null | undefined} value */
function formatFigure(value) {
  if (value === null || value === undefined) return "·";
  return Math.abs(value) >= 20 ? formatNumber(Math.round(value)) : value.toFixed(3).replace(/^(-?)0\./, "$1.");
}

/** @param {Report} report */
function listFiguresSection({ lists = {} }) {
  const systems = Object.keys(lists);
  if (!systems.length) return null;
  const names = Object.keys(lists[systems[0]]);
  const rows = systems.map((system) => ({ heading: system, cells: names.map((figure) => h("td", {}, formatFigure(lists[system][figure]))) }));
  const titles = ["", ...names.map(figureTitle)];
  return h(
    "section",
    {},
    h("h2", {}, "Beyond accuracy"),
    table("Figures of the lists", ["system", ...names], rows, titles),
    h("dl", { class: "terms" }, ...names.flatMap((figure) => [h("dt", {}, figure), h("dd", {}, figureTitle(figure))])),
    h("p", { class: "muted" }, `${pluralize(systems.length, "system")}.`),
  );
}
