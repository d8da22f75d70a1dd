/** Dots with error bars: a panel a group, a line a system, one scale for all, so that panels compare. */

import { h, s } from "./dom.js";
import { formatNumber } from "./format.js";

/**
 * @typedef {import("./evaluation-view.js").Estimate} Estimate
 *
 * @typedef {object} Group
 * @property {string} name
 * @property {number} queries
 * @property {(Estimate | null)[]} values  One a system.
 */

const WIDTH = 340;
const NAMES = 138;
const RIGHT = 12;
const LINE = 21;
const TOP = 8;
const TICKS = 4;

/** @param {number} most @returns {number} A round step of the scale. */
function step(most) {
  const rough = most / TICKS || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10);
}

/**
 * @param {{systems: string[], ours: string, groups: Group[], metric: string}} options
 * @returns {HTMLElement}
 */
export function chart({ systems, ours, groups, metric }) {
  const highs = groups.flatMap((group) => group.values.map((one) => one?.high ?? one?.mean ?? 0));
  const each = step(Math.max(...highs, 0));
  const most = Math.max(Math.ceil(Math.max(...highs, 0) / each) * each, each);
  return h("div", { class: "chart" }, ...groups.map((group) => panel(group, systems, ours, metric, most, each)));
}

/**
 * @param {Group} group
 * @param {string[]} systems
 * @param {string} ours
 * @param {string} metric
 * @param {number} most
 * @param {number} each
 */
function panel(group, systems, ours, metric, most, each) {
  const x = (/** @type {number} */ value) => NAMES + (Math.max(value, 0) / most) * (WIDTH - NAMES - RIGHT);
  const bottom = TOP + systems.length * LINE;
  const ticks = Array.from({ length: Math.round(most / each) + 1 }, (_, at) => at * each);
  const first = group.values.map((one) => one?.mean ?? -Infinity);
  const leader = systems[first.indexOf(Math.max(...first))];
  return h(
    "figure",
    { class: "chart-panel" },
    h("figcaption", {}, h("b", {}, group.name), ` ${formatNumber(group.queries)} queries`),
    s(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${bottom + 22}`, role: "img", "aria-label": `${metric}, ${group.name}: best is ${leader}. The table below has every number.` },
      ...ticks.map((tick) => s("g", { class: "tick" }, s("line", { x1: x(tick), x2: x(tick), y1: TOP, y2: bottom }), s("text", { x: x(tick), y: bottom + 15, "text-anchor": "middle" }, label(tick)))),
      ...systems.map((system, at) => mark(system, group.values[at], TOP + (at + 0.5) * LINE, x, system === ours, system === leader)),
    ),
  );
}

/** @param {number} tick */
const label = (tick) => (tick === 0 ? "0" : String(Number(tick.toPrecision(2))).replace(/^0\./, "."));

/**
 * @param {string} system
 * @param {Estimate | null} value
 * @param {number} y
 * @param {(value: number) => number} x
 * @param {boolean} ours
 * @param {boolean} leads
 */
function mark(system, value, y, x, ours, leads) {
  const kind = `mark${ours ? " ours" : ""}${leads ? " leads" : ""}`;
  const called = s("text", { x: NAMES - 10, y: y + 4, "text-anchor": "end" }, system.length > 22 ? `${system.slice(0, 21)}…` : system, s("title", {}, system));
  if (!value || value.mean === null) return s("g", { class: kind }, called, s("text", { class: "nothing", x: x(0) + 6, y: y + 4 }, "nothing there"));
  const bar = value.low === null || value.high === null ? null : s("line", { x1: x(value.low), x2: x(value.high), y1: y, y2: y });
  const told = `${system}: ${value.mean.toFixed(4)}${bar ? ` [${value.low?.toFixed(4)}, ${value.high?.toFixed(4)}]` : ""}`;
  const dot = ours ? s("rect", { x: x(value.mean) - 4.5, y: y - 4.5, width: 9, height: 9, transform: `rotate(45 ${x(value.mean)} ${y})` }) : s("circle", { cx: x(value.mean), cy: y, r: 3.6 });
  return s("g", { class: kind }, called, bar, dot, s("title", {}, told));
}
