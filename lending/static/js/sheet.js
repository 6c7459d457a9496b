/* The sheet of a crew's day: forms are kept and sent when there is a network. Without this
   script, they are sent as any form. */

const SCRIPT = document.getElementById("sheet-script");
const ADDRESSES = SCRIPT.dataset;
const BOX = document.getElementById("outbox");
const WORDS = BOX.dataset;
const USER = Number(WORDS.user);
const AGAIN_MS = 20000;
const FRESH_MS = 300000;
const LARGEST_SIDE = 1600;
const ENDS = ["done", "partial", "problem", "cancelled"];
const LEADS_TO = { started: "started", done: "done", partial: "partial", impossible: "problem" };

let outbox;
let refreshed = Date.now();
let refreshing = Promise.resolve();
const pads = new WeakMap();

/* ---- What is shown -------------------------------------------------------------------------- */

function words(name, values = {}) {
  return Object.entries(values).reduce((text, [key, value]) => text.replaceAll(`{${key}}`, value), WORDS[name] ?? "");
}

function counted(name, count) {
  return words(count === 1 ? `${name}One` : `${name}Many`, { count });
}

function line(text) {
  const status = document.getElementById("outbox-line");
  if (status.textContent !== text) status.textContent = text;
}

async function show() {
  const reports = await outbox.all();
  const own = reports.filter((one) => one.user === USER);
  const waiting = own.filter((one) => one.state === "waiting");
  const others = reports.filter((one) => one.user !== USER && one.state === "waiting").length;
  BOX.dataset.state = !outbox.reachable ? "offline" : !outbox.signedIn ? "signed-out" : waiting.length ? "sending" : "sent";
  const parts = [];
  if (!outbox.reachable) parts.push(waiting.length ? counted("offline", waiting.length) : words("offlineEmpty"));
  else if (!outbox.signedIn) parts.push(words("signedOut"));
  else if (waiting.length) parts.push(counted("sending", waiting.length));
  else parts.push(words("sent"));
  if (others) parts.push(counted("others", others));
  line(parts.join(" "));
  document.getElementById("outbox-sign-in").hidden = outbox.signedIn;
  showTrouble(own.filter((one) => one.state !== "waiting"));
  for (const stop of document.querySelectorAll(".stop[data-task]")) mark(stop, waiting);
}

function mark(stop, waiting) {
  const mine = waiting.filter((one) => one.task === stop.dataset.task);
  for (const one of mine) if (one.leads_to) setState(stop, one.leads_to);
  const note = stop.querySelector("[data-pending]");
  note.hidden = !mine.length;
  note.querySelector("span").textContent = mine.length ? words("pending", { what: mine.map((one) => one.label).join(", ") }) : "";
}

function setState(stop, state) {
  if (stop.dataset.state === state) return;
  stop.dataset.state = state;
  const status = document.querySelector(`template[data-status="${state}"]`);
  stop.querySelector(".stop-state").replaceChildren(status.content.cloneNode(true));
}

function showTrouble(reports) {
  const list = document.getElementById("outbox-trouble");
  const shown = reports.map((one) => `${one.id} ${one.state}`).join();
  if (list.dataset.shown === shown) return;
  list.dataset.shown = shown;
  list.replaceChildren(...reports.map(trouble));
}

function trouble(report) {
  const item = document.getElementById("outbox-item").content.cloneNode(true).firstElementChild;
  const told = report.fields.find(([name]) => name === "reason")?.[1];
  item.querySelector("[data-what]").textContent = `${report.label}, ${report.place}`;
  item.querySelector("[data-said]").textContent = report.said.join(" ") || words("refused");
  item.querySelector("[data-told]").textContent = told ? `« ${told} »` : "";
  const refused = report.state === "refused";
  const remedies = {
    again: refused && !report.at_fault.includes("happened_at"),
    now: refused && report.at_fault.includes("happened_at"),
    drop: refused,
    read: !refused,
  };
  for (const button of item.querySelectorAll("button")) {
    button.hidden = !remedies[button.dataset.remedy];
    button.addEventListener("click", () => remedy(report, button));
  }
  return item;
}

async function remedy(report, button) {
  if (button.dataset.remedy === "drop" && !button.dataset.asked) {
    button.dataset.asked = "yes";
    button.textContent = words("dropSure");
    return;
  }
  if (button.dataset.remedy === "drop" || button.dataset.remedy === "read") await outbox.remove(report);
  else {
    const late = button.dataset.remedy === "now";
    const fields = report.fields.filter(([name]) => !(late && name === "happened_at"));
    await outbox.change(report, { fields, state: "waiting", said: [] });
  }
  await sendAll();
}

/* ---- What is told --------------------------------------------------------------------------- */

async function fieldsOf(form) {
  const fields = [];
  for (const [name, value] of new FormData(form)) {
    if (["csrf_token", "next", "key", "seen_at"].includes(name)) continue;
    if (!(value instanceof File)) fields.push([name, value]);
    else if (value.size) fields.push([name, await smaller(value), "photo.jpg"]);
  }
  const pad = pads.get(form);
  if (pad && !pad.isEmpty()) fields.push(["signature", await drawn(pad), "signature.png"]);
  const happened = new Date().toISOString();
  const seen = document.getElementById("sheet").dataset.seen;
  return [...fields, ["key", crypto.randomUUID()], ["happened_at", happened], ["seen_at", seen]];
}

function drawn(pad) {
  return new Promise((resolve) => pad.canvas.toBlob(resolve, "image/png"));
}

