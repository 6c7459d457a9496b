/* Forms: sent once, asked again before what matters, errors found by the keyboard. */

const CONFIRM_MS = 8000;

function askFirst(form, button) {
  const words = button.querySelector("span") ?? button;
  const before = words.textContent;
  form.dataset.asked = "yes";
  words.textContent = form.dataset.confirm;
  button.classList.add("btn-danger");
  setTimeout(() => {
    delete form.dataset.asked;
    words.textContent = before;
    button.classList.remove("btn-danger");
  }, CONFIRM_MS);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  // The pages that were kept for this person are not for the next one.
  if (form.hasAttribute("data-forget-pages")) window.caches?.delete("treteau-sheets");
  if (form.dataset.confirm && !form.dataset.asked && event.submitter) {
    event.preventDefault();
    askFirst(form, event.submitter);
    return;
  }
  if (!form.hasAttribute("data-once")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.classList.add("is-sending");
});

// A page taken from the browser's memory may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelectorAll(".is-sending").forEach((button) => button.classList.remove("is-sending"));
  }
});

// A file that the server would refuse for its size is not sent first.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.dataset?.mostBytes) return;
  field.parentElement.querySelector(".field-error")?.remove();
  field.removeAttribute("aria-invalid");
  if (![...(field.files ?? [])].some((file) => file.size > Number(field.dataset.mostBytes))) return;
  const told = document.createElement("p");
  told.className = "field-error";
  told.setAttribute("role", "alert");
  told.textContent = field.dataset.tooLarge;
  field.before(told);
  field.setAttribute("aria-invalid", "true");
  field.value = "";
});

document.querySelector("[data-focus]")?.focus();
