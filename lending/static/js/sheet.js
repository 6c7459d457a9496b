/* The sheet of a crew's day: forms are kept and sent when there is a network. Without this
   script, they are sent as any form. */

const SCRIPT = document.getElementById("sheet-script");
const ADDRESSES = SCRIPT.dataset;
const BOX = document.getElementById("outbox");
const USER = Number(BOX.dataset.user);
const FRESH_MS = 300000;
const ENDS = ["done", "partial", "problem", "cancelled"];
const LEADS_TO = { started: "started", done: "done", partial: "partial", impossible: "problem" };

let field;
let outbox;
let box;
let refreshed = Date.now();
let refreshing = Promise.resolve();

/* ---- What is shown -------------------------------------------------------------------------- */

async function show() {
  const waiting = await box.show();
  for (const stop of document.querySelectorAll(".stop[data-task]")) mark(stop, waiting);
}

function mark(stop, waiting) {
  const mine = waiting.filter((one) => one.task === stop.dataset.task);
  for (const one of mine) if (one.leads_to) setState(stop, one.leads_to);
  const note = stop.querySelector("[data-pending]");
  note.hidden = !mine.length;
  note.querySelector("span").textContent = mine.length ? box.words("pending", { what: mine.map((one) => one.label).join(", ") }) : "";
}

function setState(stop, state) {
  if (stop.dataset.state === state) return;
  stop.dataset.state = state;
  const status = document.querySelector(`template[data-status="${state}"]`);
  stop.querySelector(".stop-state").replaceChildren(status.content.cloneNode(true));
}

/* ---- What is told --------------------------------------------------------------------------- */

function leadsTo(form) {
  const state = LEADS_TO[form.dataset.tell];
  const short = [...form.querySelectorAll("[data-whole]")].some((one) => one.value !== "" && Number(one.value) < Number(one.dataset.whole));
  return state === "done" && short ? "partial" : state;
}

async function keep(form) {
  const stop = form.closest(".stop");
  const report = {
    user: USER,
    task: stop.dataset.task,
    action: new URL(form.action).pathname,
    kind: form.dataset.tell,
    leads_to: leadsTo(form),
    label: `${form.querySelector("[type=submit]").textContent.trim()} (${field.hour()})`,
    place: stop.querySelector(".stop-place").textContent.trim(),
    fields: await field.fieldsOf(form, document.getElementById("sheet").dataset.seen),
  };
  await outbox.add(report);
  form.reset();
  form.closest(".stop-acts > details")?.removeAttribute("open");
  if (ENDS.includes(report.leads_to)) goOn(stop);
  await sendAll();
}

function goOn(stop) {
  const stops = [...document.querySelectorAll(".stop[data-task]")];
  const next = stops.find((one) => !ENDS.includes(one.dataset.state));
  if (!next || next === stop) return;
  stop.querySelector("details").open = false;
  next.querySelector("details").open = true;
  next.querySelector("summary").focus({ preventScroll: true });
  next.scrollIntoView({ block: "start" });
}

/* ---- What is sent --------------------------------------------------------------------------- */

async function sendAll() {
  const arrived = await outbox.send(USER);
  if (arrived) await refresh();
}

function isBusy(sheet) {
  return [...sheet.querySelectorAll(".stop-acts textarea, .stop-acts [name=receiver]")].some((one) => one.value) ||
    [...sheet.querySelectorAll(".stop-acts [type=file]")].some((one) => one.files.length) ||
    [...sheet.querySelectorAll("form.tell-signed")].some((form) => field.isSigned(form)) ||
    sheet.contains(document.activeElement?.closest("input, textarea"));
}

/* What was asked of the crew: which stops, when. */
function plan(sheet) {
  return [...sheet.querySelectorAll(".stop")].map((stop) => `${stop.dataset.task ?? ""} ${stop.querySelector(".stop-time").textContent}`).join();
}

/* Show what the server knows now, unless somebody is filling in a form. One after the other: an
   answer that was slow must not take the place of a newer one. */
function refresh() {
  refreshing = refreshing.then(readAgain);
  return refreshing;
}

async function readAgain() {
  const sheet = document.getElementById("sheet");
  try {
    const answer = await fetch(location.pathname, { redirect: "manual", cache: "no-store" });
    if (!answer.ok) return;
    await field.keepPage(location.pathname, answer.clone());
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("sheet");
    refreshed = Date.now();
    if (!fresh || isBusy(sheet)) return;
    if (plan(fresh) !== plan(sheet)) document.getElementById("outbox-news").hidden = false;
    const open = new Set([...sheet.querySelectorAll(".stop > details[open]")].map((one) => one.parentElement.id));
    for (const stop of fresh.querySelectorAll(".stop")) {
      const details = stop.querySelector("details");
      if (details) details.open = open.has(stop.id);
    }
    const focus = document.activeElement?.closest(".stop")?.id;
    sheet.replaceWith(fresh);
    if (focus) document.getElementById(focus)?.querySelector("summary")?.focus({ preventScroll: true });
    await show();
  } catch {
    /* Out of reach again: what is shown stays. */
  }
}

/* ---- The signature --------------------------------------------------------------------------- */

/* Who signs need not be named. */
function need(name) {
  return (event) => {
    const input = event.target.closest("form.tell-signed")?.querySelector("[name=receiver]");
    if (input) input.required = name;
  };
}

document.addEventListener("signed", need(false));
document.addEventListener("erased", need(true));

document.addEventListener(
  "toggle",
  (event) => {
    const form = event.target.open && event.target.querySelector(":scope > form.tell-signed");
    if (form && field) field.givePads(form, ADDRESSES.signature);
  },
  true,
);

/* ---- What is kept for later --------------------------------------------------------------------- */

async function stayAtHand() {
  const more = [ADDRESSES.signature, ADDRESSES.outbox, ADDRESSES.field, ...ADDRESSES.also.split(" ")];
  if (!(await field.stayAtHand({ worker: ADDRESSES.worker, files: ADDRESSES.files, more }))) return;
  BOX.dataset.kept = "yes";
  // The statements of the loans of this day, to be filled in where there is no network.
  const linked = new Set([...document.querySelectorAll("a[data-keep]")].map((link) => new URL(link.href).pathname));
  for (const path of linked) await field.readAndKeep(path);
  BOX.dataset.loans = "yes";
}

async function begin() {
  field = await import(ADDRESSES.field);
  const { Outbox } = await import(ADDRESSES.outbox);
  outbox = await Outbox.open({ session: ADDRESSES.session, changed: show });
  box = new field.Box(BOX, outbox, sendAll);
  BOX.hidden = false;
  for (const form of document.querySelectorAll("form[data-tell]")) form.removeAttribute("data-once");
  field.keepInstead((form) => form.dataset.tell, keep, box);
  await show();
  await sendAll();
  const renew = async () => {
    if (Date.now() - refreshed > FRESH_MS) await refresh();
  };
  const back = async () => {
    await sendAll();
    if (outbox.reachable) await refresh();
  };
  field.sendAgain(outbox, sendAll, renew);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && back());
  document.getElementById("outbox-news").querySelector("button").addEventListener("click", (event) => (event.target.closest("#outbox-news").hidden = true));
  window.addEventListener("beforeprint", () => document.querySelectorAll(".stop > details, .sheet-load").forEach((one) => (one.open = true)));
}

// On plain HTTP browsers keep nothing at hand: the forms are then sent as any form.
if (BOX && window.isSecureContext) {
  begin()
    .then(() => stayAtHand().catch(() => {}))
    .catch((error) => console.error(error));
}
