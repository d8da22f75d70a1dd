/** Whether feedback is saved, in a few words beside the list. */

import { h, refill } from "./dom.js";
import { icon } from "./icons.js";
import { text } from "./language.js";

/** @typedef {import("./feedback.js").Feedback} Feedback */

/** @param {Feedback} feedback @returns {HTMLElement} */
export function feedbackStatus(feedback) {
  const element = h("p", { class: "feedback-status", role: "status", "aria-live": "polite" });
  const show = () => {
    const [state, label, title] = statusOf(feedback);
    element.dataset.state = state;
    element.title = title;
    refill(element, state === "none" ? null : icon(state === "saved" ? "check" : "wait"), label);
  };
  feedback.addEventListener("change", show);
  show();
  return element;
}

/** Whether feedback is switched off: an overloaded server says when to retry. @param {import("./api.js").ApiError} error */
const isOff = (error) => error.status === 503 && error.retryAfter === null;

/** @param {Feedback} feedback @returns {[string, string, string]} State, text and title. */
function statusOf(feedback) {
  const { pending, rejected, droppedCount, sentCount } = feedback;
  if (droppedCount) return ["failed", text("feedback.dropped", { n: droppedCount }), text("feedback.dropped.reason")];
  if (rejected) return ["failed", text("feedback.rejected", { n: rejected.events }), text("feedback.rejected.reason")];
  if (pending) return pendingStatus(feedback);
  if (sentCount) return ["saved", text("feedback.saved"), text("feedback.saved.count", { n: sentCount })];
  return ["none", "", ""];
}

/** @param {Feedback} feedback @returns {[string, string, string]} */
function pendingStatus({ pending, lastError, persistent }) {
  if (!persistent) return ["failed", text("feedback.notSaved"), text("feedback.notSaved.reason")];
  if (!lastError) return ["sending", text("feedback.saving"), ""];
  if (isOff(lastError)) return ["off", text("feedback.off"), text("feedback.off.reason")];
  return ["waiting", text("feedback.waiting", { n: pending }), text("feedback.waiting.reason")];
}
