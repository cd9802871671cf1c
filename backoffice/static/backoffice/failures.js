/* Dialogs, rows and the search ask within the page: told when there is no answer, or a bad one. */
import { complaint, noAnswer } from "./request.js";

const told = Object.assign(document.createElement("p"), { className: "bo-banner bo-bad bo-failed" });
told.setAttribute("role", "alert");

function tell(text) {
  told.textContent = text;
  document.body.append(told);
}

document.addEventListener("htmx:beforeSend", () => told.remove());
document.addEventListener("htmx:sendError", ({ detail }) => tell(noAnswer(detail.requestConfig.verb)));
document.addEventListener("htmx:responseError", ({ detail: { xhr, requestConfig } }) => {
  const answer = {
    status: xhr.status,
    contentType: xhr.getResponseHeader("Content-Type"),
    text: xhr.responseText,
    requestId: xhr.getResponseHeader("X-Request-ID"),
  };
  tell(complaint(answer, requestConfig.verb));
});
