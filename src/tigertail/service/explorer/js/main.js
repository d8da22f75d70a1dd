/** The page: wires its parts, and shows the view the address names. */

import { Api } from "./api.js";
import { QueryOptions } from "./query-options.js";
import { byId, h, refill } from "./dom.js";
import { Feedback } from "./feedback.js";
import { promptForApiKey } from "./api-key-dialog.js";
import { ListsView } from "./lists-view.js";
import { openPrivacyDialog, feedbackStatus } from "./feedback-status.js";
import { Search } from "./search.js";
import { StartPage } from "./start-page.js";
import { Router } from "./state.js";
import { themeSwitch } from "./theme.js";
import { createToaster } from "./toasts.js";
import { formatNumber } from "./format.js";

/** @typedef {import("./state.js").View} View */

const dialog = /** @type {HTMLDialogElement} */ (byId("dialog"));
const api = new Api((refused) => promptForApiKey(dialog, refused));
const place = new Router();
const feedback = new Feedback(api);
const known = new Map();
const toast = createToaster(byId("toasts"));

/** @param {string} text */
function say(text) {
  byId("live").textContent = text;
}

/**
 * Fetch something once; another time, if it failed.
 *
 * @template T
 * @param {() => Promise<T>} fetching
 * @returns {() => Promise<T>}
 */
function once(fetching) {
  /** @type {Promise<T> | null} */
  let found = null;
  return () => {
    found ??= fetching().catch((error) => {
      found = null;
      throw error;
    });
    return found;
  };
}

/** @returns {Promise<import("./types.js").ModelCard>} */
async function described() {
  const { models } = await api.get("models");
  return models.find((/** @type {{role: string}} */ one) => one.role === "current") ?? models[0];
}
let card = once(described);
const model = () => card();
const most = once(async () => (await api.get("items", [["q", ""], ["n", "1"]])).items[0]?.listeners ?? 1);

const startRoot = h("div", { class: "start" });
const listsRoot = h("div", { class: "answers" });
const dialsRoot = h("aside", { class: "side", "aria-label": "Dials" });
const bench = h("div", { class: "bench" }, dialsRoot, listsRoot);
refill(byId("view-lists"), startRoot, bench);

const search = new Search(byId("search"), { api, place, known, say });
const dials = new QueryOptions(dialsRoot, place, say);
const start = new StartPage(startRoot, { api, place, known, model });
const lists = new ListsView(listsRoot, { api, router: place, feedback, itemCache: known, model, maxListeners: most, announce: say, onModelChanged: renewed, onNamesLoaded: () => search.show() }, feedbackStatus(feedback));

/** Views that come with their own code, fetched when first asked for. @type {Record<string, () => Promise<{show(): void}>>} */
const rooms = {
  map: once(async () => {
    const { MapView } = await import("./map/map-view.js");
    return new MapView(byId("view-map"), { api, place, known, say, named: () => search.show() });
  }),
  evaluation: once(async () => {
    const { EvaluationView } = await import("./evaluation-view.js");
    return new EvaluationView(byId("view-evaluation"), api);
  }),
};

async function show() {
  const { view, seeds } = place.state;
  for (const one of ["lists", "map", "evaluation"]) byId(`view-${one}`).hidden = one !== view;
  for (const tab of document.querySelectorAll(".tabs a")) {
    const to = /** @type {View} */ (/** @type {HTMLElement} */ (tab).dataset.view);
    tab.setAttribute("href", place.link({ view: to }));
    if (to === view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  document.body.dataset.view = view;
  document.body.classList.toggle("at-start", view === "lists" && !seeds.length);
  startRoot.hidden = seeds.length > 0;
  bench.hidden = !seeds.length;
  if (view === "lists" && !seeds.length) document.title = "Tigertail";
  if (view === "lists" && !seeds.length) start.show();
  if (view === "lists" && seeds.length) lists.update();
  if (view in rooms) (await rooms[view]()).show();
}

/** @param {MouseEvent} event  A plain click on a link of ours stays on the page. */
function follow(event) {
  const link = /** @type {Element} */ (event.target).closest("a");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.dataset.view) place.go({ view: /** @type {View} */ (link.dataset.view) });
  else if (link.dataset.go === "home") place.go({ view: "lists", seeds: [] });
  else return;
  event.preventDefault();
}

function connection() {
  const lost = h("p", { class: "banner", hidden: true }, "The server cannot be reached. What you said is kept here and sent when it is back.");
  byId("banners").append(lost);
  api.connection.addEventListener("lost", () => (lost.hidden = false));
  api.connection.addEventListener("reached", () => (lost.hidden = true));
  addEventListener("offline", () => (lost.hidden = false));
}

/** Another model has taken over: its dials may be others. */
function renewed() {
  card = once(described);
  acquaint();
}

async function acquaint() {
  try {
    const { version, dataset, simulated, items, listeners } = await model();
    dials.setModel(await model());
    refill(
      byId("foot"),
      h("p", {}, `Model ${version} · ${dataset}${simulated ? " (simulated)" : ""} · ${formatNumber(items)} items, ${formatNumber(listeners)} listeners`),
      h("p", {}, h("a", { href: "docs" }, "The API")),
    );
  } catch (error) {
    refill(byId("foot"), h("p", {}, /** @type {Error} */ (error).message));
    setTimeout(acquaint, 5000); // without the model's card there are no dials
  }
}

document.addEventListener("click", follow);
byId("privacy-open").addEventListener("click", () => openPrivacyDialog(dialog, feedback));
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
themeSwitch(/** @type {HTMLButtonElement} */ (byId("theme")), () => dispatchEvent(new Event("themed")));
feedback.addEventListener("change", () => feedback.rejected && toast(`Feedback was refused: ${feedback.rejected.problem.message}`));
place.addEventListener("change", show);
connection();
acquaint();
show();
