/** Links to the view of one artist. */

import { h } from "../dom.js";
import { seedOf } from "../state.js";

/**
 * @typedef {import("../types.js").Item} Item
 *
 * @typedef {(item: Item, props: Record<string, unknown>, ...children: import("../dom.js").Child[]) => HTMLAnchorElement} ArtistLink
 */

/**
 * @param {import("../router.js").Router} router
 * @param {import("../types.js").ItemCache} itemCache
 * @returns {ArtistLink} Makes a link that shows the artist without loading the page again.
 */
export const artistLink = (router, itemCache) => (item, props, ...children) => {
  const patch = { view: /** @type {const} */ ("artist"), seeds: [seedOf(item.id)] };
  const link = h("a", { href: router.link(patch), ...props }, ...children);
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // the browser opens a new tab
    event.preventDefault();
    itemCache.set(seedOf(item.id), item);
    router.go(patch);
    scrollTo({ top: 0 });
    document.getElementById("main")?.focus({ preventScroll: true });
  });
  return link;
};
