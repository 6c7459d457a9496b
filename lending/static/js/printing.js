// A button that prints the page; on paper, what is folded is unfolded.
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());

let unfolded = [];
window.addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details.fold:not([open])")];
  for (const fold of unfolded) fold.open = true;
});
window.addEventListener("afterprint", () => {
  for (const fold of unfolded) fold.open = false;
});
