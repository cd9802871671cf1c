/* Recovery codes: copied, printed, or kept as a file that the page itself makes. */
const buttons = document.querySelector("[data-with-codes]");
const codes = [...document.querySelectorAll("[data-codes] code")].map(({ textContent }) => textContent);
const asText = `${codes.join("\n")}\n`;

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([asText], { type: "text/plain" }));
  link.download = buttons.dataset.fileName;
  link.click();
  URL.revokeObjectURL(link.href);
}

async function copy() {
  await navigator.clipboard.writeText(asText);
  buttons.querySelector("[data-copied]").hidden = false;
}

buttons.hidden = false;
// Browsers let pages copy by https and on this machine alone.
buttons.querySelector("[data-copy]").hidden = !navigator.clipboard;
buttons.querySelector("[data-copy]").addEventListener("click", copy);
buttons.querySelector("[data-print]").addEventListener("click", () => window.print());
buttons.querySelector("[data-download]").addEventListener("click", download);
