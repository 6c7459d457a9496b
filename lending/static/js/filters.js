/* Filters send themselves: at once when something is chosen, after a pause when one types.
   With data-target only that part of the page changes, and the address follows. */

const PAUSE_MS = 350;
const timers = new WeakMap();

function send(form) {
  const target = form.dataset.target;
  if (!target || !window.htmx || !document.querySelector(target)) {
    form.requestSubmit();
    return;
  }
  const query = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...query]) if (!value) query.delete(name);
  const address = `${form.action.split("?")[0]}?${query}`;
  window.htmx
    .ajax("GET", address, { source: form, target, select: target, swap: "outerHTML" })
    .then(() => history.replaceState(null, "", address));
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-filters]");
  if (form && event.target.type !== "search") send(form);
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-filters][data-target]");
  if (!form || event.target.type !== "search") return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => send(form), PAUSE_MS));
});
