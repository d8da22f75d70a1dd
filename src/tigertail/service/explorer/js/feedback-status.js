/** Whether feedback is saved, in a few words beside the list. */

import { h, refill } from "./dom.js";
import { icon } from "./icons.js";
import { capitalize, pluralize } from "./format.js";

/** @typedef {import("./feedback.js").Feedback} Feedback */

/** @param {Feedback} feedback @returns {HTMLElement} */
export function feedbackStatus(feedback) {
  const element = h("p", { class: "feedback-status", role: "status", "aria-live": "polite" });
  const show = () => {
    const [state, text, title] = statusOf(feedback);
    element.dataset.state = state;
    element.title = title;
    refill(element, state === "none" ? null : icon(state === "saved" ? "check" : "wait"), text);
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
  if (droppedCount) return ["failed", `${pluralize(droppedCount, "event")} dropped`, "The server accepted no feedback for so long that this browser ran out of space. The oldest impressions were deleted."];
  if (rejected) return ["failed", `${pluralize(rejected.events, "event")} rejected`, `${rejected.error.message}. ${rejected.error.remedy}`];
  if (pending) return pendingStatus(feedback);
  if (sentCount) return ["saved", "Saved", `${pluralize(sentCount, "event")} acknowledged by the server`];
  return ["none", "", ""];
}

/** @param {Feedback} feedback @returns {[string, string, string]} */
function pendingStatus({ pending, lastError, persistent }) {
  if (!persistent) return ["failed", "Not saved", "This browser blocks storage: events that are not sent are lost when the page is closed."];
  if (!lastError) return ["sending", "Saving…", ""];
  if (isOff(lastError)) return ["off", "Not sent", `${capitalize(lastError.message)}. Your feedback stays in this browser until the server stores it.`];
  return ["waiting", `${pluralize(pending, "event")} to retry`, `${capitalize(lastError.message)}. Stored in this browser, and sent again with the same ids.`];
}
