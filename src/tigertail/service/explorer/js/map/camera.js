/** The camera of the map: from its plane to the screen and back. */

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

// Times the scale at which the whole map fits.
const MIN_ZOOM = 0.6;
const MAX_ZOOM = 60;
const LEAST_ROOM = 40; // pixels, where the margins leave less

export class Camera {
  constructor() {
    this.x = 0; // the point of the plane in the middle of the screen
    this.y = 0;
    this.scale = 1; // pixels per unit of the plane
    // The scale at which the whole map fits. Transitions.measure sets it before anything zooms; while it is 0, no zoom
    // bounds what fitting() returns.
    this.baseScale = 0;
    this.width = 1;
    this.height = 1;
  }

  /** @param {number} width @param {number} height  Of the screen, in CSS pixels. */
  resize(width, height) {
    this.width = width;
    this.height = height;
  }

  /**
   * The position from which a box fills the screen.
   *
   * @param {Box} box
   * @param {number} [margin]  Pixels.
   * @returns {{x: number, y: number, scale: number}}
   */
  fitting(box, margin = 36) {
    const boxWidth = Math.max(box.right - box.left, 1e-6);
    const boxHeight = Math.max(box.bottom - box.top, 1e-6);
    const roomAcross = Math.max(this.width - 2 * margin, LEAST_ROOM);
    const roomDown = Math.max(this.height - 2 * margin, LEAST_ROOM);
    const scale = Math.min(roomAcross / boxWidth, roomDown / boxHeight);
    const greatest = this.baseScale ? this.baseScale * MAX_ZOOM : Infinity;
    return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2, scale: Math.min(scale, greatest) };
  }

  /** @param {number} sx @param {number} sy @returns {[number, number]} */
  toPlane(sx, sy) {
    return [(sx - this.width / 2) / this.scale + this.x, (sy - this.height / 2) / this.scale + this.y];
  }

  /** @param {number} x @param {number} y @returns {[number, number]} */
  toScreen(x, y) {
    return [(x - this.x) * this.scale + this.width / 2, (y - this.y) * this.scale + this.height / 2];
  }

  /** @param {number} dx @param {number} dy  Pixels. */
  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
  }

  /** Zoom around a point of the screen. @param {number} factor @param {number} sx @param {number} sy */
  zoom(factor, sx = this.width / 2, sy = this.height / 2) {
    const [x, y] = this.toPlane(sx, sy);
    this.scale = Math.min(Math.max(this.scale * factor, this.baseScale * MIN_ZOOM), this.baseScale * MAX_ZOOM);
    this.x = x - (sx - this.width / 2) / this.scale;
    this.y = y - (sy - this.height / 2) / this.scale;
  }

  /** @returns {number} 1 where the whole map fits. */
  get zoomLevel() {
    return this.scale / this.baseScale;
  }

  /** @returns {Box} The part of the plane in view. */
  get view() {
    const [left, top] = this.toPlane(0, 0);
    const [right, bottom] = this.toPlane(this.width, this.height);
    return { left, top, right, bottom };
  }
}
