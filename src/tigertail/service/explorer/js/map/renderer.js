/** Draws the map: the dots, the marks, and names. */

import { colour } from "../theme.js";
import { smoothCurve } from "./curve.js";
import { Labels } from "./labels.js";
import { Raster, rgb } from "./raster.js";
import { COLOURED_COUNTRIES } from "./scene.js";

const MAX_NAMES = 26; // on a screen 900 pixels wide
const OUTLINE_RADIUS = 3; // pixels: larger dots overlap, and have an outline
const OUTLINE_WIDTH = 0.75;
/** Opacity of grey and coloured dots; while a country is highlighted, of the others and of its own. */
const OPACITY = { grey: 0.5, coloured: 0.85, others: 0.12, home: 0.95 };

/**
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("./camera.js").Camera} Camera
 *
 * @typedef {object} Marks
 * @property {number[]} seeds  Dots of the query.
 * @property {number[]} results  Dots listed, in order.
 * @property {number[]} path  Dots of a walk, in order; while there is one, the results are not drawn.
 * @property {number} hovered  The dot under the pointer, or -1.
 * @property {string | null} country  The highlighted country.
 * @property {boolean} naive  Whether the results are those of naive CF.
 */

export class Renderer {
  /** @param {HTMLCanvasElement} canvas @param {Scene} scene @param {Camera} camera */
  constructor(canvas, scene, camera) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.scene = scene;
    this.camera = camera;
    this.ratio = 1;
    this.raster = new Raster(1, 1);
    this.colours = readColours();
    this.labels = new Labels(getComputedStyle(canvas).fontFamily, this.colours);
    /** @type {number[][]} Boxes of what lies on the map: a name there could not be read. */
    this.covered = [];
  }

  /** Read the colours of the new theme. */
  updateTheme() {
    this.colours = readColours();
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

  /** @returns {number} The size of dots: they grow with the zoom level, but more slowly. */
  get dotScale() {
    return Math.max(0.8, this.camera.zoomLevel ** 0.42) * Math.min(1.15, Math.max(0.75, Math.sqrt(this.camera.width / 900)));
  }

  /** @param {Marks} marks @param {boolean} still  Whether nothing moves: only then is there time for names. */
  draw(marks, still) {
    const { context } = this;
    this.#drawDots(marks);
    context.putImageData(this.raster.image, 0, 0);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    const shown = withPath(marks);
    this.#drawMarks(shown);
    if (still) this.#drawNames(shown);
  }

  /** Draw grey dots first, so that the coloured ones stay visible. @param {Marks} marks */
  #drawDots({ country }) {
    const { colourIndex, data } = this.scene;
    const { grey, highlight, palette } = this.colours;
    this.raster.clear(this.colours.ground);
    if (country === null) {
      this.#drawDotsWhere((dot) => colourIndex[dot] < 0, () => grey, OPACITY.grey);
      this.#drawDotsWhere((dot) => colourIndex[dot] >= 0, (dot) => palette[colourIndex[dot]], OPACITY.coloured);
      return;
    }
    this.#drawDotsWhere((dot) => data.country[dot] !== country, () => grey, OPACITY.others);
    this.#drawDotsWhere((dot) => data.country[dot] === country, (dot) => palette[colourIndex[dot]] ?? highlight, OPACITY.home);
  }

  /** @param {(dot: number) => boolean} which @param {(dot: number) => import("./raster.js").Rgb} colourOf @param {number} alpha */
  #drawDotsWhere(which, colourOf, alpha) {
    const { scene, camera, ratio, raster } = this;
    const { x, y, radius, order, visible } = scene;
    const size = this.dotScale * ratio;
    const k = camera.scale * ratio;
    const left = (camera.width / 2) * ratio - camera.x * k;
    const top = (camera.height / 2) * ratio - camera.y * k;
    const { width, height } = this.canvas;
    for (const dot of order) {
      const sx = x[dot] * k + left;
      const sy = y[dot] * k + top;
      if (sx < 0 || sy < 0 || sx > width || sy > height || !visible[dot] || !which(dot)) continue;
      const r = radius[dot] * size;
      if (r > OUTLINE_RADIUS * ratio) raster.disc(sx, sy, r + OUTLINE_WIDTH * ratio, this.colours.ground, alpha);
      raster.disc(sx, sy, r, colourOf(dot), alpha);
    }
  }

  /** @param {number} dot @returns {[number, number]} */
  #positionOf(dot) {
    return this.camera.toScreen(this.scene.x[dot], this.scene.y[dot]);
  }

  /** @param {number} dot */
  #radiusOf(dot) {
    return this.scene.radius[dot] * this.dotScale;
  }

  /** @param {Marks} marks */
  #drawMarks({ seeds, results, path, hovered, naive }) {
    const visible = seeds.filter((seed) => this.scene.visible[seed]);
    const ink = naive ? this.colours.ink : this.colours.accent;
    if (path.length) this.#drawPath(path);
    else this.#drawRays(visible, results, ink, naive);
    for (const result of results) this.#drawRing(result, ink, 1.75, 3);
    for (const seed of visible) {
      this.#drawRing(seed, this.colours.paper, 6, 5);
      this.#drawRing(seed, this.colours.accent, 3.5, 5);
    }
    if (path.length) this.#drawDisc(path[path.length - 1]);
    if (hovered >= 0) this.#drawRing(hovered, this.colours.ink, 2, 2.5);
  }

  /** A line from each seed to each result. @param {number[]} seeds @param {number[]} results @param {string} ink @param {boolean} dashed */
  #drawRays(seeds, results, ink, dashed) {
    const { context } = this;
    context.strokeStyle = ink;
    context.globalAlpha = 0.35;
    context.lineWidth = 1;
    context.setLineDash(dashed ? [3, 4] : []);
    for (const seed of seeds) for (const result of results) this.#drawLine(seed, result);
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  /** A smooth line through dots, with a rim that sets it off from the other dots. @param {number[]} dots */
  #drawPath(dots) {
    const { context } = this;
    const points = dots.map((dot) => this.#positionOf(dot));
    context.beginPath();
    context.moveTo(...points[0]);
    for (const [first, second, end] of smoothCurve(points)) context.bezierCurveTo(...first, ...second, ...end);
    context.lineJoin = "round";
    for (const [ink, width] of /** @type {[string, number][]} */ ([[this.colours.paper, 7], [this.colours.accent, 3]])) {
      context.strokeStyle = ink;
      context.lineWidth = width;
      context.stroke();
    }
  }

  /** @param {number} dot */
  #drawDisc(dot) {
    const { context } = this;
    context.fillStyle = this.colours.accent;
    context.beginPath();
    context.arc(...this.#positionOf(dot), this.#radiusOf(dot) + 2, 0, 2 * Math.PI);
    context.fill();
  }

  /** @param {number} from @param {number} to */
  #drawLine(from, to) {
    this.context.beginPath();
    this.context.moveTo(...this.#positionOf(from));
    this.context.lineTo(...this.#positionOf(to));
    this.context.stroke();
  }

  /** @param {number} dot @param {string} ink @param {number} width @param {number} gap */
  #drawRing(dot, ink, width, gap) {
    const [x, y] = this.#positionOf(dot);
    this.context.strokeStyle = ink;
    this.context.lineWidth = width;
    this.context.beginPath();
    this.context.arc(x, y, this.#radiusOf(dot) + gap, 0, 2 * Math.PI);
    this.context.stroke();
  }

  /** Draw names, the most important first, where they do not cover each other. @param {Marks} marks */
  #drawNames({ seeds, results, hovered, country }) {
    const { scene, camera } = this;
    const limit = Math.round(MAX_NAMES * Math.min(1, camera.width / 900) * (camera.zoomLevel > 2 ? 1.6 : 1));
    const popular = scene.dotsIn(camera.view, 260).dots.filter((dot) => country === null || scene.data.country[dot] === country);
    const crowded = results.length > 0 && camera.zoomLevel < 3;
    /** @type {number[][]} */
    const taken = [...this.covered];
    let drawn = 0;
    for (const dot of new Set([...seeds, ...results, ...(crowded ? [] : popular)])) {
      const rank = seeds.includes(dot) ? 2 : results.includes(dot) ? 1 : 0;
      if (dot === hovered || !scene.visible[dot] || (!rank && drawn >= limit)) continue;
      if (this.#drawName(dot, rank, taken)) drawn += 1;
    }
  }

  /**
   * @param {number} dot
   * @param {0 | 1 | 2} rank  2 is a seed, 1 a result, 0 any other dot.
   * @param {number[][]} taken  Boxes of the names drawn so far.
   * @returns {boolean} Whether there was space.
   */
  #drawName(dot, rank, taken) {
    const [sx, sy] = this.#positionOf(dot);
    if (sx < 0 || sy < 0 || sx > this.camera.width || sy > this.camera.height) return false;
    const label = this.labels.get(this.scene.data.name[dot], rank);
    const gap = this.#radiusOf(dot) + (rank ? 8 : 4);
    // After the dot, else before it, above or below, where nothing of it is cut by an edge or covers another.
    const [lastX, lastY] = [this.camera.width - label.width, this.camera.height - label.height];
    const [centre, middle] = [sx - label.width / 2, sy - label.height / 2];
    const beside = [[sx + gap, middle], [sx - gap - label.width, middle]];
    const around = [...beside, [centre, middle - gap - label.height / 2], [centre, middle + gap + label.height / 2]];
    const corners = rank ? around : [beside.find(([x]) => x >= 0 && x <= lastX) ?? beside[0]];
    const boxes = corners.map(([left, above]) => {
      const [x, y] = [Math.max(0, Math.min(left, lastX)), Math.max(0, Math.min(above, lastY))];
      return [x, y, x + label.width, y + label.height];
    });
    const free = boxes.find((box) => !taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]));
    const box = free ?? (rank === 2 ? boxes[0] : null);
    if (!box) return false;
    taken.push(box);
    this.context.drawImage(label.picture, box[0], box[1], label.width, label.height);
    return true;
  }
}

/** @param {Marks} marks @returns {Marks} With the ends of a path as seeds, and those between as results. */
const withPath = (marks) => (marks.path.length ? { ...marks, seeds: [marks.path[0], marks.path[marks.path.length - 1]], results: marks.path.slice(1, -1) } : marks);

/** The colours of the style sheet, for a canvas. */
function readColours() {
  const [ink, paper, accent] = ["--ink", "--paper", "--accent"].map(colour);
  return {
    ink,
    paper,
    accent,
    ground: rgb(paper),
    highlight: rgb(accent),
    grey: rgb(colour("--map-other")),
    palette: Array.from({ length: COLOURED_COUNTRIES }, (_, index) => rgb(colour(`--map-${index}`))),
  };
}
