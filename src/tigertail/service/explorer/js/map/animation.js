/** Movement from one value to another, unless the person would rather have none. */

const reduced = matchMedia("(prefers-reduced-motion: reduce)");

/** @param {number} t */
const ease = (t) => (t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2);

/**
 * @param {number} lasts  Milliseconds.
 * @param {(t: number) => void} step  Called with 0 to 1.
 * @param {() => void} [done]
 * @returns {() => void} Stops it where it is.
 */
export function motion(lasts, step, done) {
  if (reduced.matches) {
    step(1);
    done?.();
    return () => {};
  }
  const began = performance.now();
  let frame = requestAnimationFrame(function go(now) {
    const t = Math.min(1, Math.max(0, (now - began) / lasts));
    step(ease(t));
    if (t < 1) frame = requestAnimationFrame(go);
    else done?.();
  });
  return () => cancelAnimationFrame(frame);
}
