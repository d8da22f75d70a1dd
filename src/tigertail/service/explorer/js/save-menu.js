/** A list to take along: as a playlist for a player, as a table, or as text. */

import { h } from "./dom.js";
import { fullName } from "./format.js";
import { text as message } from "./language.js";

/**
 * @typedef {import("./types.js").Item} Item
 * @typedef {import("./types.js").Listed} Listed
 *
 * @typedef {object} Saved  The list that is saved.
 * @property {Item[]} seeds
 * @property {Listed[]} items
 */

const COLUMNS = /** @type {const} */ (["rank", "id", "name", "artist", "kind", "country", "listeners", "stratum", "affinity"]);

/** @param {Listed[]} items @returns {string} As RFC 4180 has it. */
export function toCsv(items) {
  const quoted = (/** @type {unknown} */ value) => (value === null || value === undefined ? "" : `"${String(value).replaceAll('"', '""')}"`);
  const lines = items.map((item) => COLUMNS.map((column) => quoted(item[column])).join(","));
  return [COLUMNS.join(","), ...lines, ""].join("\r\n");
}

/** @param {Listed[]} items @returns {string} */
export const toText = (items) => items.map((item) => `${item.rank}. ${fullName(item)}`).join("\n");

/** @param {Item[]} seeds @param {string} suffix @returns {string} A name for a file: letters and numbers of any script. */
function fileName(seeds, suffix) {
  const title = seeds.map(fullName).join(" ").replace(/[^\p{L}\p{M}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  return `after-${title.slice(0, 80) || "list"}.${suffix}`;
}

/** @param {Blob} blob @param {string} name */
function download(blob, name) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The clipboard of the browser exists only in a secure context. @param {string} text */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = h("textarea", { class: "visually-hidden" }, text);
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  return area.remove();
}

/**
 * @param {() => Saved | null} list  The list on the screen.
 * @param {(format: "jspf" | "m3u") => Promise<Blob>} playlist  Asks the server for it as a playlist.
 * @param {(text: string) => void} report  Says what was done.
 * @returns {HTMLDetailsElement}
 */
export function saveMenu(list, playlist, report) {
  /** @param {string} label @param {(saved: Saved) => void | Promise<void>} save */
  const entry = (label, save) =>
    h("button", {
      type: "button",
      onclick: async () => {
        const saved = list();
        if (!saved) return;
        menu.open = false;
        try {
          await save(saved);
        } catch (error) {
          report(/** @type {Error} */ (error).message);
        }
      },
    }, label);
  const asFile = (/** @type {"jspf" | "m3u"} */ format) => async (/** @type {Saved} */ { seeds }) => download(await playlist(format), fileName(seeds, format));
  const menu = h(
    "details",
    { class: "menu" },
    h("summary", { class: "secondary" }, message("save")),
    h(
      "div",
      { class: "menu-entries" },
      entry(message("save.playlist", { format: "M3U" }), asFile("m3u")),
      entry(message("save.playlist", { format: "JSPF" }), asFile("jspf")),
      entry(message("save.table", { format: "CSV" }), ({ seeds, items }) => download(new Blob([toCsv(items)], { type: "text/csv" }), fileName(seeds, "csv"))),
      entry(message("save.copyText"), async ({ items }) => {
        await copy(toText(items));
        report(message("save.copied"));
      }),
      entry(message("save.copyLink"), async () => {
        await copy(location.href);
        report(message("save.copied"));
      }),
    ),
  );
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(/** @type {Node} */ (event.target))) menu.open = false;
  });
  return menu;
}
