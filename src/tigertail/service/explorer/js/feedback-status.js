/** The feedback's state, in sight, and the page on which one reads what is kept and can be forgotten. */

import { h, refill } from "./dom.js";
import { icon } from "./icons.js";
import { capitalize, pluralize } from "./format.js";

/** @typedef {import("./feedback.js").Feedback} Feedback */

/** @param {Feedback} feedback @returns {HTMLElement} */
export function feedbackStatus(feedback) {
  const element = h("p", { class: "saved", role: "status", "aria-live": "polite" });
  const show = () => {
    const [kind, text, title] = statusOf(feedback);
    element.dataset.state = kind;
    element.title = title;
    refill(element, kind === "quiet" ? null : icon(kind === "saved" ? "check" : "wait"), text);
  };
  feedback.addEventListener("change", show);
  show();
  return element;
}

/** Whether a server that is well takes no feedback: it does not say when to come back. @param {import("./api.js").ApiError} trouble */
const storesNoFeedback = (trouble) => trouble.status === 503 && trouble.retryAfter === null;

/** @param {Feedback} feedback @returns {[string, string, string]} */
function statusOf(feedback) {
  const { pending: waiting, lastError: trouble, rejected: refused, droppedCount: dropped, sentCount: sent, persistent: durable } = feedback;
  if (dropped) return ["refused", `${pluralize(dropped, "event")} dropped`, "The server took nothing for so long that this browser ran out of room; the oldest impressions were let go"];
  if (refused) return ["refused", `${pluralize(refused.events, "event")} refused`, `${refused.problem.message}. ${refused.problem.remedy}`];
  if (waiting && !durable) return ["refused", "Not kept", "This browser keeps nothing: what is not sent is lost when the page is closed"];
  if (waiting && trouble && storesNoFeedback(trouble)) return ["off", "Not taken", `${capitalize(trouble.message)}. What you say stays in this browser until it is.`];
  if (waiting && trouble) return ["waiting", `${pluralize(waiting, "event")} will retry`, `${trouble.message}. Kept in this browser, and sent again with the same ids.`];
  if (waiting) return ["sending", "Saving…", ""];
  if (sent) return ["saved", "Saved", `${pluralize(sent, "event")} acknowledged by the server`];
  return ["quiet", "", ""];
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {Feedback} feedback
 */
export function openPrivacyDialog(dialog, feedback) {
  const id = h("code", { class: "id" }, feedback.listener);
  const notice = h("div", { role: "status", "aria-live": "polite" });
  const recording = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox" }));
  recording.checked = feedback.recording;
  recording.addEventListener("change", () => feedback.setRecording(recording.checked));
  const forget = h("button", { type: "button", class: "strong" }, "Forget me");
  forget.addEventListener("click", async () => {
    forget.disabled = true;
    const { former, erased } = await feedback.eraseListener();
    forget.disabled = false;
    refill(id, feedback.listener);
    refill(notice, ...erasureNotice(former, erased));
  });
  refill(
    dialog,
    h("h2", { id: "dialog-title" }, "Your feedback"),
    h("p", {}, "What is shown to you in Tigertail's list, and your thumbs, go to this server and nowhere else, so that the lists can be judged and get better. Each event holds the artist asked about, the artist shown, its rank, the model, the time, the country you look from, if you chose one, and this random id:"),
    h("p", {}, id),
    h("p", {}, "The id is made in this browser and says nothing of you."),
    h("label", { class: "check" }, recording, " Record what I am shown and what I say of it"),
    notice,
    h("div", { class: "buttons" }, forget, h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, "Close")),
  );
  dialog.showModal();
}

/** @param {string} former @param {number | null} erased */
function erasureNotice(former, erased) {
  const changed = "You are somebody else now, and what had not been sent is dropped.";
  if (erased !== null) return [h("p", { class: "notice" }, `${changed} The server erased ${pluralize(erased, "event")} of who you were.`)];
  return [
    h("p", { class: "notice" }, `${changed} The server did not erase what it has under your former id. Whoever runs it can; give them:`),
    h("code", { class: "id" }, former),
  ];
}