/* A photo of a telephone is several megabytes: too much for a weak network, and more than we keep. */
async function smaller(photo) {
  try {
    const picture = await createImageBitmap(photo);
    const scale = Math.min(1, LARGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? photo), "image/jpeg", 0.85));
  } catch {
    return photo;
  }
}

function leadsTo(form) {
  const state = LEADS_TO[form.dataset.tell];
  const short = [...form.querySelectorAll("[data-whole]")].some((one) => one.value !== "" && Number(one.value) < Number(one.dataset.whole));
  return state === "done" && short ? "partial" : state;
}

async function keep(form) {
  const stop = form.closest(".stop");
  const hour = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const report = {
    user: USER,
    task: stop.dataset.task,
    action: new URL(form.action).pathname,
    kind: form.dataset.tell,
    leads_to: leadsTo(form),
    label: `${form.querySelector("[type=submit]").textContent.trim()} (${hour})`,
    place: stop.querySelector(".stop-place").textContent.trim(),
    fields: await fieldsOf(form),
  };
  await outbox.add(report);
  form.reset();
  pads.get(form)?.clear();
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

document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    if (!outbox || !form.dataset.tell) return;
    event.preventDefault();
    event.stopPropagation();
    if (form.dataset.keeping) return;
    form.dataset.keeping = "yes";
    try {
      await keep(form);
    } catch (error) {
      console.error(error);
      line(words("full"));
    } finally {
      delete form.dataset.keeping;
    }
  },
  true,
);

/* ---- What is sent --------------------------------------------------------------------------- */

async function sendAll() {
  const arrived = await outbox.send(USER);
  if (arrived) await refresh();
}

function isBusy(sheet) {
  return [...sheet.querySelectorAll(".stop-acts textarea, .stop-acts [name=receiver]")].some((one) => one.value) ||
    [...sheet.querySelectorAll(".stop-acts [type=file]")].some((one) => one.files.length) ||
    [...sheet.querySelectorAll("form.tell-signed")].some((form) => pads.get(form) && !pads.get(form).isEmpty()) ||
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
    await keepPage(answer.clone());
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

async function givePad(form) {
  const frame = form.querySelector("[data-pad]");
  if (!frame || pads.has(form)) return;
  const { default: SignaturePad } = await import(ADDRESSES.signature);
  frame.hidden = false;
  const canvas = frame.querySelector("canvas");
  const ratio = Math.max(window.devicePixelRatio || 1, 1);
  canvas.width = canvas.offsetWidth * ratio;
  canvas.height = canvas.offsetHeight * ratio;
  canvas.getContext("2d").scale(ratio, ratio);
  const pad = new SignaturePad(canvas, { backgroundColor: "rgb(255, 255, 255)", penColor: "rgb(0, 0, 80)", minWidth: 1, maxWidth: 3 });
  const name = form.querySelector("[name=receiver]");
  pad.addEventListener("endStroke", () => (name.required = false));
  const erase = () => {
    pad.clear();
    name.required = true;
  };
  frame.querySelector("[data-pad-clear]").addEventListener("click", erase);
  form.addEventListener("reset", erase);
  pads.set(form, pad);
}

document.addEventListener(
  "toggle",
  (event) => {
    const form = event.target.open && event.target.querySelector(":scope > form.tell-signed");
    if (form) givePad(form);
  },
  true,
);

/* ---- What is kept for later --------------------------------------------------------------------- */

async function keepPage(answer) {
  const pages = await caches.open("treteau-sheets");
  await pages.put(location.pathname, answer);
}

async function keepFiles() {
  const files = await caches.open(ADDRESSES.files);
  const seen = performance.getEntriesByType("resource").map((one) => new URL(one.name));
  const ours = seen.filter((url) => url.origin === location.origin && url.pathname.includes("/static/"));
  const wanted = new Set([...ours.map((url) => url.pathname + url.search), ADDRESSES.signature]);
  for (const address of wanted) if (!(await files.match(address))) await files.add(address);
  if (!(await files.match("/tournees/hors-connexion"))) await files.add("/tournees/hors-connexion");
}

async function stayAtHand() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(ADDRESSES.worker, { scope: "/tournees" });
  await navigator.storage?.persist?.();
  const answer = await fetch(location.pathname, { redirect: "manual", cache: "no-store" });
  if (!answer.ok) return;
  await keepPage(answer);
  await keepFiles();
  BOX.dataset.kept = "yes";
}

async function begin() {
  const { Outbox } = await import(ADDRESSES.outbox);
  outbox = await Outbox.open({ session: ADDRESSES.session, changed: show });
  BOX.hidden = false;
  for (const form of document.querySelectorAll("form[data-tell]")) form.removeAttribute("data-once");
  await show();
  await sendAll();
  const again = async () => {
    if (!outbox.reachable || (await outbox.all()).some((one) => one.state === "waiting")) await sendAll();
    else if (Date.now() - refreshed > FRESH_MS) await refresh();
  };
  const back = async () => {
    await sendAll();
    if (outbox.reachable) await refresh();
  };
  setInterval(again, AGAIN_MS);
  window.addEventListener("online", sendAll);
  window.addEventListener("offline", sendAll);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && back());
  document.getElementById("outbox-again").addEventListener("click", sendAll);
  document.getElementById("outbox-news").querySelector("button").addEventListener("click", (event) => (event.target.closest("#outbox-news").hidden = true));
  window.addEventListener("beforeprint", () => document.querySelectorAll(".stop > details, .sheet-load").forEach((one) => (one.open = true)));
}

// On plain HTTP browsers keep nothing at hand: the forms are then sent as any form.
if (BOX && window.isSecureContext) {
  begin().catch((error) => console.error(error));
  stayAtHand().catch(() => {});
}
