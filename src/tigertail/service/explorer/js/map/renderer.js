/** Draws the map: the dots, what is marked among them, and names. */

import { colour } from "../theme.js";
import { Labels } from "./labels.js";
import { Raster, rgb } from "./raster.js";
import { COLOURED } from "./scene.js";

const LABELS = 26;
const LARGE = 3; // pixels from which on a dot has an edge: large ones lie on each other
const EDGE = 0.75;
/** How strongly dots are drawn: the grey, the coloured; and those of other countries, and of the one highlighted. */
const STRENGTH = { grey: 0.5, coloured: 0.85, others: 0.12, home: 0.95 };

/**
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("./camera.js").Camera} Camera
 *
 * @typedef {object} Marks
 * @property {number[]} seeds  Dots asked about.
 * @property {number[]} answers  Dots listed, the best first.
 * @property {number} pointed  The dot under the pointer, or -1.
 * @property {string | null} country  The one highlighted.
 * @property {boolean} naive  Whether the answers are those of naive CF.
 */

export class Painter {
  /** @param {HTMLCanvasElement} canvas @param {Scene} scene @param {Camera} camera */
  constructor(canvas, scene, camera) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.scene = scene;
    this.camera = camera;
    this.ratio = 1;
    this.raster = new Raster(1, 1);
    this.colours = colours();
    this.labels = new Labels(getComputedStyle(canvas).fontFamily, this.colours);
  }

  /** Read the colours anew. */
  theme() {
    this.colours = colours();
    this.labels = new Labels(getComputedStyle(this.canvas).fontFamily, this.colours);
    this.labels.resize(this.ratio);
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    this.ratio = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = Math.max(1, Math.round(clientWidth * this.ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * this.ratio));
    this.camera.resize(clientWidth, clientHeight);
    this.raster = new Raster(this.canvas.width, this.canvas.height);
    this.labels.resize(this.ratio);
  }

  /** @returns {number} How much larger a dot is than on the whole map: they grow, but slower than the map. */
  get growth() {
    return Math.max(0.8, this.camera.depth ** 0.42) * Math.min(1.15, Math.max(0.75, Math.sqrt(this.camera.width / 900)));
  }

  /** @param {Marks} marks @param {boolean} still  Whether nothing moves, and there is time for names. */
  paint(marks, still) {
    const { context } = this;
    this.#dots(marks);
    context.putImageData(this.raster.image, 0, 0);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.#answers(marks);
    if (still) this.#names(marks);
  }

  /** The grey ones first, for a colour among them is what one looks for. @param {Marks} marks */
  #dots({ country }) {
    const { colour: colours, data } = this.scene;
    this.raster.clear(this.colours.ground);
    if (country === null) {
      this.#scatter((dot) => colours[dot] < 0, () => this.colours.grey, STRENGTH.grey);
      this.#scatter((dot) => colours[dot] >= 0, (dot) => this.colours.palette[colours[dot]], STRENGTH.coloured);
      return;
    }
    this.#scatter((dot) => data.country[dot] !== country, () => this.colours.grey, STRENGTH.others);
    this.#scatter((dot) => data.country[dot] === country, (dot) => this.colours.palette[colours[dot]] ?? this.colours.highlight, STRENGTH.home);
  }

  /** @param {(dot: number) => boolean} which @param {(dot: number) => import("./raster.js").Rgb} ink @param {number} alpha */
  #scatter(which, ink, alpha) {
    const { scene, camera, ratio, raster } = this;
    const { x, y, radius, order, seen } = scene;
    const large = this.growth * ratio;
    const k = camera.k * ratio;
    const left = (camera.width / 2) * ratio - camera.x * k;
    const top = (camera.height / 2) * ratio - camera.y * k;
    const { width, height } = this.canvas;
    for (let at = 0; at < order.length; at += 1) {
      const dot = order[at];
      const sx = x[dot] * k + left;
      const sy = y[dot] * k + top;
      if (sx < 0 || sy < 0 || sx > width || sy > height || !seen[dot] || !which(dot)) continue;
      const r = radius[dot] * large;
      if (r > LARGE * ratio) raster.disc(sx, sy, r + EDGE * ratio, this.colours.ground, alpha);
      raster.disc(sx, sy, r, ink(dot), alpha);
    }
  }

  /** @param {number} dot @returns {[number, number]} */
  #on(dot) {
    return this.camera.toScreen(this.scene.x[dot], this.scene.y[dot]);
  }

  /** @param {number} dot */
  #reach(dot) {
    return this.scene.radius[dot] * this.growth;
  }

  /** @param {Marks} marks */
  #answers({ seeds: all, answers, pointed, naive }) {
    const { context } = this;
    const seeds = all.filter((seed) => this.scene.seen[seed]);
    const ink = naive ? this.colours.ink : this.colours.accent;
    context.strokeStyle = ink;
    context.globalAlpha = 0.35;
    context.lineWidth = 1;
    context.setLineDash(naive ? [3, 4] : []);
    for (const seed of seeds) for (const answer of answers) this.#line(seed, answer);
    context.globalAlpha = 1;
    context.setLineDash([]);
    for (const answer of answers) this.#ring(answer, ink, 1.75, 3);
    for (const seed of seeds) {
      this.#ring(seed, this.colours.paper, 6, 5);
      this.#ring(seed, this.colours.accent, 3.5, 5);
    }
    if (pointed >= 0) this.#ring(pointed, this.colours.ink, 2, 2.5);
  }

  /** @param {number} from @param {number} to */
  #line(from, to) {
    this.context.beginPath();
    this.context.moveTo(...this.#on(from));
    this.context.lineTo(...this.#on(to));
    this.context.stroke();
  }

  /** @param {number} dot @param {string} ink @param {number} width @param {number} gap */
  #ring(dot, ink, width, gap) {
    const [x, y] = this.#on(dot);
    this.context.strokeStyle = ink;
    this.context.lineWidth = width;
    this.context.beginPath();
    this.context.arc(x, y, this.#reach(dot) + gap, 0, 2 * Math.PI);
    this.context.stroke();
  }

  /** Names, the most important first, where they do not cover each other. @param {Marks} marks */
  #names({ seeds, answers, pointed, country }) {
    const { scene, camera } = this;
    const many = Math.round(LABELS * Math.min(1, camera.width / 900) * (camera.depth > 2 ? 1.6 : 1));
    const heard = scene.within(camera.view, 260).dots.filter((dot) => country === null || scene.data.country[dot] === country);
    const crowded = answers.length > 0 && camera.depth < 3;
    /** @type {number[][]} */
    const taken = [];
    let put = 0;
    for (const dot of new Set([...seeds, ...answers, ...(crowded ? [] : heard)])) {
      const rank = seeds.includes(dot) ? 2 : answers.includes(dot) ? 1 : 0;
      if (dot === pointed || !scene.seen[dot] || (!rank && put >= many)) continue;
      if (this.#name(dot, rank, taken)) put += 1;
    }
  }

  /**
   * @param {number} dot
   * @param {0 | 1 | 2} rank  2 is asked about, 1 an answer, 0 any other.
   * @param {number[][]} taken  Boxes of the names there are.
   * @returns {boolean} Whether there was room.
   */
  #name(dot, rank, taken) {
    const [sx, sy] = this.#on(dot);
    if (sx < 0 || sy < 0 || sx > this.camera.width || sy > this.camera.height) return false;
    const label = this.labels.of(this.scene.data.name[dot], rank);
    const x = sx + this.#reach(dot) + (rank ? 8 : 4);
    const box = [x, sy - label.height / 2, x + label.width, sy + label.height / 2];
    if (rank < 2 && taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return false;
    taken.push(box);
    this.context.drawImage(label.picture, x, sy - label.height / 2, label.width, label.height);
    return true;
  }
}

/** The colours of the style sheet, for a canvas. */
function colours() {
  const [ink, paper, accent] = ["--ink", "--paper", "--accent"].map(colour);
  return {
    ink,
    paper,
    accent,
    ground: rgb(paper),
    highlight: rgb(accent),
    grey: rgb(colour("--map-other")),
    palette: Array.from({ length: COLOURED }, (_, at) => rgb(colour(`--map-${at}`))),
  };
}
