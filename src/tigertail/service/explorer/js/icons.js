/** Small line icons, drawn here so that they need no request. */

import { s } from "./dom.js";

const PATHS = {
  up: "M7 10v10H4V10zM7 11l4-8c1.6 0 2.6 1 2.6 2.6V9h4.7c1.4 0 2.3 1.2 2 2.5l-1.6 6.8c-.2 1-1 1.7-2 1.7H7",
  down: "M7 14V4H4v10zM7 13l4 8c1.6 0 2.6-1 2.6-2.6V15h4.7c1.4 0 2.3-1.2 2-2.5l-1.6-6.8c-.2-1-1-1.7-2-1.7H7",
  hide: "M3 3l18 18M10 5.3A9.8 9.8 0 0 1 12 5c5 0 8.5 4 9.5 7a12 12 0 0 1-2.7 4M6.2 6.8A12.5 12.5 0 0 0 2.5 12c1 3 4.5 7 9.5 7 1.5 0 2.8-.3 4-.9M9.9 10a3 3 0 0 0 4.2 4.2",
  add: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5L21 21",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M5 5l1.7 1.7M17.3 17.3L19 19M19 5l-1.7 1.7M6.7 17.3L5 19",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  chevron: "M6 9l6 6 6-6",
  options: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  world: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9S9 6 12 3",
  about: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v5.5M12 7.2v.3",
  both: "M9 12a5 5 0 1 1 10 0 5 5 0 0 1-10 0M5 12a5 5 0 1 1 10 0 5 5 0 0 1-10 0",
  fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  check: "M5 12.5l4.5 4.5L19 7",
  wait: "M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
};

/**
 * @param {keyof typeof PATHS} name
 * @returns {SVGElement}
 */
export function icon(name) {
  return s(
    "svg",
    { class: `i i-${name}`, viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    s("path", { d: PATHS[name] }),
  );
}
