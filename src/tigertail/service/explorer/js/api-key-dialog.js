/** Asking for the key of a server that wants one. */

import { h, refill } from "./dom.js";

/**
 * @param {HTMLDialogElement} dialog
 * @param {boolean} refused  Whether a key was given and is not good.
 * @returns {Promise<string | null>}
 */
export function promptForApiKey(dialog, refused) {
  return new Promise((resolve) => {
    const input = h("input", { type: "password", id: "key", autocomplete: "off", required: true });
    const form = h(
      "form",
      { method: "dialog" },
      h("h2", { id: "dialog-title" }, "A key, please"),
      h("p", {}, refused ? "The server does not take this key. Is it complete?" : "This server answers those who have a key. Whoever runs it can give you one."),
      h("label", { for: "key" }, "API key"),
      input,
      h("p", { class: "quiet" }, "It stays in this tab and is forgotten when you close it."),
      h("div", { class: "buttons" }, h("button", { type: "submit", class: "strong" }, "Use it"), h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, "Not now")),
    );
    let key = /** @type {string | null} */ (null);
    // `form-action 'none'` forbids even a form that only closes its dialog, so the submit is ours.
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
