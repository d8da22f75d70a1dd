/** A list as a picture: its title, its answers and how near each is, and how it was asked for, as the page looks. */

import { colourOf, partsOf } from "./explanation.js";
import { formatListeners, fullName } from "./format.js";
import { countryName, formatList, formatNumber, formatPercent, language, startsRightToLeft, text } from "./language.js";
import { largestAffinity, nearness } from "./nearness.js";
import { colour, resolveColour } from "./theme.js";

/** @typedef {import("./types.js").Listed} Listed */

const WIDTH = 760; // CSS pixels, as all lengths here
const MARGIN = 48;
const RATIO = 2; // pixels of the picture for one of these
const ROW = 60;
const MOST = 50; // answers: a higher picture is too large for a canvas of some browsers
const TITLE_LINE = 50;
const MOST_TITLE_LINES = 3;
const BAR = 150;
const RANK = 44; // width of the column of ranks

/**
 * @param {import("./save-menu.js").Saved} saved
 * @returns {Promise<Blob>} A PNG.
 */
export function listImage({ seeds, items, settings }) {
  const shown = items.slice(0, MOST);
  const pen = new Pen();
  const lines = pen.wrapped(formatList(seeds.map(fullName)), pen.heading, WIDTH - 2 * MARGIN, MOST_TITLE_LINES);
  const top = 158 + lines.length * TITLE_LINE;
  const height = top + shown.length * ROW + (items.length > MOST ? 40 : 0) + 92;
  pen.resize(height);
  pen.mark();
  pen.words(text("query.before"), MARGIN, 114, { font: pen.small, ink: "quiet" });
  for (const [index, line] of lines.entries()) pen.words(line, MARGIN, 158 + index * TITLE_LINE, { font: pen.heading });
  pen.words(text("query.after"), MARGIN, top - 14, { font: pen.small, ink: "quiet" });
  const maxAffinity = largestAffinity(shown);
  for (const [index, item] of shown.entries()) drawRow(pen, item, top + 8 + index * ROW, maxAffinity);
  const end = top + 8 + shown.length * ROW;
  pen.line(end);
  if (items.length > MOST) pen.words(text("save.image.more", { n: items.length - MOST }), MARGIN + RANK, end + 28, { font: pen.small, ink: "quiet" });
  pen.words(settings.join(" · "), MARGIN, height - 40, { font: pen.small, ink: "quiet", room: WIDTH - 2 * MARGIN });
  return pen.blob();
}

/** @param {Pen} pen @param {Listed} item @param {number} y @param {number} maxAffinity */
function drawRow(pen, item, y, maxAffinity) {
  const near = nearness(item, maxAffinity);
  const start = MARGIN + RANK;
  const room = WIDTH - MARGIN - BAR - 76 - start;
  pen.line(y);
  pen.words(formatNumber(item.rank), start - 16, y + 27, { font: pen.rank, ink: "quiet", align: "end" });
  pen.words(fullName(item), start, y + 27, { font: pen.name, room });
  const about = [...(item.country ? [countryName(item.country)] : []), text(`stratum.${item.stratum}`), formatListeners(item.listeners)];
  pen.words(about.join(" · "), start, y + 47, { font: pen.small, ink: "quiet", room });
  const bar = WIDTH - MARGIN - BAR - 54;
  pen.box(bar, y + 27, BAR, pen.colours.fur);
  let x = bar;
  for (const part of partsOf(item)) {
    const width = BAR * near * part.share;
    pen.box(x, y + 27, Math.max(0, width - 1), resolveColour(colourOf(part)));
    x += width;
  }
  if (x === bar) pen.box(bar, y + 27, BAR * near, pen.colours.accent);
  pen.words(formatPercent(near), WIDTH - MARGIN, y + 35, { font: pen.small, ink: "quiet", align: "end" });
}

