/** How closely the artists of a country stand together on the map. */

const NEAREST = 10;
const MAX_DOTS = 300; // of the country, the most popular: more would take long

/**
 * @param {import("./scene.js").Scene} scene
 * @param {string} country
 * @returns {{before: number | null, after: number | null, nearest: number, missing: number}}
 *   Of the dots nearest to each dot of the country, the share from the same country, null where none could be counted; and how many dots naive CF
 *   lacks.
 */
export function cohesion(scene, country) {
  const all = scene.dotsOf(country);
  const dots = all.slice(0, MAX_DOTS);
  return {
    before: shareFrom(scene, scene.before, scene.present.before, dots, country),
    after: shareFrom(scene, scene.after, scene.present.after, dots, country),
    nearest: NEAREST,
    missing: all.filter((dot) => !scene.present.before[dot]).length,
  };
}

/**
 * @param {import("./scene.js").Scene} scene
 * @param {[Float32Array, Float32Array]} axes
 * @param {Uint8Array} present
 * @param {number[]} dots
 * @param {string} country
 * @returns {number | null}
 */
function shareFrom(scene, [xs, ys], present, dots, country) {
  const { country: homes } = scene.data;
  const distances = new Float64Array(NEAREST);
  const neighbours = new Int32Array(NEAREST);
  let same = 0;
  let all = 0;
  for (const dot of dots) {
    if (!present[dot]) continue;
    distances.fill(Infinity);
    neighbours.fill(-1);
    for (let other = 0; other < scene.size; other += 1) {
      // An artist of unknown country is evidence for neither side.
      if (other === dot || !homes[other] || !present[other]) continue;
      const dx = xs[other] - xs[dot];
      const dy = ys[other] - ys[dot];
      const distance = dx * dx + dy * dy;
      if (distance < distances[NEAREST - 1]) insert(distances, neighbours, distance, other);
    }
    for (const other of neighbours) {
      if (other < 0) continue;
      all += 1;
      if (homes[other] === country) same += 1;
    }
  }
  return all ? same / all : null;
}

/** Keep the nearest in order. @param {Float64Array} distances @param {Int32Array} neighbours @param {number} distance @param {number} dot */
function insert(distances, neighbours, distance, dot) {
  let index = NEAREST - 1;
  while (index > 0 && distances[index - 1] > distance) {
    distances[index] = distances[index - 1];
    neighbours[index] = neighbours[index - 1];
    index -= 1;
  }
  distances[index] = distance;
  neighbours[index] = dot;
}
