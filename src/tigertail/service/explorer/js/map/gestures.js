/** Mouse, touch, wheel and keys on the map. */

const FAR = 5; // pixels a finger may slip and still tap
const KEY_PAN = 60;

/**
 * @typedef {object} Hands
 * @property {(dx: number, dy: number) => void} pan
 * @property {(by: number, x?: number, y?: number) => void} zoom
 * @property {(x: number, y: number) => void} point
 * @property {() => void} leave
 * @property {(x: number, y: number, touch: boolean) => void} press
 * @property {() => void} whole
 */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Hands} hands
 */
export function gestures(canvas, hands) {
  /** @type {Map<number, [number, number]>} */
  const down = new Map();
  let slipped = 0;
  const at = (/** @type {MouseEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    return /** @type {[number, number]} */ ([event.clientX - box.left, event.clientY - box.top]);
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
    if (down.size === 1) slipped = 0;
  });

  canvas.addEventListener("pointermove", (event) => {
    const now = at(event);
    const before = down.get(event.pointerId);
    if (!before) return hands.point(...now);
    const others = [...down].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    down.set(event.pointerId, now);
    slipped += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (slipped <= FAR) return undefined;
    canvas.classList.add("dragged");
    if (!others.length) return hands.pan(now[0] - before[0], now[1] - before[1]);
    return pinch(before, now, others[0]);
  });

  /** @param {[number, number]} before @param {[number, number]} now @param {[number, number]} other */
  function pinch(before, now, other) {
    const far = Math.hypot(now[0] - other[0], now[1] - other[1]);
    const was = Math.hypot(before[0] - other[0], before[1] - other[1]);
    hands.zoom(far / Math.max(was, 1), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    hands.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
  }

  const up = (/** @type {PointerEvent} */ event) => {
    if (!down.delete(event.pointerId)) return;
    canvas.classList.remove("dragged");
    if (event.type === "pointerup" && slipped <= FAR && !down.size) hands.press(...at(event), event.pointerType === "touch");
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => down.size || hands.leave());

  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      hands.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0018)), ...at(event));
    },
    { passive: false },
  );

  const keys = {
    ArrowLeft: () => hands.pan(KEY_PAN, 0),
    ArrowRight: () => hands.pan(-KEY_PAN, 0),
    ArrowUp: () => hands.pan(0, KEY_PAN),
    ArrowDown: () => hands.pan(0, -KEY_PAN),
    "+": () => hands.zoom(1.35),
    "=": () => hands.zoom(1.35),
    "-": () => hands.zoom(1 / 1.35),
    0: () => hands.whole(),
  };
  canvas.addEventListener("keydown", (event) => {
    const act = keys[/** @type {keyof typeof keys} */ (event.key)];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
}
