/** The map of the catalogue, before (naive CF) and after (Tigertail). */

import { badges, name } from "../badges.js";
import { h, refill, settled } from "../dom.js";
import { icon } from "../icons.js";
import { errorMessage } from "../placeholders.js";
import { similarParams } from "../state.js";
import { pluralize } from "../format.js";
import { Camera } from "./camera.js";
import { Flights } from "./transitions.js";
import { gestures } from "./gestures.js";
import { InView } from "./visible-list.js";
import { legend } from "./legend.js";
import { Painter } from "./renderer.js";
import { marked, noMap } from "./selection-panel.js";
import { Scene } from "./scene.js";

const POINTER_RADIUS = 14; // pixels around a dot within which the pointer means it
const OUTLIERS = 0.05; // the share of a country that may lie beyond each edge when it is zoomed to

/**
 * @typedef {object} Parts
 * @property {import("../api.js").Api} api
 * @property {import("../state.js").Router} place
 * @property {Map<string, import("../types.js").Item>} known
 * @property {(text: string) => void} say
 * @property {() => void} named
 */

export class MapView {
  /** @param {HTMLElement} root @param {Parts} parts */
  constructor(root, parts) {
    this.root = root;
    this.parts = parts;
    this.camera = new Camera();
    /** @type {import("./renderer.js").Marks} */
    this.marks = { seeds: [], answers: [], pointed: -1, country: null, naive: false };
    /** @type {{naive: number[], ours: number[]}} */
    this.answers = { naive: [], ours: [] };
    this.currentQuery = "";
    this.pressedItem = ""; // the dot pressed here: then the map must not run away under the finger
    this.moving = false;
    this.frame = 0;
    this.updateVisible = settled(() => this.visibleList?.show(this.camera.view), 220);
    /** @type {Scene | null} */
    this.scene = null;
  }

  async show() {
    document.title = "Map · Tigertail";
    if (this.scene) {
      this.#resize();
      this.#loadAnswers();
      return;
    }
    if (this.loading) return;
    this.loading = true;
    refill(this.root, h("div", { class: "map-wait skeleton", role: "status" }, h("span", { class: "bone" }), h("p", {}, "Fetching the map…")));
    try {
      const scene = new Scene(await this.parts.api.get("map"));
      this.#build(scene);
      this.#loadAnswers();
    } catch (error) {
      refill(this.root, h("div", { class: "page" }, h("h1", {}, "The catalogue as a map"), noMap(error) ?? errorMessage(error, { retry: () => this.show() })));
    } finally {
      this.loading = false;
    }
  }

