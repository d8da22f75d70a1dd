/** The dialog that asks for an API key. */

import { h, refill } from "./dom.js";
import { text } from "./language.js";

/**
 * @param {HTMLDialogElement} dialog
 * @param {boolean} rejected  Whether the server rejected a key.
 * @returns {Promise<string | null>} Null if the user cancelled.
 */
export function promptForApiKey(dialog, rejected) {
  return new Promise((resolve) => {
    const input = h("input", { type: "password", id: "key", autocomplete: "off", required: true });
    const form = h(
      "form",
      { method: "dialog" },
      h("h2", { id: "dialog-title" }, text("key.title")), // the name of the dialog (index.html)
      h("p", {}, text(rejected ? "key.rejected" : "key.needed")),
      h("label", { for: "key" }, text("key.label")),
      input,
      h("p", { class: "muted" }, text("key.stored")),
      h("div", { class: "buttons" }, h("button", { type: "submit", class: "primary" }, text("key.use")), h("button", { type: "button", class: "secondary", onclick: () => dialog.close() }, text("key.cancel"))),
    );
    let key = /** @type {string | null} */ (null);
    // The policy `form-action 'none'` forbids even a form that only closes its dialog, so the submit is handled here.
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      key = input.value.trim() || null;
      dialog.close();
    });
    dialog.addEventListener("close", () => resolve(key), { once: true });
    refill(dialog, form);
    if (!dialog.open) dialog.showModal();
    input.focus();
  });
}
