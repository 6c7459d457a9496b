/* The dispatchers' board under the mouse: the day drawn over its hours, tasks dragged from lane to
   lane, out of the basket and back. A drop sends the form that "Move…" leads to; without this
   script, by touch and by keyboard that form does the same. */

const STEP = 5; // minutes to which a drop is rounded
const FAR = 6; // pixels after which a press is a drag
const board = () => document.querySelector("[data-rounds]");
const words = (name) => board().dataset[name] ?? "";

// ---- The day over its hours ---------------------------------------------------------------------

const make = (tag, className, text = "") => {
  const made = document.createElement(tag);
  made.className = className;
  if (text) made.textContent = text;
  return made;
};

const place = (element, from, to, [first, last]) => {
  const whole = (last - first) * 60;
  element.style.left = `${(100 * (from - first * 60)) / whole}%`;
  element.style.width = `${(100 * (to - from)) / whole}%`;
};

function drawCard(card, hours) {
  const drawn = make(card.dataset.move ? "a" : "span", `tl-card ${card.className}`);
  drawn.dataset.for = card.id;
  if (card.dataset.move) drawn.href = card.querySelector(".task-actions a").href;
  drawn.draggable = false;
  const summary = card.querySelector("summary");
  drawn.append(summary.querySelector(".task-what .icon").cloneNode(true));
  const pin = summary.querySelector(".task-pin .icon");
  if (pin) drawn.append(pin.cloneNode(true));
  drawn.append(make("span", "tl-for", card.dataset.for));
  const told = summary.innerText.replace(/\s+/g, " ").trim();
  drawn.title = told;
  drawn.setAttribute("aria-label", card.dataset.move ? `${told}. ${words("move")}` : told);
  place(drawn, Number(card.dataset.from), Number(card.dataset.to), hours);
  return drawn;
}

function drawLane(lane, hours) {
  const row = make("div", "tl-row");
  row.classList.add(...[...lane.classList].filter((name) => name.startsWith("crew-")));
  row.append(make("div", "tl-name", lane.dataset.name));
  const track = make("div", "tl-track");
  for (const name of ["crew", "day", "name"]) track.dataset[name] = lane.dataset[name];
  track.dataset.track = "";
  if ("open" in lane.dataset) track.dataset.open = "";
  if (lane.dataset.from) {
    const shift = make("div", "tl-shift");
    place(shift, Number(lane.dataset.from), Number(lane.dataset.to), hours);
    track.append(shift);
  }
  for (const piece of lane.querySelectorAll("[data-piece]")) {
    const drawn = make("div", `tl-piece tl-${piece.dataset.piece}`);
    drawn.title = piece.innerText.replace(/\s+/g, " ").trim();
    place(drawn, Number(piece.dataset.from), Number(piece.dataset.to), hours);
    track.append(drawn);
  }
  for (const card of lane.querySelectorAll("[data-task]")) track.append(drawCard(card, hours));
  row.append(track);
  return row;
}

function draw() {
  const timeline = document.querySelector("[data-timeline]");
  if (!timeline) return;
  const hours = board().dataset.hours.split(" ").map(Number);
  const scale = make("div", "tl-hours");
  scale.setAttribute("aria-hidden", "true");
  for (let hour = hours[0]; hour < hours[1]; hour += 1) {
    const mark = make("span", "", words("hour").replace("0", String(hour % 24)));
    place(mark, hour * 60, (hour + 1) * 60, hours);
    scale.append(mark);
  }
  const head = make("div", "tl-row tl-head");
  head.append(make("div", "tl-name"), scale);
  timeline.style.setProperty("--hours", String(hours[1] - hours[0]));
  const lanes = [...document.querySelectorAll("[data-lane]")].map((lane) => drawLane(lane, hours));
  const inner = make("div", "tl-in");
  inner.append(head, ...lanes);
  timeline.replaceChildren(inner);
  timeline.hidden = false;
}

// ---- Telling and sending ------------------------------------------------------------------------

function tell(text, tone) {
  const notice = make("div", `notice notice-${tone} told`);
  notice.append(make("p", "", text));
  document.querySelector("#told").replaceChildren(notice);
}

/** Put the board of an answer in the place of this one; the region that tells stays the same. */
function show(page) {
  const told = document.querySelector("#told");
  const said = [...(page.querySelector("#told")?.childNodes ?? [])];
  const flashes = page.querySelector("#flashes");
  for (const id of ["basket", "rounds-board"]) {
    const old = document.getElementById(id);
    const now = page.getElementById(id);
    if (!old || !now) return false;
    if (id === "rounds-board") now.querySelector("#told").replaceWith(told);
    old.replaceWith(now);
  }
  told.replaceChildren(...said);
  document.dispatchEvent(new Event("rounds:shown"));
  if (flashes) document.querySelector("#flashes")?.replaceChildren(...flashes.childNodes);
  draw();
  return true;
}

