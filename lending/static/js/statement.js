/* A statement on the telephone: one tap for what is all there, kept until there is a network.
   Without this script, the form is sent as any form. */

const ADDRESSES = document.getElementById("sheet-script").dataset;
const BOX = document.getElementById("outbox");
const FORM = document.getElementById("statement");
const USER = Number(BOX.dataset.user);

let field;
let outbox;
let box;
let corrected;
let isTouched = false;

/* ---- Counting -------------------------------------------------------------------------------- */

function counts(line) {
  const found = {};
  for (const row of line.querySelectorAll("[data-count]")) found[row.dataset.count] = row.querySelector("input");
  return found;
}

const number = (input) => Math.max(0, Number.parseInt(input?.value, 10) || 0);

function mark(line) {
  const { delivered, returned, dirty, damaged, lost } = counts(line);
  const whole = number(delivered ?? returned) === Number(line.dataset.expected) && ![dirty, damaged, lost].some(number);
  line.classList.toggle("is-short", !whole);
  line.querySelector("[data-all]").setAttribute("aria-pressed", String(whole));
}

/* What is broken or lost did not come back whole: the first figure follows. */
function follow(line) {
  const { returned, damaged, lost } = counts(line);
  if (!returned || !damaged) return;
  for (const input of [damaged, lost]) {
    input.addEventListener("input", () => {
      const left = Number(line.dataset.expected) - number(damaged) - number(lost);
      if (number(returned) > left || line.dataset.follows !== "no") returned.value = String(Math.max(0, left));
    });
  }
  returned.addEventListener("input", () => (line.dataset.follows = "no"));
}

/* Where every piece has a number, the figures follow what is said of the units. */
const FIGURES = { back: "returned", damaged: "damaged", lost: "lost" };

function unitsSay(line) {
  const fates = [...line.querySelectorAll("[data-fate]")].map((select) => select.value);
  if (!fates.length || fates.length !== Number(line.dataset.expected)) return [];
  const figures = counts(line);
  return Object.entries(FIGURES).map(([fate, name]) => [figures[name], fates.filter((one) => one === fate).length]);
}

function tally(line) {
  for (const [input, pieces] of unitsSay(line)) input.value = String(pieces);
}

function fill(line) {
  const { delivered, returned, dirty, damaged, lost } = counts(line);
  for (const input of [dirty, damaged, lost]) if (input) input.value = "0";
  (delivered ?? returned).value = line.dataset.expected;
  for (const select of line.querySelectorAll("[data-fate]")) select.value = "back";
  for (const box of line.querySelectorAll("[name=unit]")) box.checked = true;
  delete line.dataset.follows;
  mark(line);
}

for (const line of document.querySelectorAll("[data-line]")) {
  follow(line);
  for (const select of line.querySelectorAll("[data-fate]")) select.addEventListener("input", () => tally(line));
  line.addEventListener("input", () => mark(line));
  line.querySelector("[data-all]").addEventListener("click", () => fill(line));
  mark(line);
}

/* ---- Where ------------------------------------------------------------------------------------ */

const where = FORM?.querySelector("[data-position]");
if (where && "geolocation" in navigator) {
  where.hidden = false;
  where.querySelector("button").addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      FORM.elements.lat.value = coords.latitude.toFixed(6);
      FORM.elements.lon.value = coords.longitude.toFixed(6);
      FORM.elements.place.value = "site";
      where.querySelector("[role=status]").textContent = `${FORM.elements.lat.value}, ${FORM.elements.lon.value}`;
    });
  });
}

/* ---- Keeping and sending ------------------------------------------------------------------------ */

async function show() {
  await box.show();
  await putRight();
}

const sendAll = () => outbox.send(USER);

/* Who is there, and why it leaves unsigned, is asked at once: out of reach, the server says it too late. */
function lacks(form) {
  const { unsigned_reason: reason } = form.elements;
  if (reason && !reason.value.trim()) return reason;
  const named = form.elements.borrower_name.value.trim() || form.elements.absence.value.trim();
  return named ? null : form.elements.borrower_name;
}

/* A figure that was written by hand may say otherwise than the units: out of reach, who counts must know. */
function disagreeing(line) {
  return unitsSay(line).find(([input, pieces]) => number(input) !== pieces)?.[0];
}

