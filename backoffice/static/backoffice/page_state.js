/* The state of a page, which Unfold calls its theme. Its colours may be those that first.js has chosen already: a name
   by itself would be put beside them, and never be taken away. */
/* exported pageState */
function pageState() {
  const state = theme();
  const chosen = state.themeBindings["x-bind:class"];
  state.themeBindings["x-bind:class"] = function () {
    return { dark: chosen.call(this) === "dark" };
  };
  return state;
}
