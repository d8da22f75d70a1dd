/** Movements of the map: to a place, nearer, and from one model's map to the other's. */

import { motion } from "./animation.js";

const FLIGHT = 650;
const STEP = 220;
const CHANGE = 1400;

/** @typedef {import("./camera.js").Box} Box */

export class Flights {
  #stop = () => {};
  #stopChange = () => {};

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

  /** Let the camera stand where it is: a hand is on the map. */
  stop() {
    this.#stop();
  }

  /** @param {Box} box @param {number} [margin] */
  to(box, margin) {
    const { camera } = this;
    const from = { x: camera.x, y: camera.y, k: camera.k };
    const to = camera.framing(box, margin);
    this.#stop();
    this.#stop = motion(FLIGHT, (t) => {
      camera.x = from.x + t * (to.x - from.x);
      camera.y = from.y + t * (to.y - from.y);
      camera.k = from.k * (to.k / from.k) ** t; // zoom grows by factors, not by steps
      this.draw();
    });
  }

  /** @param {number} by */
  zoom(by) {
    let done = 1;
    this.#stop();
    this.#stop = motion(STEP, (t) => {
      this.camera.zoom(by ** t / done);
      done = by ** t;
      this.draw();
    });
  }

  /** Show all of it. */
  whole() {
    this.measure();
    this.to(this.scene.whole());
  }

  /** Show all of it at once. */
  frame() {
    this.measure();
    Object.assign(this.camera, this.camera.framing(this.scene.whole()));
  }

  /** Find how large the whole is on this screen, and stay as near as before. */
  measure() {
    const was = this.camera.whole;
    this.camera.whole = 0;
    this.camera.whole = this.camera.framing(this.scene.whole()).k;
    if (was) this.camera.k *= this.camera.whole / was;
  }

  /** @param {0 | 1} to  Before, or after. @param {() => void} landed */
  change(to, landed) {
    const from = this.scene.at;
    this.#stopChange();
    this.#stopChange = motion(
      CHANGE * Math.abs(to - from),
      (t) => {
        this.scene.move(from + t * (to - from));
        this.draw();
      },
      landed,
    );
  }
}