async function send(address, fields) {
  const body = new URLSearchParams(fields);
  body.set("csrf_token", document.querySelector("input[name=csrf_token]").value);
  board().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && show(page)) return true;
    const found = [...page.querySelectorAll(".error-summary li, .field-error")];
    const why = new Set(found.map((each) => each.textContent.trim().replace(/\s+/g, " ")));
    tell([...why].join(" ") || words("failed"), "bad");
  } catch {
    tell(words("failed"), "bad");
  } finally {
    board().removeAttribute("aria-busy");
  }
  return false;
}

const back = () => ({ vue: board().dataset.vue, shown: board().dataset.shown });

async function drop(card, target) {
  const [task, { pin }] = [card.dataset.task, card.dataset];
  let sent;
  if (target.basket) {
    sent = await send(card.dataset.out, back());
  } else {
    const { crew, day } = target.element.dataset;
    const fields = { crew_id: crew, day, pin: pin && pin !== "none" ? pin : "crew", ...back() };
    if (target.minute !== undefined) fields.starts = clock(target.minute);
    else if (fields.pin === "time") fields.pin = "crew";
    sent = await send(card.dataset.move, fields);
  }
  if (sent) document.getElementById(`tache-${task}`)?.querySelector("summary")?.focus();
}

const clock = (minute) =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":");

// ---- Dragging -----------------------------------------------------------------------------------

let drag = null;

/** What lies under the pointer, and at which minute the task would begin there. */
function targetAt(x, y) {
  const under = document.elementFromPoint(x, y);
  if (under?.closest("[data-basket]") && drag.card.dataset.out) {
    return { basket: true, element: under.closest("[data-basket]") };
  }
  const track = under?.closest("[data-track][data-open]");
  if (track) {
    const [first, last] = board().dataset.hours.split(" ").map(Number);
    const box = track.getBoundingClientRect();
    const at = first * 60 + ((x - drag.grip - box.left) / box.width) * (last - first) * 60;
    const minute = Math.max(first * 60, Math.round(at / STEP) * STEP);
    return minute < 1440 ? { element: track, minute } : null;
  }
  const cell = under?.closest("[data-lane][data-open]");
  return cell && !document.querySelector("[data-timeline]") ? { element: cell } : null;
}

function begin() {
  drag.ghost = make("div", "drag-ghost");
  drag.ghost.append(make("strong", ""), make("span", "", drag.label));
  document.body.append(drag.ghost);
  document.documentElement.classList.add("is-dragging");
  drag.source.classList.add("is-dragged");
}

function follow(event) {
  drag.target?.element.classList.remove("is-target");
  drag.target = targetAt(event.clientX, event.clientY);
  drag.target?.element.classList.add("is-target");
  drag.ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 12}px)`;
  const { target } = drag;
  let where = "";
  if (target?.basket) where = words("out");
  else if (target) {
    where = target.element.dataset.name;
    if (target.minute !== undefined) where = `${clock(target.minute)}, ${where}`;
  }
  drag.ghost.firstChild.textContent = where;
}

function end() {
  drag.ghost?.remove();
  drag.target?.element.classList.remove("is-target");
  drag.source.classList.remove("is-dragged");
  document.documentElement.classList.remove("is-dragging");
  drag = null;
}

document.addEventListener("pointerdown", (event) => {
  // A finger scrolls; it moves tasks by the form.
  if (event.button !== 0 || event.pointerType === "touch" || !board()) return;
  const source = event.target.closest(".tl-card, [data-task] > summary");
  if (!source) return;
  const card = source.dataset.for
    ? document.getElementById(source.dataset.for)
    : source.closest("[data-task]");
  if (!card.dataset.move) return;
  const grip = source.dataset.for ? event.clientX - source.getBoundingClientRect().left : 0;
  const label = `${card.dataset.name}, ${card.dataset.for}`;
  drag = { card, source, grip, label, x: event.clientX, y: event.clientY };
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  if (!drag.ghost) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR) return;
    begin();
  }
  event.preventDefault();
  follow(event);
});

document.addEventListener("pointerup", () => {
  if (!drag) return;
  const { card, ghost, source, target } = drag;
  end();
  if (!ghost) return;
  // The click that follows a drag opens nothing.
  const still = (click) => click.preventDefault();
  source.addEventListener("click", still);
  setTimeout(() => source.removeEventListener("click", still), 0);
  const stays = target?.element.contains(source) && target.minute === undefined;
  if (target && !stays) drop(card, target);
});

document.addEventListener("pointercancel", () => drag && end());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag) end();
});
document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.(".tl-card")) event.preventDefault();
});

// ---- The small forms of cards, without leaving the place -------------------------------------------

document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    if (!form.closest("#rounds-board, #basket") || !form.action.includes("/planification/taches/")) return;
    event.preventDefault();
    const task = form.closest("[data-task]")?.dataset.task;
    const sent = await send(form.action, new FormData(form));
    if (!sent) delete form.dataset.sent;
    else if (task) document.querySelector(`[data-task="${task}"] > summary`)?.focus();
  },
  { capture: true },
);

draw();
