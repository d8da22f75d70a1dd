/** One line of a list. */

import { badges, name } from "./badges.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { explanationBar, explanationList } from "./explanation.js";

/**
 * @typedef {import("./types.js").Listed} Listed
 *
 * @typedef {object} RowActions
 * @property {(item: Listed) => string} link
 * @property {(item: Listed) => void} query  Make it the query.
 * @property {(item: Listed) => void} add  Add it to the seeds.
 * @property {(kind: "like" | "dislike" | "hide", item: Listed) => void} [giveFeedback]  Tell the server; only of our own list.
 * @property {(item: Listed) => "like" | "dislike" | null} [feedbackOn]
 */

/**
 * @param {Listed} item
 * @param {number | null} otherRank  Its rank in the other list, if it is there.
 * @param {string} otherTitle  What the other list is called.
 * @param {number} maxAffinity  The largest affinity of the list.
 * @param {RowActions} acts
 * @returns {HTMLLIElement}
 */
export function listRow(item, otherRank, otherTitle, maxAffinity, acts) {
  const link = h("a", { class: "call", href: acts.link(item) }, name(item.name));
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // a new tab is the browser's affair
    event.preventDefault();
    acts.query(item);
  });
  const line = h(
    "li",
    { class: otherRank ? "row both" : "row", dataset: { id: item.id } },
    h("span", { class: "rank" }, h("span", { class: "sr" }, "Rank "), item.rank),
    h("div", { class: "what" }, link, badges(item)),
    otherRankMark(otherRank, otherTitle),
    actionButtons(item, acts),
    item.why?.length ? explanation(item) : affinityBar(item, maxAffinity),
  );
  return line;
}

/** @param {number | null} elsewhere @param {string} other */
function otherRankMark(elsewhere, other) {
  if (!elsewhere) return h("span", {});
  return h("span", { class: "twin", title: `Also in the list of ${other}, at rank ${elsewhere}` }, icon("both"), h("span", { class: "sr" }, `In both; in ${other} at rank `), elsewhere);
}

/** How near it is, where there is no more to say. @param {Listed} item @param {number} best */
function affinityBar({ affinity }, best) {
  const words = affinity.toFixed(2).replace(/^0/, "");
  return h("p", { class: "closeness", title: `Affinity ${words}` }, h("span", { class: "bar" }, h("span", { class: "gauge", vars: { "--share": Math.max(0, affinity / best) } })), h("span", { class: "sr" }, "Affinity "), words);
}

/** @param {Listed} item */
function explanation(item) {
  const carriers = item.why ?? [];
  return h("details", { class: "why" }, h("summary", {}, explanationBar(carriers), h("span", { class: "ask" }, "why", h("span", { class: "sr" }, ` ${item.name}`), icon("chevron"))), explanationList(carriers));
}

/** @param {Listed} item @param {RowActions} acts */
function actionButtons(item, acts) {
  const add = iconButton("add", `Add ${item.name} to the playlist`, () => acts.add(item));
  if (!acts.giveFeedback) return h("div", { class: "acts" }, add);
  const { giveFeedback: say, feedbackOn: said } = acts;
  const thumbs = /** @type {const} */ (["like", "dislike"]).map((kind) => {
    const thumb = iconButton(kind === "like" ? "up" : "down", `${kind === "like" ? "Good" : "Bad"} answer: ${item.name}`, () => {
      say(kind, item);
      for (const one of thumbs) one.setAttribute("aria-pressed", String(one === thumb));
    });
    thumb.classList.add(kind);
    thumb.setAttribute("aria-pressed", String(said?.(item) === kind));
    return thumb;
  });
  return h("div", { class: "acts" }, ...thumbs, iconButton("hide", `Hide ${item.name}`, () => say("hide", item)), add);
}

/** @param {Parameters<typeof icon>[0]} picture @param {string} label @param {() => void} act */
function iconButton(picture, label, act) {
  return h("button", { type: "button", class: "act", "aria-label": label, title: label, onclick: act }, icon(picture));
}

/**
 * The line of a hidden item: it keeps its place, so that nothing jumps under the finger.
 *
 * @param {Listed} item
 * @param {() => void} show
 */
export function hiddenRow(item, show) {
  return h(
    "li",
    { class: "row hidden", dataset: { id: item.id } },
    h("span", { class: "rank" }, item.rank),
    h("span", { class: "quiet" }, "Hidden: ", name(item.name)),
    h("button", { type: "button", class: "plain", onclick: show }, "Show again"),
  );
}
