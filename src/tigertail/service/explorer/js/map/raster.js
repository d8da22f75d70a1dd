/**
 * Draws discs into an array of pixels. Without a graphics card a canvas is too slow for tens of thousands of dots per frame;
 * writing the few pixels of each dot here takes a few milliseconds.
 */

const RADIUS_STEP = 0.5; // discs have radii that are multiples of it, in pixels
const SUBPIXELS = 2; // positions of a disc within a pixel, along each axis: with fewer it trembles as the map moves

/** @typedef {[number, number, number]} Rgb */

/**
 * @typedef {object} Mask
 * @property {number} size  Pixels along each side.
 * @property {number} centre  From its corner to its centre.
 * @property {Uint16Array} coverage  How much of each pixel is covered, 0 to 256.
 */

export class Raster {
  /** @param {number} width @param {number} height  Device pixels. */
  constructor(width, height) {
    this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    /** @type {Mask[]} */
    this.masks = [];
  }

  /** @param {Rgb} colour */
  clear([r, g, b]) {
    const [pixel] = new Uint32Array(Uint8Array.of(r, g, b, 255).buffer); // in the byte order of this computer
    this.pixels.fill(pixel);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {Rgb} colour
   * @param {number} alpha  0 to 1.
   */
  disc(x, y, radius, [r, g, b], alpha) {
    const left = Math.floor(x * SUBPIXELS) / SUBPIXELS;
    const top = Math.floor(y * SUBPIXELS) / SUBPIXELS;
    const { size, centre, coverage } = this.#mask(radius, (left - Math.floor(left)) * SUBPIXELS, (top - Math.floor(top)) * SUBPIXELS);
    const { data, width, height } = this.image;
    const x0 = Math.floor(left) - centre;
    const y0 = Math.floor(top) - centre;
    if (x0 < 0 || y0 < 0 || x0 + size > width || y0 + size > height) return; // a disc cut by the edge is left out
    let from = 0;
    for (let row = 0; row < size; row += 1) {
      let to = 4 * ((y0 + row) * width + x0);
      for (let column = 0; column < size; column += 1, from += 1, to += 4) {
        const weight = coverage[from] * alpha;
        if (weight === 0) continue;
        data[to] += ((r - data[to]) * weight) / 256;
        data[to + 1] += ((g - data[to + 1]) * weight) / 256;
        data[to + 2] += ((b - data[to + 2]) * weight) / 256;
      }
    }
  }

  /** @param {number} radius @param {number} px @param {number} py  Subpixels. @returns {Mask} */
  #mask(radius, px, py) {
    const size = Math.max(1, Math.round(radius / RADIUS_STEP));
    const key = (size * SUBPIXELS + px) * SUBPIXELS + py;
    this.masks[key] ??= mask(size * RADIUS_STEP, px / SUBPIXELS, py / SUBPIXELS);
    return this.masks[key];
  }
}

/** @param {number} radius @param {number} dx @param {number} dy @returns {Mask} */
function mask(radius, dx, dy) {
  const centre = Math.ceil(radius) + 1;
  const size = 2 * centre + 1;
  const coverage = new Uint16Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const distance = Math.hypot(column + 0.5 - centre - dx, row + 0.5 - centre - dy);
      coverage[row * size + column] = Math.round(256 * Math.min(1, Math.max(0, radius + 0.5 - distance)));
    }
  }
  return { size, centre, coverage };
}

/** @param {string} text  A computed colour, "rgb(1, 2, 3)". @returns {Rgb} */
export function rgb(text) {
  const [r = 0, g = 0, b = 0] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b];
}