  /** @param {Scene} scene */
  #build(scene) {
    this.scene = scene;
    this.canvas = h("canvas", { class: "map-canvas", tabindex: 0, role: "application", "aria-roledescription": "map", "aria-describedby": "map-help" });
    this.tip = h("div", { class: "tip", hidden: true });
    this.selection = h("div", { class: "map-panel" });
    this.missingNote = h("span", {});
    const { place, say } = this.parts;
    this.visibleList = new InView(scene, {
      link: (dot) => place.link({ seeds: [scene.data.id[dot]] }),
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
      zoom: (country) => this.flights?.to(scene.around(scene.of(country), OUTLIERS)),
      say,
    });
    refill(
      this.root,
      h(
        "header",
        { class: "map-head" },
        h("div", {}, h("h1", {}, "The catalogue as a map"), h("p", { class: "quiet" }, "Each dot is an artist, the larger the more heard. Near each other: alike to the model.", this.missingNote)),
        this.#layoutSwitch(),
      ),
      h(
        "div",
        { class: "map-bench" },
        h(
          "div",
          { class: "map-stage" },
          this.canvas,
          this.tip,
          this.#buttons(),
          h("p", { class: "sr", id: "map-help" }, "Arrow keys move, plus and minus zoom, 0 shows the whole. A list of the artists in view follows below."),
        ),
        h("aside", { class: "map-side" }, this.selection, countries),
      ),
      this.visibleList.element,
    );
    this.painter = new Painter(this.canvas, scene, this.camera);
    this.flights = new Flights(this.camera, scene, () => this.#draw());
    gestures(this.canvas, this.#gestureHandlers());
    new ResizeObserver(() => this.#resize()).observe(this.canvas);
    addEventListener("themed", () => {
      this.painter?.theme();
      this.#draw();
    });
    this.painter.resize();
    this.flights.frame();
    this.#updateLabel();
    this.#draw();
  }

  #resize() {
    if (!this.canvas?.clientWidth || !this.scene) return;
    const first = this.camera.width <= 1;
    this.painter?.resize();
    if (first) this.flights?.frame();
    else this.flights?.measure();
    this.#draw();
  }

  #layoutSwitch() {
    const choose = (/** @type {0 | 1} */ to) => {
      for (const [at, button] of buttons.entries()) button.setAttribute("aria-pressed", String(at === to));
      this.#setLayout(to);
    };
    const buttons = ["Before: naive CF", "After: Tigertail"].map((text, at) => h("button", { type: "button", "aria-pressed": String(at === 1), onclick: () => choose(/** @type {0 | 1} */ (at)) }, text));
    return h("div", { class: "segmented", role: "group", "aria-label": "Which model" }, ...buttons);
  }

  #buttons() {
    const button = (/** @type {string} */ label, /** @type {() => void} */ act, /** @type {Node | string} */ face) => h("button", { type: "button", class: "act", "aria-label": label, title: label, onclick: act }, face);
    return h(
      "div",
      { class: "map-buttons" },
      button("Zoom in", () => this.#zoom(1.6), icon("add")),
      button("Zoom out", () => this.#zoom(1 / 1.6), "−"),
      button("Show the whole", () => this.flights?.whole(), icon("fit")),
    );
  }

  /** @returns {import("./gestures.js").Hands} */
  #gestureHandlers() {
    return {
      pan: (dx, dy) => {
        this.flights?.stop();
        this.camera.pan(dx, dy);
        this.#setPointed(-1);
        this.#draw();
      },
      zoom: (by, x, y) => {
        this.flights?.stop();
        this.camera.zoom(by, x, y);
        this.#draw();
      },
      point: (x, y) => this.#setPointed(this.#dotAt(x, y)),
      leave: () => this.#setPointed(-1),
      press: (x, y, touch) => {
        const dot = this.#dotAt(x, y);
        const seen = dot === this.marks.pointed;
        this.#setPointed(dot);
        if (dot < 0 || (touch && !seen)) return; // a finger hides the name: the first tap tells it, the second opens
        this.#selectItem(dot);
      },
      whole: () => this.flights?.whole(),
    };
  }

