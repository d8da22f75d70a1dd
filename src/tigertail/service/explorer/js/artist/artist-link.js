/** Links to the view of one artist. */

import { h, onPlainClick } from "../dom.js";
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
  onPlainClick(link, () => {
    itemCache.set(seedOf(item.id), item);
    router.go(patch);
    scrollTo({ top: 0 });
    document.getElementById("main")?.focus({ preventScroll: true });
  });
  return link;
};
