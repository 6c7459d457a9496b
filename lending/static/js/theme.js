/* Says that script runs, shows where one is in the menu, changes the theme without reloading, closes menus left open. */

const root = document.documentElement;
root.classList.add("has-script");

function show(theme) {
  if (theme === "auto") root.removeAttribute("data-bs-theme");
  else root.setAttribute("data-bs-theme", theme);
}

function press(form, chosen) {
  for (const button of form.querySelectorAll(`button[name="${chosen.name}"]`)) {
    button.setAttribute("aria-pressed", String(button === chosen));
  }
}

const here = document.querySelector(".site-nav [aria-current]");
if (here) {
  const list = here.closest("ul");
  list.scrollLeft = here.offsetLeft + here.offsetWidth / 2 - list.clientWidth / 2;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const chosen = event.submitter;
  if (!form.matches("[data-preferences]") || chosen?.name !== "theme") return;
  event.preventDefault();
  show(chosen.value);
  press(form, chosen);
  const body = new FormData(form);
  body.set("theme", chosen.value);
  fetch(form.action, { method: "POST", body, redirect: "manual" });
});

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