  /** @param {number} x @param {number} y @returns {number} */
  #dotAt(x, y) {
    return this.scene?.nearest(...this.camera.toPlane(x, y), POINTER_RADIUS / this.camera.k) ?? -1;
  }

  /** @param {number} dot */
  #setPointed(dot) {
    if (dot === this.marks.pointed || !this.scene || !this.tip || !this.canvas) return;
    this.marks.pointed = dot;
    this.canvas.classList.toggle("pointing", dot >= 0);
    this.tip.hidden = dot < 0;
    if (dot >= 0) {
      const item = this.scene.item(dot);
      refill(this.tip, name(item.name), badges(item));
      const [x, y] = this.camera.toScreen(this.scene.x[dot], this.scene.y[dot]);
      const left = Math.min(Math.max(x, 8), this.camera.width - this.tip.offsetWidth - 8);
      const top = y + 16 + this.tip.offsetHeight > this.camera.height ? y - 16 - this.tip.offsetHeight : y + 16;
      this.tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    }
    this.#draw();
  }

  /** @param {number} dot */
  #selectItem(dot) {
    if (!this.scene) return;
    const item = this.scene.item(dot);
    this.pressedItem = item.id;
    this.parts.known.set(item.id, item);
    this.parts.place.go({ seeds: [item.id] });
  }

  /** Mark what is asked about, and its answers. */
  async #loadAnswers() {
    const { scene } = this;
    const { state } = this.parts.place;
    const { tigertail: ours, naive } = similarParams(state);
    const asked = JSON.stringify(ours);
    if (!scene || asked === this.currentQuery) return;
    this.currentQuery = asked;
    this.answers = { naive: [], ours: [] };
    this.marks.seeds = state.seeds.flatMap((seed) => this.#dot(seed));
    this.#showAnswers();
    if (!state.seeds.length) return;
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const [before, after] = await Promise.allSettled([this.parts.api.get("similar", naive, asking.signal), this.parts.api.get("similar", ours, asking.signal)]);
    if (asking.signal.aborted) return;
    const dots = (/** @type {PromiseSettledResult<import("../types.js").Answer>} */ got) => (got.status === "fulfilled" ? got.value.items.flatMap((item) => this.#dot(item.id)) : []);
    this.answers = { naive: dots(before), ours: dots(after) };
    if (after.status === "fulfilled") {
      for (const seed of after.value.seeds) this.parts.known.set(seed.id, seed);
      this.marks.seeds = after.value.seeds.flatMap((/** @type {{id: string}} */ seed) => this.#dot(seed.id));
      this.parts.named();
    }
    this.#showAnswers();
    const pressed = state.seeds.length === 1 && state.seeds[0] === this.pressedItem;
    if (!pressed) this.#flyToAnswers();
  }

  /** @param {string} id @returns {number[]} None if the map has it not. */
  #dot(id) {
    const dot = this.scene?.place.get(id);
    return dot === undefined ? [] : [dot];
  }

  /** Show the answers of the model whose map is shown. */
  #showAnswers() {
    const { scene, marks, selection: panel } = this;
    if (!scene || !panel) return;
    marks.naive = scene.at < 0.5;
    marks.answers = marks.naive ? this.answers.naive : this.answers.ours;
    this.#updateLabel();
    this.#draw();
    const missing = scene.seen.reduce((sum, here) => sum - here, scene.size);
    if (this.missingNote) this.missingNote.textContent = missing ? ` ${marks.naive ? "Naive CF" : "Tigertail"} has no place for ${pluralize(missing, "artist")}.` : "";
    refill(panel, ...marked(scene, marks, this.parts.place.link({ view: "lists" }), () => this.#flyToAnswers()));
  }

  #updateLabel() {
    const { scene, marks, canvas } = this;
    if (!scene || !canvas) return;
    const who = marks.seeds.map((seed) => scene.data.name[seed]).join(", ");
    canvas.setAttribute("aria-label", `Map of ${pluralize(scene.size, "artist")} as ${marks.naive ? "naive CF" : "Tigertail"} has them.${who ? ` Marked: ${who} and ${pluralize(marks.answers.length, "answer")}.` : ""}`);
  }

  #flyToAnswers() {
    const dots = [...this.marks.seeds, ...this.marks.answers];
    if (this.scene && dots.length) this.flights?.to(this.scene.around(dots), 90);
  }

  /** @param {0 | 1} to  Let every dot go where the other model has it. */
  #setLayout(to) {
    this.moving = true;
    this.#setPointed(-1);
    this.flights?.change(to, () => {
      this.moving = false;
      this.#showAnswers();
      this.parts.say(to ? "After: Tigertail" : "Before: naive CF");
    });
  }

  /** @param {number} by */
  #zoom(by) {
    this.flights?.zoom(by);
    this.parts.say(by > 1 ? "Nearer" : "Farther");
  }

  /** Draw in the next frame, once however often it is asked for. */
  #draw() {
    this.updateVisible();
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.painter?.paint(this.marks, !this.moving);
    });
  }
}
