/** The dialog that explains what feedback is stored, and lets a listener stop or erase it. */

import { h, refill } from "./dom.js";
import { pluralize } from "./format.js";

/**
 * @param {HTMLDialogElement} dialog
 * @param {import("./feedback.js").Feedback} feedback
 */
export function openPrivacyDialog(dialog, feedback) {
  const id = h("code", { class: "id" }, feedback.listener);
  const notice = h("div", { role: "status", "aria-live": "polite" });
  const recording = h("input", { type: "checkbox" });
  recording.checked = feedback.recording;
  recording.addEventListener("change", () => feedback.consent.give(recording.checked));
  const erase = h("button", { type: "button", class: "primary" }, "Delete my data");
  erase.addEventListener("click", async () => {
    erase.disabled = true;
    const { former, erased } = await feedback.eraseListener();
    erase.disabled = false;
    refill(id, feedback.listener);
    refill(notice, ...erasureNotice(former, erased));
  });
  refill(
    dialog,
    h("h2", { id: "dialog-title" }, "Your feedback"),
    h("p", {}, "If you allow it, your ratings, and the items that Tigertail's list shows you, are sent to this server and to no other. They are used to evaluate and improve the lists. Each event holds the artist of the query, the artist shown, its rank, the model, the time, the country of the lens, if you chose one, and this random id:"),
    h("p", {}, id),
    h("p", {}, "The id is made in this browser and holds nothing about you. Before you allow it, nothing is stored in this browser or sent."),
    h("label", { class: "check" }, recording, " Record what I see and my ratings"),
    notice,
    h("div", { class: "buttons" }, erase, h("button", { type: "button", class: "secondary", onclick: () => dialog.close() }, "Close")),
  );
  dialog.showModal();
}

/** @param {string} former @param {number | null} erased */
function erasureNotice(former, erased) {
  const changed = "You have a new random id, and events that were not sent are deleted.";
  if (erased !== null) return [h("p", { class: "notice" }, `${changed} The server erased ${pluralize(erased, "event")} of your former id.`)];
  return [
    h("p", { class: "notice" }, `${changed} The server did not erase the events of your former id. Ask its operator to erase this id:`),
    h("code", { class: "id" }, former),
  ];
}
