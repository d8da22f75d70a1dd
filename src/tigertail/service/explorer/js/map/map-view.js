/** The map of the catalogue, before (naive CF) and after (Tigertail). */

import { badges, name } from "../badges.js";
import { debounce, h, refill, setTitle } from "../dom.js";
import { icon } from "../icons.js";
import { formatList, text } from "../language.js";
import { errorMessage } from "../placeholders.js";
import { idOf, seedOf, similarParams } from "../state.js";
import { artistLink } from "../artist/artist-link.js";
import { Camera } from "./camera.js";
import { listenForGestures } from "./gestures.js";
import { legend } from "./legend.js";
import { PathPanel } from "./path-panel.js";
import { Renderer } from "./renderer.js";
import { Scene } from "./scene.js";
import { listName, missingMap, selectionPanel } from "./selection-panel.js";
import { Transitions } from "./transitions.js";
import { VisibleList } from "./visible-list.js";

const POINTER_RADIUS = 14; // pixels: the pointer is on a dot within this distance
const OUTLIERS = 0.05; // share of a country's dots that may be beyond each edge after a zoom to it

/**
 * @typedef {object} Services
 * @property {import("../api.js").Api} api
 * @property {import("../router.js").Router} router
 * @property {import("../types.js").ItemCache} itemCache
 * @property {() => Promise<import("../types.js").Described>} model
 * @property {(text: string) => void} announce  To a screen reader.
 * @property {() => void} onModelChanged  Called when the server answers from another model.
 * @property {() => void} onNamesLoaded  Called when the names of the seeds are in the cache.
 */

/** @param {Element} element @returns {HTMLElement[]} Its links and buttons. */
const controls = (element) => [...element.querySelectorAll(/** @type {"a"} */ ("a, button"))];

/** @returns {import("./renderer.js").Marks} */
const noMarks = () => ({ seeds: [], results: [], path: [], hovered: -1, country: null, naive: false });

export class MapView {
  /** @param {HTMLElement} root @param {Services} services */
  constructor(root, services) {
    this.root = root;
    this.services = services;
    this.camera = new Camera();
    this.marks = noMarks();
    /** @type {{naive: number[], tigertail: number[]}} Dots of both lists. */
    this.results = { naive: [], tigertail: [] };
    this.currentQuery = "";
    this.pressedItem = ""; // after a press on a dot the map must not move away from the pointer
    this.moving = false;
    this.frame = 0;
    this.updateVisible = debounce(() => this.visibleList?.show(this.camera.view), 220);
    /** @type {Scene | null} */
    this.scene = null;
    this.replacedBy = ""; // the model for which the map was last loaded anew
    addEventListener("themechange", () => {
      this.renderer?.updateTheme();
      this.#draw();
    });
  }

  async show() {
    setTitle(text("page.map"));
    if (this.scene && (await this.#isCurrent(this.scene))) {
      this.#resize();
      this.#loadResults();
      this.path?.update();
    } else {
      await this.#load();
    }
  }

  /** @param {Scene} scene @returns {Promise<boolean>} Whether it is of the model that is served, as far as the page knows. */
  async #isCurrent({ data }) {
    try {
      return data.model === (await this.services.model()).version;
    } catch {
      return true;
    }
  }

