/**
 * Draws the dots. Every dot is stamped from a picture drawn once for its colour and size: tens of thousands of stamps
 * fit into a frame where as many arcs do not.
 */

import { colour } from "../theme.js";
import { COLOURED } from "./scene.js";

const DIM = 0.1;
const LABELS = 26;
const STEP = 0.5; // sizes a dot may have, in pixels

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
    /** @type {Map<string, HTMLCanvasElement>} */
    this.stamps = new Map();
    /** @type {Map<number, number>} */
    this.widths = new Map();
    this.theme();
  }

  /** Read the colours anew. */
  theme() {
    this.palette = Array.from({ length: COLOURED }, (_, at) => colour(`--map-${at}`));
    this.grey = colour("--map-other");
    this.ink = colour("--ink");
    this.paper = colour("--paper");
    this.accent = colour("--accent");
    this.quiet = colour("--quiet");
    this.stamps.clear();
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    this.ratio = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = Math.max(1, Math.round(clientWidth * this.ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * this.ratio));
    this.camera.resize(clientWidth, clientHeight);
    this.stamps.clear();
  }

  /** @returns {number} How much larger a dot is than on the whole map: they grow, but slower than the map. */
  get growth() {
    return Math.max(0.8, this.camera.depth ** 0.42) * Math.min(1.15, Math.max(0.75, Math.sqrt(this.camera.width / 900)));
  }

  /** @param {Marks} marks @param {boolean} still  Whether nothing moves, and there is time for names. */
  paint(marks, still) {
    const { context, canvas } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    this.#dots(marks);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.#answers(marks);
    if (still) this.#labels(marks);
  }

  /** @param {Marks} marks */
  #dots(marks) {
    const { scene } = this;
    const all = marks.country === null;
    const some = (/** @type {number} */ dot) => scene.colour[dot] >= 0;
    const home = (/** @type {number} */ dot) => scene.data.country[dot] === marks.country;
    // The grey ones first, for a colour among them is what one looks for.
    this.context.globalAlpha = all ? 0.5 : DIM;
    this.#stamp((dot) => (all ? !some(dot) : !home(dot)), () => this.grey);
    this.context.globalAlpha = all ? 0.8 : 0.95;
    this.#stamp(all ? some : home, (dot) => (scene.colour[dot] >= 0 ? this.palette[scene.colour[dot]] : this.accent));
    this.context.globalAlpha = 1;
  }

  /** @param {(dot: number) => boolean} which @param {(dot: number) => string} ink */
  #stamp(which, ink) {
    const { context, scene, camera, ratio } = this;
    const { x, y, radius, order } = scene;
    const growth = this.growth;
    const k = camera.k * ratio;
    const left = (camera.width / 2) * ratio - camera.x * k;
    const top = (camera.height / 2) * ratio - camera.y * k;
    const wide = this.canvas.width + 60;
    const high = this.canvas.height + 60;
    for (let at = 0; at < order.length; at += 1) {
      const dot = order[at];
      const sx = x[dot] * k + left;
      const sy = y[dot] * k + top;
      if (sx < -60 || sy < -60 || sx > wide || sy > high || !which(dot)) continue;
      const stamp = this.#picture(ink(dot), radius[dot] * growth * ratio);
      context.drawImage(stamp, Math.round(sx - stamp.width / 2), Math.round(sy - stamp.height / 2));
    }
  }

  /** @param {string} ink @param {number} radius  Device pixels. @returns {HTMLCanvasElement} */
  #picture(ink, radius) {
    const size = Math.max(1, Math.round(radius / STEP));
    const key = `${ink}${size}`;
    let stamp = this.stamps.get(key);
    if (!stamp) {
      stamp = document.createElement("canvas");
      const r = size * STEP;
      stamp.width = stamp.height = Math.ceil(2 * r) + 2;
      const context = /** @type {CanvasRenderingContext2D} */ (stamp.getContext("2d"));
      context.fillStyle = ink;
      context.beginPath();
      context.arc(stamp.width / 2, stamp.height / 2, r, 0, 2 * Math.PI);
      context.fill();
      if (r > 3 * this.ratio) {
        context.strokeStyle = this.paper; // large dots lie on each other: an edge keeps them apart
        context.lineWidth = this.ratio * 0.75;
        context.stroke();
      }
      this.stamps.set(key, stamp);
    }
    return stamp;
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
  #answers({ seeds, answers, pointed, naive }) {
    const { context } = this;
    const ink = naive ? this.ink : this.accent;
    context.strokeStyle = ink;
    context.globalAlpha = 0.35;
    context.lineWidth = 1;
    context.setLineDash(naive ? [3, 4] : []);
    for (const seed of seeds) for (const answer of answers) this.#line(seed, answer);
    context.globalAlpha = 1;
    context.setLineDash([]);
    for (const answer of answers) this.#ring(answer, ink, 1.75, 3);
    for (const seed of seeds) {
      this.#ring(seed, this.paper, 6, 5);
      this.#ring(seed, this.accent, 3.5, 5);
    }
    if (pointed >= 0) this.#ring(pointed, this.ink, 2, 2.5);
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
  #labels({ seeds, answers, pointed, country }) {
    const { context, scene, camera } = this;
    context.textBaseline = "middle";
    context.lineJoin = "round";
    const family = getComputedStyle(this.canvas).fontFamily;
    const many = Math.round(LABELS * Math.min(1, camera.width / 900) * (camera.depth > 2 ? 1.6 : 1));
    const heard = scene.within(camera.view, 260).dots.filter((dot) => country === null || scene.data.country[dot] === country);
    /** @type {number[][]} */
    const taken = [];
    let put = 0;
    const wanted = [...seeds, ...answers, ...(answers.length && camera.depth < 3 ? [] : heard)];
    for (const dot of new Set(wanted)) {
      const marked = seeds.includes(dot) || answers.includes(dot);
      if (dot === pointed || (!marked && put >= many)) continue;
      if (this.#label(dot, marked, seeds.includes(dot), family, taken)) put += 1;
    }
  }

  /**
   * @param {number} dot
   * @param {boolean} marked
   * @param {boolean} asked
   * @param {string} family
   * @param {number[][]} taken  Boxes of the names there are.
   * @returns {boolean} Whether there was room.
   */
  #label(dot, marked, asked, family, taken) {
    const { context } = this;
    const [sx, sy] = this.#on(dot);
    if (sx < 0 || sy < 0 || sx > this.camera.width || sy > this.camera.height) return false;
    const text = this.scene.data.name[dot];
    context.font = `${asked ? 650 : marked ? 550 : 450} ${asked ? 14 : 12}px ${family}`;
    const wide = context.measureText(text).width;
    const x = sx + this.#reach(dot) + (marked ? 8 : 4);
    const box = [x - 3, sy - 9, x + wide + 3, sy + 9];
    if (!asked && taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return false;
    taken.push(box);
    context.strokeStyle = this.paper;
    context.lineWidth = 3.5;
    context.strokeText(text, x, sy);
    context.fillStyle = marked ? this.ink : this.quiet;
    context.fillText(text, x, sy);
    return true;
  }
}
