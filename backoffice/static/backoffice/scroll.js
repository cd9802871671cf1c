/* What is wider than its place is moved by the arrow keys too, once Tab has led there. */
const follow = new ResizeObserver((changed) => {
  for (const { target } of changed) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const box of document.querySelectorAll(".bo-scroll")) follow.observe(box);
