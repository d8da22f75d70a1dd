/** Animated changes of the map: of the camera, and from the layout of one model to that of the other. */

import { animate } from "./animation.js";

// Milliseconds.
const FLY_TIME = 650;
const ZOOM_TIME = 220;
const LAYOUT_TIME = 1400;

/** @typedef {import("./camera.js").Box} Box */

export class Transitions {
  #stopCamera = () => {};
  #stopLayout = () => {};

  /**
   * @param {import("./camera.js").Camera} camera
   * @param {import("./scene.js").Scene} scene
   * @param {() => void} draw
   */
  constructor(camera, scene, draw) {
    this.camera = camera;
    this.scene = scene;
    this.draw = draw;
  }

  /** Stop the camera where it is, because the user moves the map. */
  stop() {
    this.#stopCamera();
  }

  /** @param {Box} box @param {number} [margin] */
  flyTo(box, margin) {
    const { camera } = this;
    const from = { x: camera.x, y: camera.y, scale: camera.scale };
    const to = camera.fitting(box, margin);
    this.#stopCamera();
    this.#stopCamera = animate(FLY_TIME, (t) => {
      camera.x = from.x + t * (to.x - from.x);
      camera.y = from.y + t * (to.y - from.y);
      camera.scale = from.scale * (to.scale / from.scale) ** t; // a steady zoom is geometric
      this.draw();
    });
  }

  /** @param {number} factor */
  zoom(factor) {
    let done = 1;
    this.#stopCamera();
    this.#stopCamera = animate(ZOOM_TIME, (t) => {
      this.camera.zoom(factor ** t / done);
      done = factor ** t;
      this.draw();
    });
  }

  /** Move until the whole map is in view. */
  showAll() {
    this.measure();
    this.flyTo(this.scene.bounds());
  }

  /** Show the whole map, without an animation. */
  fit() {
    this.measure();
    Object.assign(this.camera, this.camera.fitting(this.scene.bounds()));
  }

  /** Measure the scale at which the whole map fits this screen, and keep the zoom level. */
  measure() {
    const former = this.camera.baseScale;
    this.camera.baseScale = 0;
    this.camera.baseScale = this.camera.fitting(this.scene.bounds()).scale;
    if (former) this.camera.scale *= this.camera.baseScale / former;
  }

  /** @param {0 | 1} to  Before, or after. @param {() => void} done */
  setLayout(to, done) {
    const from = this.scene.progress;
    this.#stopLayout();
    this.#stopLayout = animate(
      LAYOUT_TIME * Math.abs(to - from),
      (t) => {
        this.scene.move(from + t * (to - from));
        this.draw();
      },
      done,
    );
  }
}