/** Draws in the fonts, the colours and the direction of the page; lengths run from the start of a line. */
class Pen {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.canvas.lang = language; // Chinese characters have other forms in Japanese
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.rtl = document.documentElement.dir === "rtl";
    const style = getComputedStyle(document.documentElement);
    const [serif, sans] = ["--serif", "--sans"].map((name) => style.getPropertyValue(name));
    this.heading = `600 44px ${serif}`;
    this.name = `600 19px ${serif}`;
    this.rank = `400 17px ${serif}`;
    this.small = `400 14px ${sans}`;
    this.word = `650 22px ${serif}`;
    this.colours = { ink: colour("--ink"), quiet: colour("--quiet"), paper: colour("--paper"), line: colour("--line"), fur: colour("--fur"), accent: colour("--accent") };
  }

  /** @param {number} height */
  resize(height) {
    this.canvas.width = WIDTH * RATIO;
    this.canvas.height = height * RATIO;
    this.context.scale(RATIO, RATIO);
    this.context.fillStyle = this.colours.paper;
    this.context.fillRect(0, 0, WIDTH, height);
  }

  /**
   * @param {string} words
   * @param {number} x  From the start of the line.
   * @param {number} y  Of the base line.
   * @param {{font: string, ink?: "ink" | "quiet", align?: "start" | "end", room?: number}} options
   */
  words(words, x, y, { font, ink = "ink", align = "start", room = Infinity }) {
    const { context } = this;
    context.font = font;
    context.fillStyle = this.colours[ink];
    // The letters decide their own order, the page where the line starts.
    context.direction = startsRightToLeft(words) ? "rtl" : "ltr";
    context.textAlign = (align === "start") === this.rtl ? "right" : "left";
    context.fillText(this.#fitted(words, room), this.#at(x), y);
  }

  /** @param {string} words @param {string} font @param {number} room @param {number} most @returns {string[]} Lines. */
  wrapped(words, font, room, most) {
    this.context.font = font;
    const lines = [""];
    for (const { segment } of new Intl.Segmenter(language, { granularity: "word" }).segment(words)) {
      const longer = lines[lines.length - 1] + segment;
      if (lines.length < most && lines[lines.length - 1] && this.context.measureText(longer.trimEnd()).width > room) lines.push(segment.trimStart());
      else lines[lines.length - 1] = longer;
    }
    return lines.map((line) => this.#fitted(line.trim(), room));
  }

  /** @param {number} x @param {number} y @param {number} width @param {string} fill */
  box(x, y, width, fill) {
    const { context } = this;
    context.fillStyle = fill;
    context.beginPath();
    context.roundRect(this.rtl ? WIDTH - x - width : x, y, width, 8, Math.min(4, width / 2));
    context.fill();
  }

  /** @param {number} y */
  line(y) {
    this.context.fillStyle = this.colours.line;
    this.context.fillRect(MARGIN, y, WIDTH - 2 * MARGIN, 1);
  }

  /** The mark and the name of the page. */
  mark() {
    const { context } = this;
    context.save();
    context.translate(this.rtl ? WIDTH - MARGIN - 36 : MARGIN, 40);
    context.scale(0.9, 0.9);
    const tail = new Path2D(document.querySelector(".mark-tail")?.getAttribute("d") ?? "");
    context.lineWidth = 5.4;
    context.lineCap = "round";
    context.strokeStyle = this.colours.accent;
    context.stroke(tail);
    context.lineCap = "butt";
    context.setLineDash([2.4, 6.2]);
    context.lineDashOffset = -9;
    context.strokeStyle = this.colours.ink;
    context.stroke(tail);
    context.restore();
    this.words("Tigertail", MARGIN + 46, 64, { font: this.word });
  }

  /** @returns {Promise<Blob>} */
  blob() {
    return new Promise((resolve, reject) => this.canvas.toBlob((made) => (made ? resolve(made) : reject(new Error(text("error.page")))), "image/png"));
  }

  /** @param {number} x */
  #at(x) {
    return this.rtl ? WIDTH - x : x;
  }

  /** @param {string} words @param {number} room @returns {string} Cut between two letters where it is too long. */
  #fitted(words, room) {
    const { context } = this;
    if (context.measureText(words).width <= room) return words;
    const letters = Array.from(new Intl.Segmenter(language).segment(words), ({ segment }) => segment);
    while (letters.length && context.measureText(`${letters.join("")}…`).width > room) letters.pop();
    return `${letters.join("").trimEnd()}…`;
  }
}
