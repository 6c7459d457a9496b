/* Lists for quick hands: j and k move between rows, Enter opens, / goes to the search.
   The shortcuts can be turned off, and never act while somebody types. */

const OFF = "treteau-shortcuts-off";
const typing = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";

function isOff() {
  try {
    return localStorage.getItem(OFF) === "yes";
  } catch {
    return false;
  }
}

function rows() {
  return [...document.querySelectorAll("[data-rows] > tbody > tr, ul[data-rows] > li, ol[data-rows] > li")].filter(
    (row) => row.querySelector("a, button"),
  );
}

function enter(row) {
  const link = row.querySelector("[data-row-link]") ?? row.querySelector("a, button");
  link.focus();
  row.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const here = all.findIndex((row) => row.contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
  enter(all[next]);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isOff()) return;
  if (event.target.matches(typing)) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "/") document.querySelector("[data-search]")?.focus();
  else return;
  if (event.key !== "/" || document.querySelector("[data-search]")) event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  for (const row of document.querySelectorAll(".is-current")) row.classList.remove("is-current");
  event.target.closest("[data-rows] > tbody > tr, [data-rows] > li")?.classList.add("is-current");
});

function showToggle() {
  for (const toggle of document.querySelectorAll("[data-keys-toggle]")) {
    toggle.textContent = isOff() ? toggle.dataset.on : toggle.dataset.off;
    toggle.setAttribute("aria-pressed", String(isOff()));
  }
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-keys-toggle]")) return;
  try {
    localStorage.setItem(OFF, isOff() ? "no" : "yes");
  } catch {
    return;
  }
  showToggle();
});
showToggle();
