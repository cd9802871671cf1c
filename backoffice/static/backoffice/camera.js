/* Scanning with the camera, in [data-camera], where the browser reads bar codes. A code goes the way of one from a
   scanner: it is written into a field, and Enter is pressed. The field is the one of [data-scans] that was last in
   use, else the first. */
import { Readings } from "./readings.js";
import { gettext } from "./words.js";

const LOOK_EVERY = 120;
const FLASH_FOR = 250;
const place = document.querySelector("[data-camera]");
const fields = () => [...document.querySelectorAll("[data-scans]")];
const part = (name) => place.querySelector(`[data-camera-${name}]`);
let inUse, stream, sound, clock;

async function canRead() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return false;
  return (await BarcodeDetector.getSupportedFormats()).length > 0;
}

function say(text) {
  part("says").textContent = text;
}

function why({ name }) {
  if (name === "NotAllowedError") {
    return gettext("The camera may not be used. Allow it for this page in the browser, or type the code.");
  }
  if (name === "NotFoundError") return gettext("No camera was found. Type the code, or use a scanner.");
  return gettext("The camera does not answer; perhaps another program uses it. Type the code meanwhile.");
}

/* While the camera looks, fields that it writes into need no keyboard on the screen. */
function withKeyboard(isWanted) {
  for (const field of fields()) {
    if (isWanted) field.removeAttribute("inputmode");
    else field.inputMode = "none";
  }
}

async function open() {
  say("");
  part("open").hidden = true;
  part("view").hidden = false;
  // Made within the click, without which browsers keep quiet.
  sound ??= new AudioContext();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  } catch (error) {
    close();
    say(why(error));
    return;
  }
  if (part("view").hidden) return close();
  const video = place.querySelector("video");
  video.srcObject = stream;
  withKeyboard(false);
  say(gettext("Hold a bar code in front of the camera."));
  look(video, new BarcodeDetector(), new Readings());
}

function look(video, detector, readings) {
  clock = setTimeout(async () => {
    // A picture that cannot be read is followed by another.
    const found = await detector.detect(video).catch(() => []);
    if (!stream) return;
    readings.see(found.map(({ rawValue }) => rawValue), performance.now()).forEach(take);
    if (stream) look(video, detector, readings);
  }, LOOK_EVERY);
}

function close() {
  clearTimeout(clock);
  stream?.getTracks().forEach((track) => track.stop());
  stream = undefined;
  place.querySelector("video").srcObject = null;
  part("view").hidden = true;
  part("open").hidden = false;
  withKeyboard(true);
  say("");
}

function confirm() {
  navigator.vibrate?.(60);
  place.toggleAttribute("data-flash", true);
  setTimeout(() => place.toggleAttribute("data-flash", false), FLASH_FOR);
  const tone = sound.createOscillator();
  const volume = sound.createGain();
  volume.gain.value = 0.1;
  tone.frequency.value = 1200;
  tone.connect(volume).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.08);
}

const pressEnter = (field) =>
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));

function take(code) {
  confirm();
  say(code);
  const field = inUse?.isConnected ? inUse : fields()[0];
  const typing = document.activeElement;
  // What was typed beside it, such as a count, is done first.
  if (typing !== field && typing.matches("input[data-entered]") && typing.value.trim()) pressEnter(typing);
  field.value = code;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if (pressEnter(field)) field.form.requestSubmit();
}

document.addEventListener("focusin", ({ target }) => { if (target.matches("[data-scans]")) inUse = target; });
part("open").addEventListener("click", open);
part("close").addEventListener("click", () => {
  close();
  part("open").focus();
});
window.addEventListener("pagehide", close);
document.addEventListener("visibilitychange", () => { if (document.hidden) close(); });

canRead().then((isThere) => { place.hidden = !isThere; }, () => {});
