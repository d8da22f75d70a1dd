/** Mouse, touch, wheel and keys on the map. */

const TAP_DISTANCE = 5; // pixels that a finger may move during a tap
const KEY_PAN = 60; // pixels

/**
 * @typedef {object} GestureHandlers
 * @property {(dx: number, dy: number) => void} pan
 * @property {(factor: number, x?: number, y?: number) => void} zoom
 * @property {(x: number, y: number) => void} hover
 * @property {() => void} leave
 * @property {(x: number, y: number, touch: boolean) => void} press
 * @property {() => void} showAll
 */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {GestureHandlers} handlers
 */
export function listenForGestures(canvas, handlers) {
  /** @type {Map<number, [number, number]>} */
  const pressed = new Map(); // pointers by id
  let distance = 0;
  const positionOf = (/** @type {MouseEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    return /** @type {[number, number]} */ ([event.clientX - box.left, event.clientY - box.top]);
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    pressed.set(event.pointerId, positionOf(event));
    if (pressed.size === 1) distance = 0;
  });

  canvas.addEventListener("pointermove", (event) => {
    const position = positionOf(event);
    const before = pressed.get(event.pointerId);
    if (!before) return handlers.hover(...position);
    const others = [...pressed].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
    pressed.set(event.pointerId, position);
    distance += Math.hypot(position[0] - before[0], position[1] - before[1]);
    if (distance <= TAP_DISTANCE) return undefined;
    canvas.classList.add("dragged");
    if (!others.length) return handlers.pan(position[0] - before[0], position[1] - before[1]);
    return pinch(before, position, others[0]);
  });

  /** @param {[number, number]} before @param {[number, number]} now @param {[number, number]} other */
  function pinch(before, now, other) {
    const spread = Math.hypot(now[0] - other[0], now[1] - other[1]);
    const former = Math.hypot(before[0] - other[0], before[1] - other[1]);
    handlers.zoom(spread / Math.max(former, 1), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    handlers.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
  }

  const up = (/** @type {PointerEvent} */ event) => {
    if (!pressed.delete(event.pointerId)) return;
    canvas.classList.remove("dragged");
    if (event.type === "pointerup" && distance <= TAP_DISTANCE && !pressed.size) handlers.press(...positionOf(event), event.pointerType === "touch");
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => pressed.size || handlers.leave());

  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      handlers.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0018)), ...positionOf(event));
    },
    { passive: false },
  );

  const keys = {
    ArrowLeft: () => handlers.pan(KEY_PAN, 0),
    ArrowRight: () => handlers.pan(-KEY_PAN, 0),
    ArrowUp: () => handlers.pan(0, KEY_PAN),
    ArrowDown: () => handlers.pan(0, -KEY_PAN),
    "+": () => handlers.zoom(1.35),
    "=": () => handlers.zoom(1.35),
    "-": () => handlers.zoom(1 / 1.35),
    0: () => handlers.showAll(),
  };
  canvas.addEventListener("keydown", (event) => {
    const handler = keys[/** @type {keyof typeof keys} */ (event.key)];
    if (!handler || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    handler();
  });
}
