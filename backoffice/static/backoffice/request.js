/* Requests that scripts make, and what is said when one fails. */
import { gettext } from "./words.js";

export const SIGNED_OUT = "signed out";
export const UNREACHABLE = "unreachable";
export const FAILED = "failed";

/* Which of the three it was; what that means to people, the page knows that asked. */
export class RequestFailed extends Error {
  constructor(cause) {
    super(cause);
    this.cause = cause;
  }
}

export async function fetchJson(url, options = {}) {
  try {
    // Whoever is signed out is sent to the form that signs in, which is no answer.
    const response = await fetch(url, { redirect: "manual", ...options });
    const cause = causeOf(response);
    if (cause) throw new RequestFailed(cause);
    return await response.json();
  } catch (error) {
    throw error instanceof RequestFailed ? error : new RequestFailed(UNREACHABLE);
  }
}

/* For what a page asks again and again: that it is open must not keep its user signed in. */
export const askedByItself = (url) => fetchJson(url, { headers: { "X-Unattended": "1" } });

/* Only a fault of the shop itself is told apart: every other refusal may be over in a moment. */
function causeOf({ type, ok, status }) {
  if (type === "opaqueredirect" || status === 403) return SIGNED_OUT;
  if (ok) return "";
  return status === 500 ? FAILED : UNREACHABLE;
}

/* Sent with a request that writes, so that it is done once however often it is sent. */
export const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export const csrfToken = (cookies) => cookies.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] ?? "";

/* What a form holds. Whoever signed in again in another tab has another token than the page was loaded with. */
export function heldBy(form) {
  renewToken(form);
  return new FormData(form);
}

export function renewToken(form) {
  const token = csrfToken(document.cookie);
  const input = form.elements.namedItem("csrfmiddlewaretoken");
  if (token && input) input.value = token;
}

/* What was sent may have been done although no answer came; a dialog's key keeps it from being done again. */
const advice = (verb) =>
  verb === "get" ? gettext("Try again in a moment.") : gettext("Send it again in a moment: nothing is done twice.");

export const noAnswer = (verb) => gettext("The shop cannot be reached. %(advice)s", { advice: advice(verb) });

/* A refusal says itself what to do; whether a fault did something, a dialog's key makes no matter. */
export function complaint({ status, contentType, text, requestId }, verb) {
  if (status < 500 && contentType?.startsWith("text/plain")) return text;
  const told = gettext("The shop could not do this (%(status)s). %(advice)s", { status, advice: advice(verb) });
  return requestId ? `${told} ${gettext("(Request %(id)s)", { id: requestId })}` : told;
}