function agrees(form) {
  const input = [...form.querySelectorAll("[data-line]")].map(disagreeing).find(Boolean);
  if (!input) return true;
  input.closest("details")?.setAttribute("open", "");
  input.setCustomValidity(form.dataset.disagrees);
  input.reportValidity();
  form.addEventListener("input", () => input.setCustomValidity(""), { once: true });
  return false;
}

async function keep(form) {
  if (!agrees(form)) return;
  const empty = lacks(form);
  if (empty) {
    empty.setAttribute("aria-invalid", "true");
    empty.focus();
    return;
  }
  const report = {
    user: USER,
    action: actionOf(form),
    page: location.pathname,
    kind: form.dataset.tell,
    label: `${document.querySelector("h1").textContent.trim()} (${field.hour()})`,
    place: document.querySelector(".lead").textContent.trim(),
    fields: await field.fieldsOf(form, form.dataset.seen, corrected?.fields),
  };
  await (corrected ? outbox.change(corrected, { ...report, state: "waiting", said: [] }) : outbox.add(report));
  corrected = undefined;
  form.hidden = true;
  document.getElementById("statement-kept").hidden = false;
  document.querySelector("#statement-kept a").focus();
  await sendAll();
}

const actionOf = (form) => new URL(form.action).pathname;

/* ---- What was refused ---------------------------------------------------------------------------- */

/* It stands in the form again, with the reason: nobody counts or signs twice. What somebody is writing
   just now stays; the box leads to the other. */
async function putRight() {
  if (!FORM || (isTouched && !FORM.hidden)) return;
  const reports = await outbox.all();
  const refused = reports.findLast((one) => one.user === USER && one.action === actionOf(FORM) && one.state === "refused");
  if (!refused || refused.id === corrected?.id) return;
  const isLate = refused.at_fault.includes("happened_at");
  corrected = { ...refused, fields: refused.fields.filter(([name]) => !(isLate && name === "happened_at")) };
  isTouched = false;
  FORM.hidden = false;
  document.getElementById("statement-kept").hidden = true;
  await field.refill(FORM, refused.fields);
  for (const line of document.querySelectorAll("[data-line]")) {
    line.dataset.follows = "no";
    mark(line);
  }
  sayWhy(refused);
}

function sayWhy({ said, at_fault }) {
  for (const old of document.querySelectorAll(".error-summary, #statement .field-error")) old.remove();
  for (const old of FORM.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
  const summary = copyOf("statement-refused");
  const reasons = said.length ? said : [box.words("refused")];
  summary.querySelector("ul").append(...reasons.map((words, place) => reason(words, document.getElementById(at_fault[place]))));
  FORM.before(summary);
  summary.focus();
}

function reason(words, input) {
  const line = document.createElement("li");
  line.textContent = words;
  if (!input) return line;
  const link = document.createElement("a");
  link.href = `#${input.id}`;
  link.textContent = words;
  line.replaceChildren(link);
  const told = copyOf("statement-error");
  told.id = `${input.id}-error`;
  told.querySelector("span").textContent = words;
  const row = input.closest(".count-row");
  if (row) row.append(told);
  else input.before(told);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", told.id);
  input.closest("details")?.setAttribute("open", "");
  return line;
}

const copyOf = (name) => document.getElementById(name).content.cloneNode(true).firstElementChild;

async function begin() {
  field = await import(ADDRESSES.field);
  const { Outbox } = await import(ADDRESSES.outbox);
  outbox = await Outbox.open({ session: ADDRESSES.session, changed: show });
  box = new field.Box(BOX, outbox, sendAll);
  BOX.hidden = false;
  FORM?.removeAttribute("data-once");
  for (const what of ["input", "click", "signed"]) FORM?.addEventListener(what, () => (isTouched = true));
  field.keepInstead((form) => form === FORM, keep, box);
  if (FORM) await field.givePads(FORM, ADDRESSES.signature);
  await show();
  await sendAll();
  field.sendAgain(outbox, sendAll);
  const kept = await field.stayAtHand({ worker: ADDRESSES.worker, files: ADDRESSES.files, more: [ADDRESSES.signature, ADDRESSES.outbox, ADDRESSES.field] });
  if (kept) BOX.dataset.kept = "yes";
}

// On plain HTTP browsers keep nothing at hand: the form is then sent as any form.
if (window.isSecureContext) begin().catch((error) => console.error(error));
