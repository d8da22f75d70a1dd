/** The map of the catalogue, before (naive CF) and after (Tigertail). */

import { badges, name } from "../badges.js";
import { h, refill, settled } from "../dom.js";
import { icon } from "../icons.js";
import { trouble } from "../notes.js";
import { picker } from "../picker.js";
import { questions } from "../state.js";
import { capital, count, countryName, number, percent } from "../words.js";
import { Camera } from "./camera.js";
import { clump } from "./clump.js";
import { gestures } from "./gestures.js";
import { motion } from "./motion.js";
import { Painter } from "./painter.js";
import { COLOURED, Scene } from "./scene.js";

const LISTED = 40;
const GRASP = 14; // pixels around a dot within which the pointer means it
const FLIGHT = 650;
const CHANGE = 1400;

/**
 * @typedef {object} Parts
 * @property {import("../api.js").Api} api
 * @property {import("../state.js").Place} place
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
    /** @type {import("./painter.js").Marks} */
    this.marks = { seeds: [], answers: [], pointed: -1, country: null, naive: false };
    /** @type {{naive: number[], ours: number[]}} */
    this.found = { naive: [], ours: [] };
    this.asked = "";
    this.from = ""; // the dot pressed here: then the map must not run away under the finger
    this.moving = 0;
    this.frame = 0;
    this.stop = () => {};
    this.listed = settled(() => this.#list(), 220);
    /** @type {Scene | null} */
    this.scene = null;
  }

  async show() {
    document.title = "Map · Tigertail";
    if (this.scene) {
      this.#resize();
      this.#query();
      return;
    }
    if (this.loading) return;
    this.loading = true;
    refill(this.root, h("div", { class: "map-wait skeleton", role: "status" }, h("span", { class: "bone" }), h("p", {}, "Fetching the map…")));
    try {
      const scene = new Scene(await this.parts.api.get("map"));
      this.#build(scene);
      this.#query();
    } catch (error) {
      refill(this.root, trouble(error, { again: () => this.show() }));
    } finally {
      this.loading = false;
    }
  }

  /** @param {Scene} scene */
  #build(scene) {
    this.scene = scene;
    this.canvas = h("canvas", { class: "map-canvas", tabindex: 0, role: "img", "aria-describedby": "map-help" });
    this.tip = h("div", { class: "tip", hidden: true });
    this.panel = h("div", { class: "map-panel" });
    this.inView = h("ol", { class: "in-view" });
    this.inViewCount = h("span", {});
    const list = h("details", { class: "in-view-box" }, h("summary", {}, icon("chevron"), this.inViewCount), this.inView);
    refill(
      this.root,
      h(
        "header",
        { class: "map-head" },
        h("div", {}, h("h1", {}, "The catalogue as a map"), h("p", { class: "quiet" }, "Each dot is an artist, the larger the more heard. Near each other: alike to the model.")),
        this.#layouts(),
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
        h("aside", { class: "map-side" }, this.panel, this.#legend(scene)),
      ),
      list,
    );
    this.painter = new Painter(this.canvas, scene, this.camera);
    gestures(this.canvas, this.#hands());
    new ResizeObserver(() => this.#resize()).observe(this.canvas);
    addEventListener("themed", () => {
      this.painter?.theme();
      this.#draw();
    });
    this.painter.resize();
    this.#frameWhole(false);
    this.#describe();
  }

  #resize() {
    if (!this.canvas?.clientWidth || !this.scene) return;
    const first = this.camera.width <= 1;
    this.painter?.resize();
    const was = this.camera.whole;
    this.camera.whole = this.camera.framing(this.scene.whole()).k;
    if (first) this.#frameWhole(false);
    else this.camera.k *= this.camera.whole / was;
    this.#draw();
  }

  #layouts() {
    const choose = (/** @type {0 | 1} */ to) => {
      for (const [at, button] of buttons.entries()) button.setAttribute("aria-pressed", String(at === to));
      this.#change(to);
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
      button("Show the whole", () => this.#frameWhole(true), icon("fit")),
    );
  }

  /** @param {Scene} scene */
  #legend(scene) {
    const clumps = h("p", { class: "clump", role: "status", "aria-live": "polite" });
    const rest = scene.size - scene.countries.slice(0, COLOURED).reduce((sum, [, dots]) => sum + dots, 0);
    const buttons = scene.countries.slice(0, COLOURED).map(([country, dots], at) =>
      h("button", { type: "button", "aria-pressed": "false", dataset: { country }, onclick: () => choose(this.marks.country === country ? null : country) }, h("span", { class: "dot", vars: { "--colour": `var(--map-${at})` } }), countryName(country), h("small", {}, number(dots))),
    );
    const zoom = h("button", { type: "button", class: "plain", hidden: true, onclick: () => this.marks.country && this.#fly(scene.around(scene.of(this.marks.country), 0.05)) }, "Zoom to it");
    const choose = (/** @type {string | null} */ country) => {
      this.marks.country = country;
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.country === country));
      zoom.hidden = country === null;
      refill(clumps, ...(country === null ? [] : this.#clump(scene, country)));
      this.#draw();
    };
    const { element } = picker({
      id: "map-country",
      label: "Highlight a country",
      placeholder: "Another country…",
      say: this.parts.say,
      countries: () => scene.countries.map(([code, dots]) => ({ code, name: countryName(code), note: count(dots, "dot") })),
      choose,
    });
    return h(
      "section",
      { class: "map-legend", "aria-label": "Home countries" },
      h("h2", {}, "Home country"),
      h("div", { class: "keys" }, ...buttons, h("p", {}, h("span", { class: "dot", vars: { "--colour": "var(--map-other)" } }), "others and unknown", h("small", {}, number(rest)))),
      element,
      clumps,
      zoom,
    );
  }

  /** @param {Scene} scene @param {string} country */
  #clump(scene, country) {
    const { before, after, nearest } = clump(scene, country);
    return [h("b", {}, countryName(country)), `. Of the ${nearest} dots nearest to one of its artists, `, h("b", {}, percent(before)), " are from there before, ", h("b", {}, percent(after)), " after."];
  }

  /** @returns {import("./gestures.js").Hands} */
  #hands() {
    return {
      pan: (dx, dy) => {
        this.stop();
        this.camera.pan(dx, dy);
        this.#point(-1);
        this.#draw();
      },
      zoom: (by, x, y) => {
        this.stop();
        this.camera.zoom(by, x, y);
        this.#draw();
      },
      point: (x, y) => this.#point(this.#under(x, y)),
      leave: () => this.#point(-1),
      press: (x, y, touch) => {
        const dot = this.#under(x, y);
        const seen = dot === this.marks.pointed;
        this.#point(dot);
        if (dot < 0 || (touch && !seen)) return; // a finger hides the name: the first tap tells it, the second opens
        this.#open(dot);
      },
      whole: () => this.#frameWhole(true),
    };
  }

  /** @param {number} x @param {number} y @returns {number} */
  #under(x, y) {
    return this.scene?.nearest(...this.camera.toPlane(x, y), GRASP / this.camera.k) ?? -1;
  }

  /** @param {number} dot */
  #point(dot) {
    if (dot === this.marks.pointed || !this.scene || !this.tip || !this.canvas) return;
    this.marks.pointed = dot;
    this.canvas.classList.toggle("pointing", dot >= 0);
    this.tip.hidden = dot < 0;
    if (dot >= 0) {
      const item = this.#item(dot);
      refill(this.tip, name(item.name), badges(item));
      const [x, y] = this.camera.toScreen(this.scene.x[dot], this.scene.y[dot]);
      const left = Math.min(Math.max(x, 8), this.camera.width - this.tip.offsetWidth - 8);
      const top = y + 16 + this.tip.offsetHeight > this.camera.height ? y - 16 - this.tip.offsetHeight : y + 16;
      this.tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    }
    this.#draw();
  }

  /** @param {number} dot @returns {import("../types.js").Item} */
  #item(dot) {
    const { id, name: names, country, listeners, stratum } = /** @type {Scene} */ (this.scene).data;
    return { id: id[dot], name: names[dot], kind: "artist", country: country[dot], listeners: listeners[dot], stratum: stratum[dot] };
  }

  /** @param {number} dot */
  #open(dot) {
    const item = this.#item(dot);
    this.from = item.id;
    this.parts.known.set(item.id, item);
    this.parts.place.go({ seeds: [item.id] });
  }

  /** Mark what is asked about, and its answers. */
  async #query() {
    const { scene } = this;
    const { state } = this.parts.place;
    const { ours, naive } = questions(state);
    const asked = JSON.stringify(ours);
    if (!scene || asked === this.asked) return;
    this.asked = asked;
    this.found = { naive: [], ours: [] };
    this.marks.seeds = state.seeds.flatMap((seed) => this.#dot(seed));
    this.#mark();
    if (!state.seeds.length) return;
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const [before, after] = await Promise.allSettled([this.parts.api.get("similar", naive, asking.signal), this.parts.api.get("similar", ours, asking.signal)]);
    if (asking.signal.aborted) return;
    const dots = (/** @type {PromiseSettledResult<import("../types.js").Answer>} */ got) => (got.status === "fulfilled" ? got.value.items.flatMap((item) => this.#dot(item.id)) : []);
    this.found = { naive: dots(before), ours: dots(after) };
    if (after.status === "fulfilled") {
      for (const seed of after.value.seeds) this.parts.known.set(seed.id, seed);
      this.marks.seeds = after.value.seeds.flatMap((/** @type {{id: string}} */ seed) => this.#dot(seed.id));
      this.parts.named();
    }
    this.#mark();
    const pressed = state.seeds.length === 1 && state.seeds[0] === this.from;
    if (!pressed) this.#flyToAnswers();
  }

  /** @param {string} id @returns {number[]} None if the map has it not. */
  #dot(id) {
    const dot = this.scene?.place.get(id);
    return dot === undefined ? [] : [dot];
  }

  /** Show the answers of the model whose map is shown. */
  #mark() {
    const { scene, marks, panel } = this;
    if (!scene || !panel) return;
    marks.naive = scene.at < 0.5;
    marks.answers = marks.naive ? this.found.naive : this.found.ours;
    this.#describe();
    this.#draw();
    if (!marks.seeds.length) {
      refill(panel, h("p", { class: "quiet" }, "Search, or press a dot, to see where its answers lie."));
      return;
    }
    refill(
      panel,
      h("h2", {}, ...marks.seeds.map((seed) => name(scene.data.name[seed]))),
      marks.seeds.length === 1 ? badges(this.#item(marks.seeds[0])) : null,
      h("p", { class: "quiet" }, marks.answers.length ? `${marks.answers.length} answers of ${marks.naive ? "naive CF" : "Tigertail"}, ringed` : `${marks.naive ? "Naive CF" : "Tigertail"} has no answer`),
      h(
        "p",
        { class: "buttons" },
        h("a", { class: "strong", href: this.parts.place.link({ view: "lists" }), dataset: { view: "lists" } }, "See the lists"),
        h("button", { type: "button", class: "plain", onclick: () => this.#flyToAnswers() }, "Zoom to answers"),
      ),
    );
  }

  #describe() {
    const { scene, marks, canvas } = this;
    if (!scene || !canvas) return;
    const who = marks.seeds.map((seed) => scene.data.name[seed]).join(", ");
    canvas.setAttribute("aria-label", `Map of ${count(scene.size, "artist")} as ${marks.naive ? "naive CF" : "Tigertail"} has them.${who ? ` Marked: ${who} and ${count(marks.answers.length, "answer")}.` : ""}`);
  }

  /** @param {0 | 1} to  Let every dot go where the other model has it. */
  #change(to) {
    const { scene } = this;
    if (!scene) return;
    this.stopChange?.();
    const from = scene.at;
    this.moving += 1;
    this.#point(-1);
    const land = () => {
      this.moving = 0;
      this.#mark();
      this.parts.say(`${capital(to ? "after: Tigertail" : "before: naive CF")}`);
    };
    this.stopChange = motion(
      CHANGE * Math.abs(to - from),
      (t) => {
        scene.move(from + t * (to - from));
        this.#draw();
      },
      land,
    );
  }

  /** @param {boolean} flying */
  #frameWhole(flying) {
    const { scene, camera } = this;
    if (!scene) return;
    const box = scene.whole();
    camera.whole = camera.framing(box).k;
    if (flying) this.#fly(box);
    else Object.assign(camera, camera.framing(box));
    this.#draw();
  }

  #flyToAnswers() {
    const dots = [...this.marks.seeds, ...this.marks.answers];
    if (this.scene && dots.length) this.#fly(this.scene.around(dots), 90);
  }

  /** @param {import("./camera.js").Box} box @param {number} [margin] */
  #fly(box, margin) {
    const { camera } = this;
    const from = { x: camera.x, y: camera.y, k: camera.k };
    const to = camera.framing(box, margin);
    this.stop();
    this.#point(-1);
    this.stop = motion(FLIGHT, (t) => {
      camera.x = from.x + t * (to.x - from.x);
      camera.y = from.y + t * (to.y - from.y);
      camera.k = from.k * (to.k / from.k) ** t; // zoom grows by factors, not by steps
      this.#draw();
    });
  }

  /** @param {number} by */
  #zoom(by) {
    const { camera } = this;
    const k = camera.k;
    this.stop();
    let done = 1;
    this.stop = motion(220, (t) => {
      camera.zoom(by ** t / done);
      done = by ** t;
      this.#draw();
    });
    this.parts.say(`${k * by > k ? "Nearer" : "Farther"}`);
  }

  /** Draw in the next frame, once however often it is asked for. */
  #draw() {
    this.listed();
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.painter?.paint(this.marks, !this.moving);
    });
  }

  /** The artists in view, for those who do not see the map. */
  #list() {
    const { scene, inView, inViewCount } = this;
    if (!scene || !inView || !inViewCount) return;
    const { dots, count: all } = scene.within(this.camera.view, LISTED);
    inViewCount.textContent = `${count(all, "artist")} in view${all > LISTED ? `, the ${LISTED} most heard` : ""}`;
    if (inView.contains(document.activeElement)) return; // no list changes under a reader's cursor
    refill(
      inView,
      ...dots.map((dot) => {
        const item = this.#item(dot);
        const link = h("a", { href: this.parts.place.link({ seeds: [item.id] }) }, name(item.name));
        link.addEventListener("click", (event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          this.#open(dot);
        });
        return h("li", {}, link, badges(item));
      }),
    );
  }
}
