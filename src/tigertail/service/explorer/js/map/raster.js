/**
 * Discs into pixels. Tens of thousands of dots a frame are too many for a canvas to draw one by one where there is no
 * graphics card; writing the few pixels of each ourselves takes a few milliseconds anywhere.
 */

const STEP = 0.5; // sizes a disc may have, in pixels
const PHASES = 2; // places it may have within a pixel, along each axis: fewer, and it trembles as the map moves

/** @typedef {[number, number, number]} Rgb */

/**
 * @typedef {object} Mask
 * @property {number} size  Pixels along each side.
 * @property {number} reach  From its corner to its middle.
 * @property {Uint16Array} cover  How much of each pixel is covered, 0 to 256.
 */

export class Raster {
  /** @param {number} width @param {number} height  Device pixels. */
  constructor(width, height) {
    this.image = new ImageData(width, height);
    this.words = new Uint32Array(this.image.data.buffer);
    /** @type {Mask[]} */
    this.masks = [];
  }

  /** @param {Rgb} paper */
  clear([r, g, b]) {
    const [word] = new Uint32Array(Uint8Array.of(r, g, b, 255).buffer); // in the byte order of this machine
    this.words.fill(word);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {Rgb} ink
   * @param {number} alpha  0 to 1.
   */
  disc(x, y, radius, [r, g, b], alpha) {
    const left = Math.floor(x * PHASES) / PHASES;
    const top = Math.floor(y * PHASES) / PHASES;
    const { size, reach, cover } = this.#mask(radius, (left - Math.floor(left)) * PHASES, (top - Math.floor(top)) * PHASES);
    const { data, width, height } = this.image;
    const x0 = Math.floor(left) - reach;
    const y0 = Math.floor(top) - reach;
    if (x0 < 0 || y0 < 0 || x0 + size > width || y0 + size > height) return; // the edge of the map is no place to look at
    let from = 0;
    for (let row = 0; row < size; row += 1) {
      let to = 4 * ((y0 + row) * width + x0);
      for (let column = 0; column < size; column += 1, from += 1, to += 4) {
        const much = cover[from] * alpha;
        if (much === 0) continue;
        data[to] += ((r - data[to]) * much) / 256;
        data[to + 1] += ((g - data[to + 1]) * much) / 256;
        data[to + 2] += ((b - data[to + 2]) * much) / 256;
      }
    }
  }

  /** @param {number} radius @param {number} px @param {number} py  Phases. @returns {Mask} */
  #mask(radius, px, py) {
    const size = Math.max(1, Math.round(radius / STEP));
    const key = (size * PHASES + px) * PHASES + py;
    this.masks[key] ??= mask(size * STEP, px / PHASES, py / PHASES);
    return this.masks[key];
  }
}

/** @param {number} radius @param {number} dx @param {number} dy @returns {Mask} */
function mask(radius, dx, dy) {
  const reach = Math.ceil(radius) + 1;
  const size = 2 * reach + 1;
  const cover = new Uint16Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const far = Math.hypot(column + 0.5 - reach - dx, row + 0.5 - reach - dy);
      cover[row * size + column] = Math.round(256 * Math.min(1, Math.max(0, radius + 0.5 - far)));
    }
  }
  return { size, reach, cover };
}

/** @param {string} text  A computed colour, "rgb(1, 2, 3)". @returns {Rgb} */
export function rgb(text) {
  const [r = 0, g = 0, b = 0] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b];
}
