/** The dots of the map: their positions before and after, sizes and countries. A dot is an index into the catalogue. */

/**
 * @typedef {import("./camera.js").Box} Box
 * @typedef {import("../types.js").Point} Point
 */

export const COLOURED_COUNTRIES = 7; // their colours are --map-0 and so on in base.css; more would be hard to distinguish
const OUTLIERS = 0.004; // share of dots beyond each edge of the whole map: a few outliers would make the rest tiny

export class Scene {
  /** @param {import("../types.js").CatalogueMap} data */
  constructor(data) {
    this.data = data;
    this.size = data.id.length;
    const presence = (/** @type {Point[]} */ points) => Uint8Array.from(points, (point) => (point ? 1 : 0));
    /** Which dots have a position: in naive CF an artist without listeners has none. */
    this.present = { before: presence(data.before), after: presence(data.after) };
    // A dot without a position in one layout is hidden there, and appears at its position in the other.
    this.before = axes(data.before.map((point, dot) => point ?? data.after[dot]));
    this.after = axes(data.after.map((point, dot) => point ?? data.before[dot]));
    this.x = Float32Array.from(this.after[0]);
    this.y = Float32Array.from(this.after[1]);
    this.maxListeners = data.listeners.reduce((a, b) => Math.max(a, b), 1);
    this.radius = Float32Array.from(data.listeners, (listeners) => 1.05 + 5 * Math.sqrt(listeners / this.maxListeners));
    this.indexOf = new Map(data.id.map((id, dot) => [id, dot]));
    /** Dots by listeners, the most popular first: they are drawn below, so that the small ones stay visible. */
    this.order = Uint32Array.from(data.id.keys()).sort((a, b) => data.listeners[b] - data.listeners[a]);
    /** @type {[string, number][]} Countries and how many dots they have, the largest first. */
    this.countries = countBy(data.country);
    const colours = new Map(this.countries.slice(0, COLOURED_COUNTRIES).map(([country], index) => [country, index]));
    /** The colour of each dot's country; -1 for the other countries. */
    this.colourIndex = Int8Array.from(data.country, (country) => (country ? (colours.get(country) ?? -1) : -1));
    /** The layout shown, from before, 0, to after, 1. */
    this.progress = 1;
  }

  /** Move every dot between the layouts. @param {number} progress  0 is before, 1 is after. */
  move(progress) {
    this.progress = progress;
    const { before, after, x, y, size } = this;
    for (let dot = 0; dot < size; dot += 1) {
      x[dot] = before[0][dot] + progress * (after[0][dot] - before[0][dot]);
      y[dot] = before[1][dot] + progress * (after[1][dot] - before[1][dot]);
    }
  }

  /** @param {number} dot @returns {import("../types.js").Item} */
  item(dot) {
    const { id, name, country, listeners, stratum } = this.data;
    return { id: id[dot], name: name[dot], kind: "artist", country: country[dot], listeners: listeners[dot], stratum: stratum[dot] };
  }

  /** @returns {Uint8Array} Which dots are visible now. */
  get visible() {
    return this.progress < 0.5 ? this.present.before : this.present.after;
  }

  /** @returns {Box} A box around nearly all dots, the same for both layouts so that the view does not jump. */
  bounds() {
    return {
      left: Math.min(quantile(this.before[0], OUTLIERS), quantile(this.after[0], OUTLIERS)),
      right: Math.max(quantile(this.before[0], 1 - OUTLIERS), quantile(this.after[0], 1 - OUTLIERS)),
      top: Math.min(quantile(this.before[1], OUTLIERS), quantile(this.after[1], OUTLIERS)),
      bottom: Math.max(quantile(this.before[1], 1 - OUTLIERS), quantile(this.after[1], 1 - OUTLIERS)),
    };
  }

  /** @param {number[]} dots @param {number} [outliers]  Share of dots beyond each edge. @returns {Box} */
  boundsOf(dots, outliers = 0) {
    const xs = Float32Array.from(dots, (dot) => this.x[dot]);
    const ys = Float32Array.from(dots, (dot) => this.y[dot]);
    return { left: quantile(xs, outliers), right: quantile(xs, 1 - outliers), top: quantile(ys, outliers), bottom: quantile(ys, 1 - outliers) };
  }

  /** @param {string} country @returns {number[]} Its dots, the most popular first. */
  dotsOf(country) {
    return [...this.order].filter((dot) => this.data.country[dot] === country);
  }

  /**
   * Find the dot nearest to a point of the plane.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} maxDistance
   * @returns {number} -1 if none is near enough.
   */
  nearest(x, y, maxDistance) {
    let nearest = -1;
    let smallest = maxDistance * maxDistance;
    const { visible } = this;
    for (let dot = 0; dot < this.size; dot += 1) {
      if (!visible[dot]) continue;
      const dx = this.x[dot] - x;
      const dy = this.y[dot] - y;
      const distance = dx * dx + dy * dy;
      if (distance < smallest) [nearest, smallest] = [dot, distance];
    }
    return nearest;
  }

  /** @param {Box} box @param {number} limit @returns {{dots: number[], count: number}} The most popular dots in the box, and how many it holds. */
  dotsIn(box, limit) {
    const dots = [];
    let count = 0;
    const { visible } = this;
    for (const dot of this.order) {
      if (!visible[dot]) continue;
      const x = this.x[dot];
      const y = this.y[dot];
      if (x < box.left || x > box.right || y < box.top || y > box.bottom) continue;
      count += 1;
      if (dots.length < limit) dots.push(dot);
    }
    return { dots, count };
  }
}

/** @param {Point[]} points @returns {[Float32Array, Float32Array]} */
const axes = (points) => [Float32Array.from(points, (point) => point?.[0] ?? 0), Float32Array.from(points, (point) => -(point?.[1] ?? 0))];

/** @param {(string | null)[]} countries @returns {[string, number][]} */
function countBy(countries) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const country of countries) if (country) counts.set(country, (counts.get(country) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
}

/** @param {Float32Array} values @param {number} q @returns {number} */
function quantile(values, q) {
  const sorted = Float32Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(q * (sorted.length - 1))))];
}
