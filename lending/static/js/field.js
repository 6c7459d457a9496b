/* What the pages for the road share: the box that says what waits to be sent, the fields of a form
   as the queue keeps them, signatures, and what is kept at hand. Knows no page. */

const LARGEST_SIDE = 1600;
const AGAIN_MS = 20000;
const PAGES = "treteau-sheets";
const pads = new WeakMap();

/* ---- The box ---------------------------------------------------------------------------------- */

export class Box {
  /* `remedied` is called after somebody chose what becomes of a report in trouble. */
  constructor(element, outbox, remedied) {
    this.element = element;
    this.outbox = outbox;
    this.remedied = remedied;
    this.user = Number(element.dataset.user);
  }

  words(name, values = {}) {
    const text = this.element.dataset[name] ?? "";
    return Object.entries(values).reduce((said, [key, value]) => said.replaceAll(`{${key}}`, value), text);
  }

  #counted(name, count) {
    return this.words(count === 1 ? `${name}One` : `${name}Many`, { count });
  }

  line(text) {
    const status = document.getElementById("outbox-line");
    if (status.textContent !== text) status.textContent = text;
  }

  /* Says where things stand; returns the reader's own reports that wait. */
  async show() {
    const { outbox } = this;
    const reports = await outbox.all();
    const own = reports.filter((one) => one.user === this.user);
    const waiting = own.filter((one) => one.state === "waiting");
    const others = reports.filter((one) => one.user !== this.user && one.state === "waiting").length;
    this.element.dataset.state = !outbox.reachable ? "offline" : !outbox.signedIn ? "signed-out" : waiting.length ? "sending" : "sent";
    const parts = [];
    if (!outbox.reachable) parts.push(waiting.length ? this.#counted("offline", waiting.length) : this.words("offlineEmpty"));
    else if (!outbox.signedIn) parts.push(this.words("signedOut"));
    else if (waiting.length) parts.push(this.#counted("sending", waiting.length));
    else parts.push(this.words("sent"));
    if (others) parts.push(this.#counted("others", others));
    this.line(parts.join(" "));
    document.getElementById("outbox-sign-in").hidden = outbox.signedIn;
    this.#showTrouble(own.filter((one) => one.state !== "waiting"));
    return waiting;
  }

  #showTrouble(reports) {
    const list = document.getElementById("outbox-trouble");
    const shown = reports.map((one) => `${one.id} ${one.state}`).join();
    if (list.dataset.shown === shown) return;
    list.dataset.shown = shown;
    list.replaceChildren(...reports.map((one) => this.#trouble(one)));
  }

  #trouble(report) {
    const item = document.getElementById("outbox-item").content.cloneNode(true).firstElementChild;
    const told = report.fields.find(([name]) => name === "reason")?.[1];
    item.querySelector("[data-what]").textContent = `${report.label}, ${report.place}`;
    item.querySelector("[data-said]").textContent = report.said.join(" ") || this.words("refused");
    item.querySelector("[data-told]").textContent = told ? `« ${told} »` : "";
    const refused = report.state === "refused";
    const remedies = {
      again: refused && !report.at_fault.includes("happened_at"),
      now: refused && report.at_fault.includes("happened_at"),
      drop: refused,
      read: !refused,
    };
    const way = item.querySelector("[data-correct]");
    way.hidden = !refused || !report.page;
    if (report.page) way.href = report.page;
    for (const button of item.querySelectorAll("button")) {
      button.hidden = !remedies[button.dataset.remedy];
      button.addEventListener("click", () => this.#remedy(report, button));
    }
    return item;
  }

  async #remedy(report, button) {
    if (button.dataset.remedy === "drop" && !button.dataset.asked) {
      button.dataset.asked = "yes";
      button.textContent = this.words("dropSure");
      return;
    }
    if (button.dataset.remedy === "drop" || button.dataset.remedy === "read") await this.outbox.remove(report);
    else {
      const late = button.dataset.remedy === "now";
      const fields = report.fields.filter(([name]) => !(late && name === "happened_at"));
      await this.outbox.change(report, { fields, state: "waiting", said: [] });
    }
    await this.remedied();
  }
}

/* Keep the forms that `isOurs` knows instead of sending them, once for each press. */
export function keepInstead(isOurs, keep, box) {
  document.addEventListener(
    "submit",
    async (event) => {
      const form = event.target;
      if (!isOurs(form)) return;
      event.preventDefault();
      event.stopPropagation();
      if (form.dataset.keeping) return;
      form.dataset.keeping = "yes";
      try {
        await keep(form);
      } catch (error) {
        console.error(error);
        box.line(box.words("full"));
      } finally {
        delete form.dataset.keeping;
      }
    },
    true,
  );
}

/* Send when the network comes or goes, when somebody asks, and while something waits. */
export function sendAgain(outbox, sendAll, otherwise = async () => {}) {
  setInterval(async () => {
    const waits = !outbox.reachable || (await outbox.all()).some((one) => one.state === "waiting");
    await (waits ? sendAll() : otherwise());
  }, AGAIN_MS);
  window.addEventListener("online", sendAll);
  window.addEventListener("offline", sendAll);
  document.getElementById("outbox-again").addEventListener("click", sendAll);
}

/* ---- The fields of a form ------------------------------------------------------------------------ */

/* What is corrected after a refusal stays the same report: `before` are the fields it had. */
export async function fieldsOf(form, seen, before = []) {
  const fields = [];
  for (const [name, value] of new FormData(form)) {
    if (["csrf_token", "next", "key", "seen_at"].includes(name)) continue;
    if (!(value instanceof File)) fields.push([name, value]);
    else if (value.size) fields.push([name, await smaller(value), "photo.jpg"]);
  }
  for (const [name, pad] of padsOf(form)) if (!pad.isEmpty()) fields.push([name, await drawn(pad), `${name}.png`]);
  const same = (name, value) => [name, before.find(([given]) => given === name)?.[1] ?? value];
  return [...fields, same("key", crypto.randomUUID()), same("happened_at", new Date().toISOString()), same("seen_at", seen)];
}

/* Fill a form in with the fields of a report, its pictures and signatures too. */
export async function refill(form, fields) {
  const given = (name) => fields.filter(([own]) => own === name);
  for (const input of form.elements) {
    const values = given(input.name).map(([, value]) => value);
    if (input.type === "checkbox" || input.type === "radio") input.checked = values.includes(input.value);
    else if (input.type === "file") input.files = filesOf(given(input.name));
    else if (values.length) input.value = values[0];
  }
  for (const [name, pad] of padsOf(form)) {
    const [drawing] = given(name);
    if (drawing) await pad.fromDataURL(await addressOf(drawing[1]));
  }
}

function filesOf(fields) {
  const files = new DataTransfer();
  for (const [, content, name] of fields) files.items.add(new File([content], name, { type: content.type }));
  return files.files;
}

function addressOf(content) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(content);
  });
}

