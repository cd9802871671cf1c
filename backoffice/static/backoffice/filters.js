/* Filters above a table: choosing in a field of [data-submit-on-change] shows the rows at once. */
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-submit-on-change]")) target.form?.requestSubmit();
});
