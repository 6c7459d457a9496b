/* Buttons that copy a field, and fields that are selected whole when somebody goes there. */

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    /* Without the permission, or without https: what is selected can still be copied by hand. */
    if (!document.execCommand("copy")) return;
  }
  button.querySelector("[role=status]").textContent = button.dataset.done;
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-select]")) event.target.select();
});
