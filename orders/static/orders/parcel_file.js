/* The carrier's file, in [data-parcels]: looked at as soon as it is chosen. */
const forms = document.querySelectorAll("[data-parcels]");

for (const form of forms) {
  const input = form.querySelector("[type=file]");
  // Unfold would look for the text field of its own widget beside each file field that is not marked so.
  input.hasChangeListener = true;
  input.addEventListener("change", () => { if (input.files.length) form.requestSubmit(); });
}

window.addEventListener("pageshow", () => { for (const form of forms) form.reset(); });
