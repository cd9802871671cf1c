/* On narrow screens tabs scroll: show the chosen one. */
window.addEventListener("load", () => {
  const tabs = document.getElementById("tabs-items");
  const chosen = tabs?.querySelector(".active");
  if (chosen) tabs.scrollLeft = chosen.offsetLeft - (tabs.clientWidth - chosen.offsetWidth) / 2;
});
