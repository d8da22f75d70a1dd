/** Names as pictures: drawing text is slow, so each name is drawn once and copied to the map afterwards. */

const MAX_CACHED = 500;
const HEIGHT = 20;
const MARGIN = 4;
const FONTS = ["500 12px", "600 12px", "650 14px"];

/** @typedef {{picture: HTMLCanvasElement, width: number, height: number}} Label */

export class Labels {
  /** @param {string} family @param {{ink: string, paper: string}} colours */
  constructor(family, colours) {
    this.family = family;
    this.colours = colours;
    this.ratio = 1;
    /** @type {Map<string, Label>} */
    this.cache = new Map();
  }

  /** @param {number} ratio  Device pixels per CSS pixel. */
  resize(ratio) {
    if (ratio === this.ratio) return;
    this.ratio = ratio;
    this.cache.clear();
  }

  /** @param {string} text @param {0 | 1 | 2} rank @returns {Label} */
  get(text, rank) {
    const key = `${rank}${text}`;
    let label = this.cache.get(key);
    if (!label) {
      if (this.cache.size >= MAX_CACHED) this.cache.clear();
      label = this.#render(text, rank);
      this.cache.set(key, label);
    }
    return label;
  }

  /** @param {string} text @param {0 | 1 | 2} rank @returns {Label} */
  #render(text, rank) {
    const picture = document.createElement("canvas");
    const context = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d"));
    const font = `${FONTS[rank]} ${this.family}`;
    context.font = font;
    const width = Math.ceil(context.measureText(text).width) + 2 * MARGIN;
    picture.width = Math.ceil(width * this.ratio);
    picture.height = Math.ceil(HEIGHT * this.ratio);
    context.scale(this.ratio, this.ratio);
    context.font = font; // a new size has reset it
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3.5;
    context.strokeStyle = this.colours.paper;
    context.strokeText(text, MARGIN, HEIGHT / 2);
    context.fillStyle = this.colours.ink;
    context.fillText(text, MARGIN, HEIGHT / 2);
    return { picture, width, height: HEIGHT };
  }
}
