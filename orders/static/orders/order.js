/* The page of one order: its neighbours by key, and a comment that is sent by Ctrl+Enter. */
import { bind } from "../backoffice/shortcuts.js";
import "./copy.js";

const press = (selector) => () => document.querySelector(selector)?.click();

bind({ j: press(".bo-top [rel=next]"), k: press(".bo-top [rel=prev]") });

document.addEventListener("keydown", (event) => {
  const isSent = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (isSent && event.target.matches(".bo-comment-box textarea")) event.target.form.requestSubmit();
});
