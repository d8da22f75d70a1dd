/** A list to take along: as a playlist for a player, as a table, as an image, or as text. */

import { h } from "./dom.js";
import { fullName } from "./format.js";
import { text } from "./language.js";
import { menu } from "./menu.js";
import { errorLine } from "./placeholders.js";

/**
 * @typedef {import("./types.js").Item} Item
 * @typedef {import("./types.js").Listed} Listed
 *
 * @typedef {object} Saved  The list that is saved.
 * @property {Item[]} seeds
 * @property {Listed[]} items
 * @property {string[]} settings  How it was asked for, in words.
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
  return `${text("save.file", { title: title.slice(0, 80) || text("save.list") })}.${suffix}`.replace(/[\u2067-\u2069]/gu, "");
}

/** @param {Blob} blob @param {string} name */
function download(blob, name) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The clipboard of the browser exists only in a secure context. @param {string} words */
async function copy(words) {
  if (navigator.clipboard) return navigator.clipboard.writeText(words);
  const area = h("textarea", { class: "visually-hidden" }, words);
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error(text("error.page"));
  return undefined;
}

/**
 * @param {() => Saved | null} list  The list on the screen.
 * @param {(format: "jspf" | "m3u") => Promise<Blob>} playlist  Asks the server for it as a playlist.
 * @param {(...said: import("./dom.js").Child[]) => void} report  Says what was done.
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
        try {
          await save(saved);
        } catch (error) {
          report(errorLine(error));
        }
      },
    }, label);
  const copied = async (/** @type {string} */ words) => {
    await copy(words);
    report(text("save.copied"));
  };
  const asFile = (/** @type {"jspf" | "m3u"} */ format) => async (/** @type {Saved} */ { seeds }) => download(await playlist(format), fileName(seeds, format));
  return menu([text("save.open")], [
    entry(text("save.m3u"), asFile("m3u")),
    entry(text("save.jspf"), asFile("jspf")),
    entry(text("save.csv"), ({ seeds, items }) => download(new Blob([toCsv(items)], { type: "text/csv" }), fileName(seeds, "csv"))),
    entry(text("save.image"), async (saved) => {
      const { listImage } = await import("./list-image.js");
      download(await listImage(saved), fileName(saved.seeds, "png"));
    }),
    entry(text("save.copyText"), ({ items }) => copied(toText(items))),
    entry(text("save.copyLink"), () => copied(location.href)),
  ]);
}
