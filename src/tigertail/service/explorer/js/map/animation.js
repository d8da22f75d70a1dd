/** Animations, unless the user prefers reduced motion. */

const reduced = matchMedia("(prefers-reduced-motion: reduce)");

/** @param {number} t */
const ease = (t) => (t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2);

/**
 * @param {number} duration  Milliseconds.
 * @param {(t: number) => void} step  Called with 0 to 1.
 * @param {() => void} [done]
 * @returns {() => void} Stops the animation where it is.
 */
export function animate(duration, step, done) {
  if (reduced.matches) {
    step(1);
    done?.();
    return () => {};
  }
  const start = performance.now();
  let frame = requestAnimationFrame(function next(now) {
    const t = Math.min(1, Math.max(0, (now - start) / duration));
    step(ease(t));
    if (t < 1) frame = requestAnimationFrame(next);
    else done?.();
  });
  return () => cancelAnimationFrame(frame);
}
