/* Sheets to print. */
document.querySelector("[data-print]").addEventListener("click", () => window.print());
