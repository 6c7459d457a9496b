/* The bar of dates: a calendar for both days at once (cally), and an end never before its start. */

const CALLY = document.getElementById("dates-script")?.dataset.cally;

function field(form, name) {
  return form.querySelector(`[name="${name}"]`);
}

function keepOrder(form) {
  const start = field(form, "start_date");
  const end = field(form, "end_date");
  end.min = start.value;
  if (start.value && (!end.value || end.value < start.value)) end.value = start.value;
}

function arrow(slot, words, sign) {
  return `<span slot="${slot}" aria-label="${words}">${sign}</span>`;
}

async function buildCalendar(form) {
  await import(CALLY);
  const wide = matchMedia("(min-width: 48rem)").matches;
  const months = wide ? 2 : 1;
  const panel = document.createElement("div");
  panel.className = "dates-calendar";
  panel.innerHTML =
    `<calendar-range months="${months}" locale="${document.documentElement.lang}" first-day-of-week="1">` +
    arrow("previous", form.dataset.previous, "‹") +
    arrow("next", form.dataset.next, "›") +
    `<div class="months"><calendar-month></calendar-month>${wide ? '<calendar-month offset="1"></calendar-month>' : ""}</div>` +
    "</calendar-range>";
  const calendar = panel.firstElementChild;
  const [start, end] = [field(form, "start_date"), field(form, "end_date")];
  if (start.value && end.value) calendar.setAttribute("value", `${start.value}/${end.value}`);
  calendar.addEventListener("change", () => {
    [start.value, end.value] = calendar.value.split("/");
    for (const changed of [start, end]) changed.dispatchEvent(new Event("change", { bubbles: true }));
  });
  form.append(panel);
  return panel;
}

const NARROW = matchMedia("(max-width: 40rem)");

function say(opener, words, short) {
  opener.textContent = NARROW.matches ? short : words;
  opener.setAttribute("aria-label", words);
}

function enhance(form) {
  field(form, "start_date").addEventListener("change", () => keepOrder(form));
  field(form, "end_date").min = field(form, "start_date").value;
  if (!CALLY || form.querySelector("[data-open-calendar]")) return;
  const opener = document.createElement("button");
  opener.type = "button";
  opener.className = "btn btn-secondary";
  opener.dataset.openCalendar = "";
  opener.setAttribute("aria-expanded", "false");
  say(opener, form.dataset.open, form.dataset.short ?? form.dataset.open);
  let panel = null;
  opener.addEventListener("click", async () => {
    panel ??= await buildCalendar(form);
    const open = opener.getAttribute("aria-expanded") !== "true";
    panel.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    say(opener, open ? form.dataset.close : form.dataset.open, form.dataset.short ?? form.dataset.open);
    if (open) panel.firstElementChild.focus?.();
  });
  form.querySelector(".dates-go").prepend(opener);
}

document.querySelectorAll("form[data-dates]").forEach(enhance);
document.addEventListener("htmx:load", (event) => event.target.querySelectorAll("form[data-dates]").forEach(enhance));
