/** Where else an item can be read about and played: by its MBID where it is known, else by its name. */

import { h } from "./dom.js";
import { fullName } from "./format.js";
import { language, text } from "./language.js";

/** @typedef {import("./types.js").Details} Details */

const MBID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ENTITIES = new Map([["artist", "artist"], ["album", "release"], ["track", "recording"]]);

/** @param {Details} item @returns {string | null} */
const mbidOf = ({ id, more }) => [more.mbid, id].map(String).find((one) => MBID.test(one)) ?? null;

/** @param {Details} item @returns {[string, string][]} Titles and addresses. */
export function addressesOf(item) {
  const name = encodeURIComponent(fullName(item));
  const [mbid, entity] = [mbidOf(item), ENTITIES.get(item.kind)];
  /** @type {[string, string][]} */
  const byMbid = mbid && entity ? [["MusicBrainz", `https://musicbrainz.org/${entity}/${mbid}`]] : [["MusicBrainz", `https://musicbrainz.org/search?type=${entity ?? "artist"}&query=${name}`]];
  if (mbid && item.kind === "artist") byMbid.push(["ListenBrainz", `https://listenbrainz.org/artist/${mbid}/`]);
  return [...byMbid, ["Wikipedia", `https://${language}.wikipedia.org/w/index.php?search=${name}`], ["Bandcamp", `https://bandcamp.com/search?q=${name}`]];
}

/** @param {Details} item @returns {HTMLElement} */
export function itemLinks(item) {
  const links = addressesOf(item).map(([title, href]) => h("li", {}, h("a", { href, rel: "noopener noreferrer", target: "_blank" }, title)));
  return h("ul", { class: "item-links", "aria-label": text("query.elsewhere", { name: fullName(item) }) }, ...links);
}
