/* Choosing files: a chosen or dropped file is sent at once, and the form says how far that is. */
import { askedByItself, heldBy, newKey } from "../backoffice/request.js";
import * as progress from "./progress.js";

function tell(form, text, { isBad = false, share = null } = {}) {
  const isUnderway = Boolean(text) && !isBad;
  const bar = form.querySelector("progress");
  const words = form.querySelector(".bo-progress span");
  bar.hidden = !isUnderway;
  if (share === null) bar.removeAttribute("value");
  else bar.value = share;
  words.textContent = text;
  words.className = isBad ? "bo-bad" : "";
  form.toggleAttribute("data-sending", isUnderway);
}

const rowsRead = (form, upload) =>
  askedByItself(`${form.dataset.upload}?${new URLSearchParams({ upload })}`).then((answer) => answer?.rows ?? 0, () => 0);

/* In form[data-upload], which reports the rows that were read so far. */
class Upload {
  constructor(form, input) {
    this.form = form;
    this.input = input;
    this.file = input.files[0];
    this.key = newKey();
    this.request = new XMLHttpRequest();
  }

  send() {
    const content = heldBy(this.form);
    content.set("upload", this.key);
    this.request.upload.addEventListener("progress", ({ loaded, total }) => this.tellSent(loaded / total));
    this.request.upload.addEventListener("load", () => this.watchReading());
    this.request.addEventListener("error", () => this.stop(progress.notArrived()));
    this.request.addEventListener("load", () => this.open());
    this.request.open("POST", this.form.action);
    this.request.responseType = "json";
    this.request.setRequestHeader("Accept", "application/json");
    tell(this.form, progress.sending(this.file), { share: 0 });
    this.request.send(content);
  }

  tellSent(share) {
    tell(this.form, progress.sending(this.file, share), { share });
  }

  watchReading() {
    const began = Date.now();
    tell(this.form, progress.reading(this.file));
    this.clock = setInterval(async () => {
      const rows = await rowsRead(this.form, this.key);
      const seconds = Math.round((Date.now() - began) / 1000);
      if (this.request.readyState !== XMLHttpRequest.DONE) tell(this.form, progress.readingSince(this.file, rows, seconds));
    }, 1000);
  }

  open() {
    clearInterval(this.clock);
    const { responseURL, status, response } = this.request;
    if (responseURL.includes("/login/")) return this.stop(progress.signedOut());
    if (status !== 200 || !response) return this.stop(progress.notTaken(status));
    if (response.refused) return this.stop(response.refused);
    tell(this.form, progress.opening());
    window.location.assign(response.url);
  }

  stop(text) {
    clearInterval(this.clock);
    // Emptied, so that the same file can be chosen again once it is mended.
    this.input.value = "";
    tell(this.form, text, { isBad: true });
  }
}

/* form[data-send-chosen] reports nothing, and is sent like any other form. */
document.addEventListener("change", ({ target }) => {
  const form = target.closest("form[data-upload], form[data-send-chosen]");
  if (!form || target.type !== "file" || !target.files.length) return;
  const refusal = progress.tooLarge(target.files[0], Number(target.dataset.most));
  if (refusal) {
    target.value = "";
    tell(form, refusal, { isBad: true });
  } else if ("upload" in form.dataset) {
    if (!form.hasAttribute("data-sending")) new Upload(form, target).send();
  } else {
    tell(form, progress.reading(target.files[0]));
    form.requestSubmit();
  }
});

// Unfold would look for the text field of its own widget beside each file field that is not marked so.
for (const input of document.querySelectorAll(".bo-drop [type=file]")) input.hasChangeListener = true;

/* Gone back to, a form is as it was; what the shop has just refused stays told. */
window.addEventListener("pageshow", ({ persisted }) => {
  for (const form of document.querySelectorAll("form[data-upload], form[data-send-chosen]")) {
    form.reset();
    if (persisted) tell(form, "");
  }
});
