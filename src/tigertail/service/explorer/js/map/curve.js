/** A smooth line through points: a Catmull-Rom spline, as Bezier curves for a canvas. */

/**
 * @typedef {[number, number]} XY
 *
 * @typedef {[XY, XY, XY]} Bend  Two control points and the end of a Bezier curve, which starts where the one before ended.
 */

const TENSION = 1 / 6; // of a uniform Catmull-Rom spline

/**
 * @param {XY[]} points
 * @returns {Bend[]} One curve from each point to the next.
 */
export function smoothCurve(points) {
  return points.slice(1).map((end, index) => {
    const start = points[index];
    const [before, after] = [points[index - 1] ?? start, points[index + 2] ?? end];
    // A control point must not be farther away than the next point, or a short step after a long one makes a loop.
    const reach = Math.hypot(end[0] - start[0], end[1] - start[1]) / 2;
    return [control(start, before, end, reach), control(end, after, start, reach), end];
  });
}

/**
 * @param {XY} at
 * @param {XY} away  The point on the other side.
 * @param {XY} towards
 * @param {number} reach  How far the control point may be.
 * @returns {XY}
 */
function control([x, y], away, towards, reach) {
  const [dx, dy] = [(towards[0] - away[0]) * TENSION, (towards[1] - away[1]) * TENSION];
  const shorter = Math.min(1, reach / (Math.hypot(dx, dy) || 1));
  return [x + dx * shorter, y + dy * shorter];
}
