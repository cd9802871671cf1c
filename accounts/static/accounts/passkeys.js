/* Passkeys: asks the browser to make or to show one, and sends what it answers with the form.

   A form says where its options are: [data-options] is an address, [data-options-in] an element of the page. Where the
   browser has no passkeys the forms stay hidden, and what says so is shown instead. */
import { fetchJson } from "../backoffice/request.js";

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const known = (list = []) => list.map((each) => ({ ...each, id: bytes(each.id) }));

async function made({ publicKey }) {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials),
    },
  });
  return answered(credential, { attestationObject: text(credential.response.attestationObject) });
}

async function shown({ publicKey }) {
  const credential = await navigator.credentials.get({
    publicKey: { ...publicKey, challenge: bytes(publicKey.challenge) },
  });
  const { authenticatorData, signature, userHandle } = credential.response;
  return answered(credential, {
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle && text(userHandle),
  });
}

const answered = ({ id, rawId, type, response }, parts) => ({
  id,
  rawId: text(rawId),
  type,
  response: { clientDataJSON: text(response.clientDataJSON), ...parts },
});

const optionsOf = ({ dataset }) => dataset.options
  ? fetchJson(dataset.options)
  : JSON.parse(document.getElementById(dataset.optionsIn).textContent);

async function ask(form) {
  const failed = form.querySelector("[data-failed]");
  failed.hidden = true;
  try {
    const options = await optionsOf(form);
    const answer = await (form.dataset.passkey === "make" ? made : shown)(options);
    (form.elements.passkey_state ?? form.elements.state).value = options.state;
    form.elements.answer.value = JSON.stringify(answer);
    form.submit();
  } catch {
    failed.hidden = false;
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form);
    });
  }
  for (const element of document.querySelectorAll("[data-no-passkeys]")) element.hidden = true;
}
