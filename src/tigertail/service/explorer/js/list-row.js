/** One row of a list. */

import { badges, name } from "./badges.js";
import { h, onPlainClick } from "./dom.js";
import { explanationBar, explanationList } from "./explanation.js";
import { fullName } from "./format.js";
import { icon } from "./icons.js";
import { formatDecimal, formatNumber, formatPercent, richText, text } from "./language.js";
import { nearness } from "./nearness.js";

/**
 * @typedef {import("./types.js").Listed} Listed
 * @typedef {import("./types.js").Action} Action
 *
 * @typedef {object} RowActions
 * @property {(item: Listed) => string} link  The address of the lists for it.
 * @property {(item: Listed) => void} query  Make it the query.
 * @property {import("./artist/artist-link.js").ArtistLink} about  Makes a link to the view of it.
 * @property {(item: Listed) => void} add  Add it to the items of the query, to the listener a playlist.
 * @property {(action: Action, item: Listed) => void} [record]  Record feedback, and hide what is hidden; only for Tigertail's list.
 * @property {(item: Listed) => "like" | "dislike" | null} [rating]  What the listener said of it before.
 */

/**
 * @param {Listed} item
 * @param {number | null} otherRank  Its rank in the other list, if it is there.
 * @param {string} otherTitle  Title of the other list.
 * @param {number} maxAffinity  What largestAffinity returns.
 * @param {RowActions} actions
 * @returns {HTMLLIElement}
 */
export function listRow(item, otherRank, otherTitle, maxAffinity, actions) {
  const link = h("a", { class: "item-link", href: actions.link(item) }, name(fullName(item)));
  onPlainClick(link, () => actions.query(item));
  return h(
    "li",
    { class: otherRank ? "row both" : "row", dataset: { id: item.id } },
    h("span", { class: "rank" }, h("span", { class: "visually-hidden" }, text("row.rank"), " "), formatNumber(item.rank)),
    h("div", { class: "row-item" }, link, badges(item)),
    otherRankMark(otherRank, otherTitle),
    actionButtons(item, actions),
    item.why?.length ? explanation(item, maxAffinity) : affinityBar(item, maxAffinity),
  );
}

/** @param {number | null} rank @param {string} title */
function otherRankMark(rank, title) {
  if (!rank) return h("span", {}); // keeps its cell of the grid
  return h("span", { class: "other-rank", title: text("row.other", { list: title, rank }) }, icon("both"), h("span", { class: "visually-hidden" }, text("row.other", { list: title, rank })), h("span", { "aria-hidden": "true" }, formatNumber(rank)));
}

/** The affinity of an answer without reasons: in naive CF's list, which asks for none, a cosine. @param {Listed} item @param {number} maxAffinity */
function affinityBar(item, maxAffinity) {
  const value = formatDecimal(item.affinity, 2);
  return h("p", { class: "affinity", title: text("row.affinity", { affinity: value }) }, h("span", { class: "bar" }, h("span", { class: "gauge", vars: { "--share": nearness(item, maxAffinity) } })), h("span", { class: "visually-hidden" }, text("row.affinity", { affinity: value })), h("span", { "aria-hidden": "true" }, value));
}

/** How near it is, as the length of the bar, and why. @param {Listed} item @param {number} maxAffinity */
function explanation(item, maxAffinity) {
  const near = nearness(item, maxAffinity);
  return h(
    "details",
    { class: "explanation" },
    h(
      "summary",
      { title: text("row.near", { share: formatPercent(near) }) },
      h("span", { class: "nearness", vars: { "--near": near } }, explanationBar(item)),
      h("span", { class: "near" }, h("span", { class: "visually-hidden" }, text("row.near", { share: formatPercent(near) })), h("span", { "aria-hidden": "true" }, formatPercent(near))),
      h("span", { class: "explanation-label" }, h("span", { "aria-hidden": "true" }, text("row.why")), h("span", { class: "visually-hidden" }, text("row.whyItem", { name: fullName(item) })), icon("chevron")),
    ),
    explanationList(item),
  );
}

/** @param {Listed} item @param {RowActions} actions */
function actionButtons(item, { about, add, record, rating }) {
  const label = text("artist.about", { name: fullName(item) });
  const others = [iconButton("add", text("row.add", { name: fullName(item) }), () => add(item)), about(item, { class: "icon-button", "aria-label": label, title: label }, icon("about"))];
  if (!record) return h("div", { class: "actions" }, ...others);
  const thumbs = /** @type {const} */ (["like", "dislike"]).map((action) => {
    const thumb = iconButton(action === "like" ? "up" : "down", text(`row.${action}`, { name: fullName(item) }), () => {
      record(action, item);
      for (const other of thumbs) other.setAttribute("aria-pressed", String(other === thumb));
    });
    thumb.classList.add(action);
    thumb.setAttribute("aria-pressed", String(rating?.(item) === action));
    return thumb;
  });
  return h("div", { class: "actions" }, ...thumbs, iconButton("hide", text("row.hide", { name: fullName(item) }), () => record("hide", item)), ...others);
}

/** @param {Parameters<typeof icon>[0]} picture @param {string} label @param {() => void} onclick */
function iconButton(picture, label, onclick) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick }, icon(picture));
}

/**
 * The row of a hidden item: it keeps its place, so that the rows below do not move.
 *
 * @param {Listed} item
 * @param {() => void} show
 */
export function hiddenRow(item, show) {
  return h(
    "li",
    { class: "row hidden", dataset: { id: item.id } },
    h("span", { class: "rank" }, formatNumber(item.rank)),
    h("span", { class: "muted" }, ...richText("row.hidden", { name: name(fullName(item)) })),
    h("button", { type: "button", class: "secondary", onclick: show }, text("row.show")),
  );
}
