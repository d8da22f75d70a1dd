/** The dots: where each is before and after, how large, and to which country it belongs. */

/**
 * @typedef {import("./camera.js").Box} Box
 * @typedef {[number, number] | null} Point
 */

export const COLOURED = 7; // countries with a colour of their own; more could not be told apart
const EDGE = 0.004; // the share of dots beyond each edge of the whole: a few strays would make it tiny

export class Scene {
  /** @param {import("../types.js").MapData} data */
  constructor(data) {
    this.data = data;
    this.size = data.id.length;
    const there = (/** @type {Point[]} */ points) => Uint8Array.from(points, (point) => (point ? 1 : 0));
    /** Which dots have a place: naive CF has none for those nobody has played. */
    this.there = { before: there(data.before), after: there(data.after) };
    // Who has no place in one model waits in that of the other, unseen, and appears there.
    this.before = axes(data.before.map((point, at) => point ?? data.after[at]));
    this.after = axes(data.after.map((point, at) => point ?? data.before[at]));
    this.x = Float32Array.from(this.after[0]);
    this.y = Float32Array.from(this.after[1]);
    this.most = data.listeners.reduce((one, other) => Math.max(one, other), 1);
    this.radius = Float32Array.from(data.listeners, (heard) => 1.05 + 5 * Math.sqrt(heard / this.most));
    this.place = new Map(data.id.map((id, at) => [id, at]));
    /** Codes by number of listeners, the most heard first: they are drawn below, so that the small stay visible. */
    this.order = Uint32Array.from(data.id.keys()).sort((one, other) => data.listeners[other] - data.listeners[one]);
    /** @type {[string, number][]} Countries and how many dots they have, the largest first. */
    this.countries = counted(data.country);
    const colours = new Map(this.countries.slice(0, COLOURED).map(([country], at) => [country, at]));
    /** A country's colour; -1 for the many others. */
    this.colour = Int8Array.from(data.country, (country) => (country ? (colours.get(country) ?? -1) : -1));
    /** Where the dots are between before, 0, and after, 1. */
    this.at = 1;
  }

  /** Move every dot along its way. @param {number} at  0 is before, 1 is after. */
  move(at) {
    this.at = at;
    const { before, after, x, y, size } = this;
    for (let dot = 0; dot < size; dot += 1) {
      x[dot] = before[0][dot] + at * (after[0][dot] - before[0][dot]);
      y[dot] = before[1][dot] + at * (after[1][dot] - before[1][dot]);
    }
  }

  /** @param {number} dot @returns {import("../types.js").Item} */
  item(dot) {
    const { id, name, country, listeners, stratum } = this.data;
    return { id: id[dot], name: name[dot], kind: "artist", country: country[dot], listeners: listeners[dot], stratum: stratum[dot] };
  }

  /** @returns {Uint8Array} Which dots are to be seen now. */
  get seen() {
    return this.at < 0.5 ? this.there.before : this.there.after;
  }

  /** @returns {Box} Where nearly all dots are, before and after: the frame must not jump between them. */
  whole() {
    return {
      left: Math.min(quantile(this.before[0], EDGE), quantile(this.after[0], EDGE)),
      right: Math.max(quantile(this.before[0], 1 - EDGE), quantile(this.after[0], 1 - EDGE)),
      top: Math.min(quantile(this.before[1], EDGE), quantile(this.after[1], EDGE)),
      bottom: Math.max(quantile(this.before[1], 1 - EDGE), quantile(this.after[1], 1 - EDGE)),
    };
  }

  /** @param {number[]} dots @param {number} [edge] @returns {Box} Where they are now. */
  around(dots, edge = 0) {
    const xs = Float32Array.from(dots, (dot) => this.x[dot]);
    const ys = Float32Array.from(dots, (dot) => this.y[dot]);
    return { left: quantile(xs, edge), right: quantile(xs, 1 - edge), top: quantile(ys, edge), bottom: quantile(ys, 1 - edge) };
  }

  /** @param {string} country @returns {number[]} Its dots, the most heard first. */
  of(country) {
    return [...this.order].filter((dot) => this.data.country[dot] === country);
  }

  /**
   * Find the dot nearest to a point of the plane.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} within
   * @returns {number} -1 if none is so near.
   */
  nearest(x, y, within) {
    let best = -1;
    let least = within * within;
    const { seen } = this;
    for (let dot = 0; dot < this.size; dot += 1) {
      if (!seen[dot]) continue;
      const dx = this.x[dot] - x;
      const dy = this.y[dot] - y;
      const far = dx * dx + dy * dy;
      if (far < least) [best, least] = [dot, far];
    }
    return best;
  }

  /** @param {Box} box @param {number} most @returns {{dots: number[], count: number}} The most heard dots within. */
  within(box, most) {
    const dots = [];
    let count = 0;
    const { seen } = this;
    for (const dot of this.order) {
      if (!seen[dot]) continue;
      const x = this.x[dot];
      const y = this.y[dot];
      if (x < box.left || x > box.right || y < box.top || y > box.bottom) continue;
      count += 1;
      if (dots.length < most) dots.push(dot);
    }
    return { dots, count };
  }
}

/** @param {Point[]} points @returns {[Float32Array, Float32Array]} */
const axes = (points) => [Float32Array.from(points, (point) => point?.[0] ?? 0), Float32Array.from(points, (point) => -(point?.[1] ?? 0))];

/** @param {(string | null)[]} countries @returns {[string, number][]} */
function counted(countries) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const country of countries) if (country) counts.set(country, (counts.get(country) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0]));
}

/** @param {Float32Array} values @param {number} q @returns {number} */
function quantile(values, q) {
  const sorted = Float32Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(q * (sorted.length - 1))))];
}
