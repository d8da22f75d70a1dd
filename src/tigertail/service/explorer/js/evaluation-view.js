/** The report of `tigertail evaluate`, as a chart and tables. */

import { ApiError } from "./api.js";
import { intervalChart } from "./chart.js";
import { freshId, h, refill, setTitle } from "./dom.js";
import { capitalize, formatListeners } from "./format.js";
import { countryName, formatDecimal, formatNumber, formatPercent, text, textOr } from "./language.js";
import { errorMessage, message } from "./placeholders.js";

/**
 * @typedef {import("./types.js").Estimate} Estimate
 * @typedef {import("./types.js").Report} Report
 * @typedef {import("./types.js").ReportRow} ReportRow
 *
 * @typedef {{by: string, group: string}} Group
 */

const FRONTIER = "frontier";
const ALPHA = 0.05; // significance level
const LEVEL = 0.95; // of the intervals
const MAX_GROUPS = 8; // there may be dozens of countries
const GROUPINGS = ["query", "target", "history", "country", "item country", "source"];
const COMMAND = "tigertail evaluate DATASET --report FOLDER";
const MISSING = "·";

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
    setTitle(text("page.evaluation"));
    if (this.report || this.loading) return;
    this.loading = true;
    refill(this.root, h("div", { class: "page skeleton", role: "status" }, h("span", { class: "bone title" }), h("span", { class: "bone" }), h("span", { class: "bone block" })));
    try {
      const report = await this.api.evaluation();
      if (!Array.isArray(report.rows) || !report.rows.length) {
        refill(this.root, h("div", { class: "page" }, message(text("evaluation.unreadable"), text("evaluation.unreadable.reason"), command(COMMAND))));
        return;
      }
      this.report = report;
      this.#showReport(report);
    } catch (error) {
      refill(this.root, h("div", { class: "page" }, h("h1", {}, text("evaluation.title")), this.#errorMessage(error)));
    } finally {
      this.loading = false;
    }
  }

  /** @param {unknown} error */
  #errorMessage(error) {
    if (!(error instanceof ApiError) || error.status !== 404) return errorMessage(error, { retry: () => this.show() });
    return message(text("evaluation.none"), text("evaluation.none.reason"), command(error.remedy || COMMAND));
  }

  /** @param {Report} report */
  #showReport(report) {
    this.results = h("div", {});
    refill(
      this.root,
      h(
        "div",
        { class: "page" },
        h("h1", {}, text("evaluation.title")),
        h(
          "p",
          { class: "lead" },
          text("evaluation.lead", {
            listeners: formatListeners(report.listeners),
            dataset: report.simulated ? text("page.simulated", { dataset: report.dataset }) : report.dataset,
            k: report.config.k,
            level: formatPercent(LEVEL),
          }),
        ),
        h("div", { class: "choices" }, this.#select(text("evaluation.metric"), metricsOf(report), this.metric, (metric) => (this.metric = metric)), this.#select(text("evaluation.groups"), groupingsOf(report), this.grouping, (grouping) => (this.grouping = grouping))),
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
    const select = h("select", { id }, ...options.map(([value, title]) => h("option", { value, selected: value === current }, title)));
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
      h("p", { class: "muted" }, text("evaluation.meaning", { metric: metricName(metric), meaning: textOr(`metric.${metric}.meaning`, metric) })),
      intervalChart({ systems, reference, panels, metric: metricName(metric) }),
      table(
        text("evaluation.caption", { metric: metricName(metric), grouping: groupingName(grouping) }),
        [text("evaluation.system"), ...groups.map(groupName)],
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
  return names.map((metric) => [metric, metric === FRONTIER ? capitalize(metricName(metric)) : metric]);
}

/** @param {Report} report @returns {[string, string][]} */
function groupingsOf(report) {
  const present = new Set(report.rows.map((row) => row.by));
  return GROUPINGS.filter((by) => present.has(by)).map((by) => [by, capitalize(groupingName(by))]);
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
  if (/^[A-Z]{2}$/.test(group)) return countryName(group);
  return textOr(`stratum.${group}`, textOr(`evaluation.${by === "overall" ? by : group}`, group));
}

/** @param {string} metric */
const metricName = (metric) => textOr(`metric.${metric}`, metric);

/** @param {string} by */
const groupingName = (by) => textOr(`grouping.${by}`, by);

/** @param {string} line  Of a terminal. */
const command = (line) => h("code", { class: "block", dir: "ltr" }, line);

/** @param {number | null | undefined} value */
const formatEstimate = (value) => (value === null || value === undefined ? MISSING : formatDecimal(value, 4));

/** @param {number | null} low @param {number | null} high */
const interval = (low, high) => h("small", {}, h("bdi", { dir: "ltr" }, `[${formatEstimate(low)}, ${formatEstimate(high)}]`));

/** @param {Estimate | null} estimate @param {number} best */
function cell(estimate, best) {
  if (!estimate || estimate.mean === null) return h("td", { class: "none" }, MISSING);
  const { mean, low, high } = estimate;
  return h("td", { class: mean === best ? "best" : null }, h("span", {}, formatEstimate(mean)), interval(low, high));
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
      h("tbody", {}, ...rows.map((row) => h("tr", { class: row.isReference ? "reference" : null }, h("th", { scope: "row" }, h("bdi", { lang: "en" }, row.heading)), ...row.cells))),
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
      return h("td", { class: p !== null && p < ALPHA ? null : "not-significant", title: p === null ? null : `p = ${formatDecimal(p, 4)}` }, h("span", {}, mean === null ? MISSING : `\u2066${mean > 0 ? "+" : ""}${formatEstimate(mean)}\u2069`), interval(low, high));
    }),
  }));
  return h(
    "section",
    {},
    h("h2", {}, text("evaluation.compared", { reference })),
    h("p", { class: "muted" }, text("evaluation.differences.lead", { reference, level: formatDecimal(ALPHA, 2) })),
    table(text("evaluation.differences", { reference }), [text("evaluation.system"), ...metrics.map(metricName)], rows),
  );
}

/** @param {string} figure @returns {string} */
const figureTitle = (figure) => textOr(`figure.${figure}.meaning`, "");

/** @param {string} figure */
const figureName = (figure) => textOr(`figure.${figure}`, figure);

/** @param {number | null | undefined} value */
function formatFigure(value) {
  if (value === null || value === undefined) return MISSING;
  return Math.abs(value) >= 20 ? formatNumber(value) : formatDecimal(value, 3);
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
    h("h2", {}, text("evaluation.lists")),
    table(text("evaluation.figures"), [text("evaluation.system"), ...names.map(figureName)], rows, titles),
    h("dl", { class: "terms" }, ...names.flatMap((figure) => [h("dt", {}, figureName(figure)), h("dd", {}, figureTitle(figure))])),
    h("p", { class: "muted" }, text("evaluation.systems", { n: systems.length })),
  );
}
