/** Whether a country's artists stand in a clump of their own on the map. */

const NEAREST = 10;
const LOOKED_AT = 300; // of the country's dots, the most heard; the rest would only take time

/**
 * @param {import("./scene.js").Scene} scene
 * @param {string} country
 * @returns {{before: number, after: number, nearest: number}} Of the dots nearest to one of the country, the share from there.
 */
export function clump(scene, country) {
  const dots = scene.of(country).slice(0, LOOKED_AT);
  return { before: fromHome(scene, scene.before, scene.there.before, dots, country), after: fromHome(scene, scene.after, scene.there.after, dots, country), nearest: NEAREST };
}

/**
 * @param {import("./scene.js").Scene} scene
 * @param {[Float32Array, Float32Array]} axes
 * @param {Uint8Array} there
 * @param {number[]} dots
 * @param {string} country
 */
function fromHome(scene, [xs, ys], there, dots, country) {
  const { country: homes } = scene.data;
  const far = new Float64Array(NEAREST);
  const who = new Int32Array(NEAREST);
  let home = 0;
  let all = 0;
  for (const dot of dots) {
    if (!there[dot]) continue;
    far.fill(Infinity);
    who.fill(-1);
    for (let other = 0; other < scene.size; other += 1) {
      // Those whose home nobody knows can be no evidence either way.
      if (other === dot || !homes[other] || !there[other]) continue;
      const dx = xs[other] - xs[dot];
      const dy = ys[other] - ys[dot];
      const distance = dx * dx + dy * dy;
      if (distance < far[NEAREST - 1]) insert(far, who, distance, other);
    }
    for (const other of who) {
      if (other < 0) continue;
      all += 1;
      if (homes[other] === country) home += 1;
    }
  }
  return all ? home / all : 0;
}

/** Keep the nearest in order. @param {Float64Array} far @param {Int32Array} who @param {number} distance @param {number} other */
function insert(far, who, distance, other) {
  let at = NEAREST - 1;
  while (at > 0 && far[at - 1] > distance) {
    far[at] = far[at - 1];
    who[at] = who[at - 1];
    at -= 1;
  }
  far[at] = distance;
  who[at] = other;
}