export function hour() {
  return new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
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

/* ---- Signatures ----------------------------------------------------------------------------------- */

/* A frame `data-pad` holds a canvas; its value names the field that the drawing is sent as. */
export async function givePads(form, library) {
  for (const frame of form.querySelectorAll("[data-pad]")) {
    if (pads.has(frame)) continue;
    const { default: SignaturePad } = await import(library);
    frame.hidden = false;
    const canvas = frame.querySelector("canvas");
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    const pad = new SignaturePad(canvas, { backgroundColor: "rgb(255, 255, 255)", penColor: "rgb(0, 0, 80)", minWidth: 1, maxWidth: 3 });
    const say = (what) => frame.dispatchEvent(new CustomEvent(what, { bubbles: true }));
    pad.addEventListener("endStroke", () => say("signed"));
    const erase = () => {
      pad.clear();
      say("erased");
    };
    frame.querySelector("[data-pad-clear]").addEventListener("click", erase);
    form.addEventListener("reset", erase);
    pads.set(frame, pad);
  }
}

export function padsOf(form) {
  return [...form.querySelectorAll("[data-pad]")].filter((frame) => pads.has(frame)).map((frame) => [frame.dataset.pad || "signature", pads.get(frame)]);
}

export function isSigned(form) {
  return padsOf(form).some(([, pad]) => !pad.isEmpty());
}

/* ---- What is kept for later --------------------------------------------------------------------- */

export async function keepPage(path, answer) {
  const pages = await caches.open(PAGES);
  await pages.put(path, answer);
}

/* Keep a page as it is now; says whether it could be read. */
export async function readAndKeep(path) {
  const answer = await fetch(path, { redirect: "manual", cache: "no-store" });
  if (answer.ok) await keepPage(path, answer);
  return answer.ok;
}

async function keepFiles(name, more) {
  const files = await caches.open(name);
  const seen = performance.getEntriesByType("resource").map((one) => new URL(one.name));
  const ours = seen.filter((url) => url.origin === location.origin && url.pathname.includes("/static/"));
  const wanted = new Set([...ours.map((url) => url.pathname + url.search), ...more]);
  for (const address of wanted) if (!(await files.match(address))) await files.add(address);
  if (!(await files.match("/tournees/hors-connexion"))) await files.add("/tournees/hors-connexion");
}

/* Keep this page with its files; says whether it is kept. */
export async function stayAtHand({ worker, files, more }) {
  if (!("serviceWorker" in navigator)) return false;
  await navigator.serviceWorker.register(worker, { scope: "/tournees" });
  await navigator.storage?.persist?.();
  if (!(await readAndKeep(location.pathname))) return false;
  await keepFiles(files, more);
  return true;
}