  async #load() {
    if (this.loading) return;
    this.loading = true;
    this.transitions?.stop();
    this.controller?.abort();
    this.scene = null;
    this.marks = noMarks();
    this.currentQuery = "";
    refill(this.root, h("header", { class: "map-header" }, h("h1", {}, text("map.title"))), h("div", { class: "map-loading skeleton", role: "status" }, h("span", { class: "bone" }), h("p", {}, text("map.loading"))));
    try {
      const scene = new Scene(await this.services.api.map());
      this.#build(scene);
      this.#loadResults();
      this.path?.update();
    } catch (error) {
      refill(this.root, h("div", { class: "page" }, h("h1", {}, text("map.title")), missingMap(error) ?? errorMessage(error, { retry: () => this.show() })));
    } finally {
      this.loading = false;
    }
  }

  /** @param {Scene} scene */
  #build(scene) {
    this.scene = scene;
    this.canvas = h("canvas", { class: "map-canvas", tabindex: 0, role: "application", "aria-roledescription": text("map.role"), "aria-describedby": "map-help" });
    this.tooltip = h("div", { class: "tooltip", hidden: true });
    this.selection = h("div", { class: "map-selection" });
    this.buttons = this.#buttons();
    this.missingNote = h("span", {});
    this.path = new PathPanel(this.services, artistLink(this.services.router, this.services.itemCache), {
      show: (items) => this.#showPath(items),
      onMap: ({ id }) => scene.indexOf.has(id),
      zoom: () => this.#flyTo(this.marks.path),
    });
    const { router, announce } = this.services;
    this.visibleList = new VisibleList(scene, {
      link: (dot) => router.link({ seeds: [seedOf(scene.data.id[dot])] }),
      open: (dot) => {
        this.#selectItem(dot);
        this.canvas?.scrollIntoView({ block: "nearest" });
      },
    });
    const countries = legend(scene, {
      highlight: (country) => {
        this.marks.country = country;
        this.#draw();
      },
      zoom: (country) => this.transitions?.flyTo(scene.boundsOf(scene.dotsOf(country), OUTLIERS)),
      announce,
    });
    refill(
      this.root,
      h(
        "header",
        { class: "map-header" },
        h("div", {}, h("h1", {}, text("map.title")), h("p", { class: "muted" }, text("map.lead"), this.missingNote)),
        this.#layoutSwitch(),
      ),
      h(
        "div",
        { class: "map-layout" },
        h(
          "div",
          { class: "map-stage" },
          this.canvas,
          this.tooltip,
          this.buttons,
          h("p", { class: "visually-hidden", id: "map-help" }, text("map.help")),
        ),
        h("aside", { class: "map-sidebar" }, this.selection, this.path.element, countries),
      ),
      this.visibleList.element,
    );
    this.renderer = new Renderer(this.canvas, scene, this.camera);
    this.transitions = new Transitions(this.camera, scene, () => this.#draw());
    listenForGestures(this.canvas, this.#gestureHandlers());
    new ResizeObserver(() => this.#resize()).observe(this.canvas);
    this.#measure();
    this.transitions.fit();
    this.#updateLabel();
    this.#draw();
  }

  #resize() {
    if (!this.canvas?.clientWidth || !this.scene) return;
    const first = this.camera.width <= 1;
    this.#measure();
    if (first) this.transitions?.fit();
    else this.transitions?.measure();
    this.#draw();
  }

  #measure() {
    if (!this.renderer || !this.buttons) return;
    this.renderer.resize();
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = this.buttons;
    this.renderer.covered = [[offsetLeft, offsetTop, offsetLeft + offsetWidth, offsetTop + offsetHeight]];
  }

  #layoutSwitch() {
    const choose = (/** @type {0 | 1} */ to) => {
      for (const [index, button] of buttons.entries()) button.setAttribute("aria-pressed", String(index === to));
      this.#setLayout(to);
    };
    const buttons = [text("map.before"), text("map.after")].map((label, index) => h("button", { type: "button", "aria-pressed": String(index === 1), onclick: () => choose(/** @type {0 | 1} */ (index)) }, label));
    return h("div", { class: "segmented", role: "group", "aria-label": text("map.which") }, ...buttons);
  }

  #buttons() {
    const button = (/** @type {string} */ label, /** @type {() => void} */ onclick, /** @type {Node | string} */ picture) => h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick }, picture);
    return h(
      "div",
      { class: "map-buttons" },
      button(text("map.zoomIn"), () => this.#zoom(1.6), icon("add")),
      button(text("map.zoomOut"), () => this.#zoom(1 / 1.6), "−"),
      button(text("map.showAll"), () => this.transitions?.showAll(), icon("fit")),
    );
  }

  /** @returns {import("./gestures.js").GestureHandlers} */
  #gestureHandlers() {
    return {
      pan: (dx, dy) => {
        this.transitions?.stop();
        this.camera.pan(dx, dy);
        this.#setHovered(-1);
        this.#draw();
      },
      zoom: (factor, x, y) => {
        this.transitions?.stop();
        this.camera.zoom(factor, x, y);
        this.#draw();
      },
      hover: (x, y) => this.#setHovered(this.#dotAt(x, y)),
      leave: () => this.#setHovered(-1),
      press: (x, y, touch) => {
        const dot = this.#dotAt(x, y);
        const named = dot === this.marks.hovered;
        this.#setHovered(dot);
        if (dot < 0 || (touch && !named)) return; // a finger covers the tooltip: the first tap shows it, the second selects
        this.#selectItem(dot);
      },
      showAll: () => this.transitions?.showAll(),
    };
  }

  /** @param {number} x @param {number} y @returns {number} */
  #dotAt(x, y) {
    return this.scene?.nearest(...this.camera.toPlane(x, y), POINTER_RADIUS / this.camera.scale) ?? -1;
  }

  /** @param {number} dot */
  #setHovered(dot) {
    if (dot === this.marks.hovered || !this.scene || !this.tooltip || !this.canvas) return;
    this.marks.hovered = dot;
    this.canvas.classList.toggle("hovering", dot >= 0);
    this.tooltip.hidden = dot < 0;
    if (dot >= 0) {
      const item = this.scene.item(dot);
      refill(this.tooltip, name(item.name), badges(item));
      const [x, y] = this.camera.toScreen(this.scene.x[dot], this.scene.y[dot]);
      const left = Math.min(Math.max(x, 8), this.camera.width - this.tooltip.offsetWidth - 8);
      const top = y + 16 + this.tooltip.offsetHeight > this.camera.height ? y - 16 - this.tooltip.offsetHeight : y + 16;
      this.tooltip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    }
    this.#draw();
  }

  /** @param {number} dot */
  #selectItem(dot) {
    if (!this.scene) return;
    const item = this.scene.item(dot);
    this.pressedItem = seedOf(item.id);
    this.services.itemCache.set(this.pressedItem, item);
    this.services.router.go({ seeds: [this.pressedItem] });
  }

  /** Mark the seeds and load their lists. */
  async #loadResults() {
    const { scene } = this;
    const { api, itemCache, onNamesLoaded, router } = this.services;
    const { state } = router;
    const params = similarParams(state);
    const query = JSON.stringify(params.tigertail);
    if (!scene || query === this.currentQuery) return;
    this.currentQuery = query;
    this.controller?.abort();
    this.results = { naive: [], tigertail: [] };
    this.marks.seeds = state.seeds.flatMap((seed) => this.#dotOf(idOf(seed)));
    this.#showResults();
    if (!state.seeds.length) return;
    const controller = new AbortController();
    this.controller = controller;
    const [naive, tigertail] = await Promise.allSettled([api.similar(params.naive, controller.signal), api.similar(params.tigertail, controller.signal)]);
    if (controller.signal.aborted || this.#replace(tigertail)) return;
    const dotsOf = (/** @type {PromiseSettledResult<import("../types.js").Similar>} */ result) => (result.status === "fulfilled" ? result.value.items.flatMap((item) => this.#dotOf(item.id)) : []);
    this.results = { naive: dotsOf(naive), tigertail: dotsOf(tigertail) };
    if (tigertail.status === "fulfilled") {
      for (const [index, seed] of tigertail.value.seeds.entries()) itemCache.set(state.seeds[index], seed);
      this.marks.seeds = tigertail.value.seeds.flatMap((seed) => this.#dotOf(seed.id));
      onNamesLoaded();
    }
    this.#showResults();
    const pressed = state.seeds.length === 1 && state.seeds[0] === this.pressedItem;
    if (!pressed && !this.marks.path.length) this.#flyToResults();
  }

  /**
   * Load the map anew where an answer is of another model; once for each, since workers replace theirs one by one.
   *
   * @param {PromiseSettledResult<import("../types.js").Similar>} answer
   * @returns {boolean} Whether it is loaded anew.
   */
  #replace(answer) {
    const model = answer.status === "fulfilled" ? answer.value.model : "";
    if (!model || model === this.scene?.data.model || model === this.replacedBy) return false;
    this.replacedBy = model;
    this.services.onModelChanged();
    this.#load();
    return true;
  }

  /** @param {string} id @returns {number[]} Empty if the map does not have it. */
  #dotOf(id) {
    const dot = this.scene?.indexOf.get(id);
    return dot === undefined ? [] : [dot];
  }

  /** Show the results of the model whose layout is shown. */
  #showResults() {
    const { scene, marks, selection } = this;
    if (!scene || !selection) return;
    marks.naive = scene.progress < 0.5;
    marks.results = marks.naive ? this.results.naive : this.results.tigertail;
    this.#updateLabel();
    this.#draw();
    const missing = scene.visible.reduce((rest, visible) => rest - visible, scene.size);
    if (this.missingNote) this.missingNote.textContent = missing ? ` ${text("map.missing", { n: missing, list: listName(marks.naive) })}` : "";
    // They may come while the focus is at a button there.
    const focused = controls(selection).findIndex((one) => one === document.activeElement);
    refill(selection, ...selectionPanel(scene, marks, this.services.router.link({ view: "lists" }), () => this.#flyToResults(), (end) => this.services.router.go({ [end]: this.services.router.state.seeds[0] })));
    controls(selection)[focused]?.focus();
  }

  #updateLabel() {
    const { scene, marks, canvas } = this;
    if (!scene || !canvas) return;
    const names = formatList(marks.seeds.map((seed) => scene.data.name[seed]));
    const label = text("map.label", { n: scene.size, list: listName(marks.naive) });
    canvas.setAttribute("aria-label", names ? `${label} ${text("map.marked", { names, results: text("item.results", { n: marks.results.length }) })}` : label);
  }

  #flyToResults() {
    this.#flyTo([...this.marks.seeds, ...this.marks.results]);
  }

  /** @param {number[]} dots */
  #flyTo(dots) {
    if (this.scene && dots.length) this.transitions?.flyTo(this.scene.boundsOf(dots), 90);
  }

  /** Draw a walk; while there is one, the results of the query are not marked. @param {import("../types.js").Item[]} items */
  #showPath(items) {
    this.marks.path = items.flatMap(({ id }) => this.#dotOf(id));
    this.services.onNamesLoaded();
    this.#showResults();
    this.#flyTo(this.marks.path);
  }

  /** Move every dot to its position in the other layout. @param {0 | 1} to */
  #setLayout(to) {
    this.moving = true;
    this.#setHovered(-1);
    this.transitions?.setLayout(to, () => {
      this.moving = false;
      this.#showResults();
      this.services.announce(text(to ? "map.after" : "map.before"));
    });
  }

  /** @param {number} factor */
  #zoom(factor) {
    this.transitions?.zoom(factor);
    this.services.announce(text(factor > 1 ? "map.zoomedIn" : "map.zoomedOut"));
  }

  /** Draw once in the next frame, however many calls there are. */
  #draw() {
    this.updateVisible();
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.renderer?.draw(this.marks, !this.moving);
    });
  }
}
