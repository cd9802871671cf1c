/* What a bar chart says of the column under the pointer, or of the one that the arrow keys have come to.
   Its numbers are those of the table that it has for screen readers. */

for (const chart of document.querySelectorAll("[data-chart]")) start(chart);

function start(chart) {
  const plot = chart.querySelector("[data-plot]");
  const tip = chart.querySelector("[data-tip]");
  const told = chart.querySelector("[data-told]");
  const columns = [...chart.querySelectorAll("[data-column]")];
  const rows = [...chart.querySelectorAll("tbody tr")];
  const titles = [...chart.querySelectorAll("thead th")].slice(1).map((cell) => cell.textContent);
  let chosen = -1;

  // The browser would show them beside ours.
  for (const title of chart.querySelectorAll("title")) title.remove();

  function show(place) {
    columns[chosen]?.classList.remove("bo-chosen");
    chosen = place;
    tip.hidden = place < 0;
    if (place < 0) return;
    columns[place].classList.add("bo-chosen");
    const [label, ...values] = [...rows[place].cells].map((cell) => cell.textContent);
    tip.replaceChildren(line("small", label), ...values.map((value, n) => pair(titles[n], value, n)));
    const middle = (place + 0.5) / columns.length;
    tip.style.setProperty("--bo-at", `${middle * 100}%`);
    tip.classList.toggle("bo-chart-left", middle > 0.5);
  }

  function tell() {
    told.textContent = [...rows[chosen].cells].map((cell, n) => (n > 1 ? `${titles[n - 1]} ` : "") + cell.textContent).join(", ");
  }

  plot.addEventListener("pointermove", (event) => {
    const box = plot.getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * columns.length);
    const within = Math.min(Math.max(place, 0), columns.length - 1);
    if (within !== chosen) show(within);
  });
  plot.addEventListener("pointerleave", () => show(-1));
  plot.addEventListener("blur", () => show(-1));
  plot.addEventListener("focus", () => {
    if (plot.matches(":focus-visible")) show(columns.length - 1);
  });
  plot.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: chosen - 1, ArrowRight: chosen + 1, Home: 0, End: columns.length - 1 };
    if (event.key === "Escape") show(-1);
    if (!(event.key in moves)) return;
    event.preventDefault();
    show(Math.min(Math.max(moves[event.key], 0), columns.length - 1));
    tell();
  });
}

function line(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

function pair(title, value, place) {
  const row = document.createElement("span");
  if (place) row.className = "bo-chart-was";
  row.append(line("span", title), line("b", value));
  return row;
}
