/** The menu of languages. A choice is stored where the visitor allows storing; elsewhere the address holds it. */

import { h, onPlainClick } from "./dom.js";
import { icon } from "./icons.js";
import { language, ownName, spokenLanguages, text } from "./language.js";
import { menu } from "./menu.js";
import { readItem, removeItem, writeItem } from "./storage.js";

const KEY = "tigertail.language"; // first-paint.js reads it

/**
 * @param {import("./router.js").Router} router
 * @param {import("./consent.js").Consent} consent
 * @returns {HTMLElement}
 */
export function languagePicker(router, consent) {
  consent.addEventListener("change", () => {
    if (consent.answer || readItem(localStorage, KEY) === null) return;
    removeItem(localStorage, KEY);
    router.go({ language }, { replace: true });
  });
  const entries = spokenLanguages().map((code) => {
    const link = h("a", { href: router.link({ language: code }), lang: code, hreflang: code, "aria-current": code === language ? "true" : null }, h("bdi", {}, ownName(code)));
    onPlainClick(link, () => {
      const stored = consent.answer === true && writeItem(localStorage, KEY, code);
      location.assign(router.link({ language: stored ? null : code })); // every text is made anew
    });
    return link;
  });
  return menu([icon("world"), h("span", { class: "current-language" }, ownName(language)), h("span", { class: "visually-hidden" }, " ", text("page.language"))], entries, { class: "tool", title: text("page.language") });
}
