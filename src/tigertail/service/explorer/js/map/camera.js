/** From the map's plane to the screen and back. */

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

const DEEPEST = 60; // times the whole

export class Camera {
  constructor() {
    this.x = 0;
    this.y = 0;
    this.k = 1;
    this.whole = 0; // until the whole has been framed
    this.width = 1;
    this.height = 1;
  }

  /** @param {number} width @param {number} height  Of the screen, in CSS pixels. */
  resize(width, height) {
    this.width = width;
    this.height = height;
  }

  /**
   * The view in which a box fills the screen.
   *
   * @param {Box} box
   * @param {number} [margin]  Pixels.
   * @returns {{x: number, y: number, k: number}}
   */
  framing(box, margin = 36) {
    const wide = Math.max(box.right - box.left, 1e-6);
    const high = Math.max(box.bottom - box.top, 1e-6);
    const k = Math.min(Math.max(this.width - 2 * margin, 40) / wide, Math.max(this.height - 2 * margin, 40) / high);
    return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2, k: this.whole ? Math.min(k, this.whole * DEEPEST) : k };
  }

  /** @param {number} sx @param {number} sy @returns {[number, number]} */
  toPlane(sx, sy) {
    return [(sx - this.width / 2) / this.k + this.x, (sy - this.height / 2) / this.k + this.y];
  }

  /** @param {number} x @param {number} y @returns {[number, number]} */
  toScreen(x, y) {
    return [(x - this.x) * this.k + this.width / 2, (y - this.y) * this.k + this.height / 2];
  }

  /** @param {number} dx @param {number} dy  Pixels. */
  pan(dx, dy) {
    this.x -= dx / this.k;
    this.y -= dy / this.k;
  }

  /** Zoom, and let the point under the finger stay there. @param {number} by @param {number} sx @param {number} sy */
  zoom(by, sx = this.width / 2, sy = this.height / 2) {
    const [x, y] = this.toPlane(sx, sy);
    this.k = Math.min(Math.max(this.k * by, this.whole * 0.6), this.whole * DEEPEST);
    this.x = x - (sx - this.width / 2) / this.k;
    this.y = y - (sy - this.height / 2) / this.k;
  }

  /** @returns {number} How many times larger than the whole. */
  get depth() {
    return this.k / this.whole;
  }

  /** @returns {Box} What of the plane is in view. */
  get view() {
    const [left, top] = this.toPlane(0, 0);
    const [right, bottom] = this.toPlane(this.width, this.height);
    return { left, top, right, bottom };
  }
}
