/** The dialog that explains what feedback is stored, and lets a listener stop or erase it. */

import { h, refill } from "./dom.js";
import { text } from "./language.js";

/**
 * @param {HTMLDialogElement} dialog
 * @param {import("./feedback.js").Feedback} feedback
 */
export function openPrivacyDialog(dialog, feedback) {
  const id = h("code", { class: "id", dir: "ltr" }, feedback.listener);
  const notice = h("div", { role: "status", "aria-live": "polite" });
  const recording = h("input", { type: "checkbox" });
  recording.checked = feedback.recording;
  recording.addEventListener("change", () => feedback.consent.answerWith(recording.checked));
  const erase = h("button", { type: "button", class: "primary" }, text("privacy.erase"));
  erase.addEventListener("click", async () => {
    erase.disabled = true;
    const { former, erased } = await feedback.eraseListener();
    erase.disabled = false;
    refill(id, feedback.listener);
    refill(notice, ...erasureNotice(former, erased));
  });
  refill(
    dialog,
    h("h2", { id: "dialog-title" }, text("page.feedback")), // the name of the dialog (index.html)
    h("p", {}, text("privacy.lead")),
    h("p", {}, id),
    h("p", {}, text("privacy.id")),
    h("label", { class: "check" }, recording, " ", text("privacy.record")),
    notice,
    h("div", { class: "buttons" }, erase, h("button", { type: "button", class: "secondary", onclick: () => dialog.close() }, text("privacy.close"))),
  );
  dialog.showModal();
}

/**
 * @param {string} former  The listener id until now.
 * @param {number | null} erased  Events that the server erased; null if it did not: then its operator needs the id.
 */
function erasureNotice(former, erased) {
  const changed = text("privacy.changed");
  if (erased !== null) return [h("p", { class: "notice" }, `${changed} ${text("privacy.erased", { n: erased })}`)];
  return [
    h("p", { class: "notice" }, `${changed} ${text("privacy.notErased")}`),
    h("code", { class: "id", dir: "ltr" }, former),
  ];
}
