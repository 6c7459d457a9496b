/* Gives number fields their − and + and says at once when more is wanted than is free. */

function button(sign, words, input, change) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "stepper-button";
  made.textContent = sign;
  made.setAttribute("aria-label", words);
  made.setAttribute("aria-controls", input.id);
  made.addEventListener("click", () => {
    change();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return made;
}

function tell(stepper, input) {
  const free = stepper.dataset.free;
  const over = free !== undefined && Number(input.value) > Number(free);
  const says = stepper.querySelector(".stepper-says");
  stepper.classList.toggle("is-over", over);
  const words = over ? stepper.dataset.over.replace("{free}", free) : "";
  if (says.textContent.trim() !== words) says.textContent = words;
}

function enhance(stepper) {
  const input = stepper.querySelector("input");
  if (stepper.classList.contains("has-buttons") || !input) return;
  const name = stepper.querySelector("label")?.textContent ?? "";
  input.before(button("−", `${stepper.dataset.less}, ${name}`, input, () => input.stepDown()));
  input.after(button("+", `${stepper.dataset.more}, ${name}`, input, () => input.stepUp()));
  stepper.classList.add("has-buttons");
  input.addEventListener("input", () => tell(stepper, input));
  tell(stepper, input);
}

function enhanceAll(within) {
  within.querySelectorAll("[data-stepper]").forEach(enhance);
}

enhanceAll(document);
document.addEventListener("htmx:load", (event) => enhanceAll(event.target));
