/* A letter's frame is as high as the letter. */
window.addEventListener("load", () => {
  const frame = document.querySelector("iframe.bo-letter");
  const letter = frame?.contentDocument?.documentElement;
  if (!letter) return;
  frame.style.height = "0";
  frame.style.height = `${letter.scrollHeight + 2}px`;
});
