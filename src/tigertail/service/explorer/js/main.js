/** The entry point: creates the parts of the page, and shows the view that the address names. */

import { Api } from "./api.js";
import { promptForApiKey } from "./api-key-dialog.js";
import { Consent, consentBar } from "./consent.js";
import { byId, h, refill, setTitle } from "./dom.js";
import { Feedback } from "./feedback.js";
import { feedbackStatus } from "./feedback-status.js";
import { formatListeners } from "./format.js";
import { text, translateDocument } from "./language.js";
import { languagePicker } from "./language-picker.js";
import { ListsView } from "./lists-view.js";
import { errorLine, errorMessage } from "./placeholders.js";
import { openPrivacyDialog } from "./privacy-dialog.js";
import { QueryOptions } from "./query-options.js";
import { Router } from "./router.js";
import { Search } from "./search.js";
import { describeSignals } from "./signals.js";
import { StartPage } from "./start-page.js";
import { VIEWS } from "./state.js";
import { themeSwitch } from "./theme.js";
import { createToaster } from "./toasts.js";

/** @typedef {import("./state.js").View} View */

const dialog = /** @type {HTMLDialogElement} */ (byId("dialog"));
const api = new Api((rejected) => promptForApiKey(dialog, rejected));
const router = new Router();
const consent = new Consent();
const feedback = new Feedback(api, consent);
/** @type {import("./types.js").ItemCache} */
const itemCache = new Map();
const toast = createToaster(byId("toasts"));

/** @param {string} news  For a screen reader. */
function announce(news) {
  byId("live").textContent = news;
}

/**
 * Load something once; again only if it failed.
 *
 * @template T
 * @param {() => Promise<T>} load
 * @returns {() => Promise<T>}
 */
function once(load) {
  /** @type {Promise<T> | null} */
  let promise = null;
  return () => {
    promise ??= load().catch((error) => {
      promise = null;
      throw error;
    });
    return promise;
  };
}

/** @returns {Promise<import("./types.js").Described>} */
async function loadModel() {
  const { models } = await api.models();
  const current = models.find(({ role }) => role === "current") ?? models[0];
  describeSignals(current.signals);
  return current;
}
/** What the page keeps of the model that is served. */
const ofModel = () => ({ model: once(loadModel), maxListeners: once(async () => (await api.searchItems("", 1)).items[0]?.listeners ?? 1) });
let kept = ofModel();
const model = () => kept.model();
const maxListeners = () => kept.maxListeners();

const startRoot = h("div", { class: "start" });
const listsRoot = h("div", { class: "lists" });
const optionsRoot = h("aside", { class: "sidebar", "aria-label": text("options.title") });
const listsLayout = h("div", { class: "lists-layout" }, optionsRoot, listsRoot);
refill(byId("view-lists"), startRoot, listsLayout);

const search = new Search(byId("search"), { api, router, itemCache, announce });
const onNamesLoaded = () => search.show();
const options = new QueryOptions(optionsRoot, router, announce);
const startPage = new StartPage(startRoot, { api, router, itemCache, model });
const lists = new ListsView(listsRoot, { api, router, feedback, itemCache, model, maxListeners, announce, report: toast, onModelChanged, onNamesLoaded }, feedbackStatus(feedback));

/** Views with code of their own, loaded when first shown. @type {Partial<Record<View, () => Promise<{show(): void}>>>} */
const lazyViews = {
  artist: once(async () => {
    const { ArtistView } = await import("./artist/artist-view.js");
    return new ArtistView(byId("view-artist"), { api, router, itemCache, model, announce, onNamesLoaded });
  }),
  map: once(async () => {
    const { MapView } = await import("./map/map-view.js");
    return new MapView(byId("view-map"), { api, router, itemCache, model, announce, onModelChanged, onNamesLoaded });
  }),
  evaluation: once(async () => {
    const { EvaluationView } = await import("./evaluation-view.js");
    return new EvaluationView(byId("view-evaluation"), api);
  }),
};

async function show() {
  const { view, seeds } = router.state;
  const atStart = view === "lists" && !seeds.length;
  for (const name of VIEWS) byId(`view-${name}`).hidden = name !== view;
  markTab(view);
  document.body.dataset.view = view;
  startRoot.hidden = seeds.length > 0;
  listsLayout.hidden = !seeds.length;
  if (atStart) {
    setTitle();
    startPage.show();
  } else if (view === "lists") {
    lists.update();
  }
  try {
    const opened = await lazyViews[view]?.();
    if (router.state.view === view) opened?.show();
  } catch (error) {
    refill(byId(`view-${view}`), h("div", { class: "page" }, errorMessage(error, { retry: show })));
  }
}

/** @param {View} view */
function markTab(view) {
  document.querySelector(".brand")?.setAttribute("href", router.link({ view: "lists", seeds: [] }));
  for (const tab of document.querySelectorAll(".tabs a")) {
    const name = /** @type {View} */ (/** @type {HTMLElement} */ (tab).dataset.view);
    tab.setAttribute("href", router.link({ view: name }));
    if (name === view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
}

/** Follow a link between views without loading the page again. @param {MouseEvent} event */
function followLink(event) {
  const link = /** @type {Element} */ (event.target).closest("a");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.dataset.view) router.go({ view: /** @type {View} */ (link.dataset.view) });
  else if (link.dataset.go === "home") router.go({ view: "lists", seeds: [] });
  else return;
  event.preventDefault();
}

function showConnection() {
  const banner = h("p", { class: "banner", hidden: true }, text("page.offline"));
  byId("banners").append(banner);
  api.connection.addEventListener("lost", () => (banner.hidden = false));
  api.connection.addEventListener("reached", () => (banner.hidden = true));
  addEventListener("offline", () => (banner.hidden = false));
}

/** The server has replaced the model: its options and its catalogue may differ. */
function onModelChanged() {
  kept = ofModel();
  showModel();
}

async function showModel() {
  try {
    const current = await model();
    const { version, dataset, simulated, items, listeners } = current;
    options.setModel(current);
    refill(
      byId("footer"),
      h("p", {}, text("page.model", { version, dataset: simulated ? text("page.simulated", { dataset }) : dataset, items: text("item.items", { n: items }), listeners: formatListeners(listeners ?? 0) })),
      h("p", {}, h("a", { href: "docs" }, text("page.api"))),
    );
  } catch (error) {
    refill(byId("footer"), h("p", {}, errorLine(error)));
    setTimeout(showModel, 5000); // the options need the model
  }
}

translateDocument();
byId("language").append(languagePicker(router, consent));
document.addEventListener("click", followLink);
byId("privacy-open").addEventListener("click", () => openPrivacyDialog(dialog, feedback));
consentBar(byId("consent"), consent, () => openPrivacyDialog(dialog, feedback));
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
themeSwitch(/** @type {HTMLButtonElement} */ (byId("theme")), () => dispatchEvent(new Event("themechange")));
feedback.addEventListener("rejected", () => feedback.rejected && toast(text("feedback.rejected.reason"), " ", errorLine(feedback.rejected.error)));
router.addEventListener("change", show);
showConnection();
showModel();
show();
