/* Keeps the sheets of the day at hand where there is no network. Served by the application, which
   puts VERSION before this text: the name of what belongs to this release. */

const PAGES = "treteau-sheets";
const FILES = `treteau-files-${VERSION}`;
const PATIENCE_MS = 6000;
const SHEET = /^\/tournees\/\d+\/(\d{4}-\d\d-\d\d)$/;
const LOAN = /^\/tournees\/prets\/\d+\/(sortie|retour)$/;
const KEPT_MS = 2 * 24 * 3600 * 1000;
const PICTURE = /^\/interventions\/\d+\/images\//;

self.addEventListener("install", (event) => {
  event.waitUntil(self.skipWaiting());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([dropOldFiles(), dropOldSheets(), self.clients.claim()]));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (PICTURE.test(url.pathname)) event.respondWith(file(request, PAGES));
  else if (url.pathname.includes("/static/")) event.respondWith(file(request, FILES));
});

/* The network first, so that a sheet is never old without need; what is kept when it is silent. */
async function page(request, url) {
  const kept = await caches.match(url.pathname, { ignoreVary: true });
  try {
    const answer = await (kept ? hurried(request) : fetch(request));
    if (answer.status >= 500 && kept) return kept;
    if (answer.ok && (SHEET.test(url.pathname) || LOAN.test(url.pathname))) {
      const pages = await caches.open(PAGES);
      await pages.put(url.pathname, answer.clone());
    }
    return answer;
  } catch (error) {
    return kept ?? (await todays(url)) ?? (await caches.match("/tournees/hors-connexion")) ?? Response.error();
  }
}

function hurried(request) {
  return Promise.race([
    fetch(request),
    new Promise((_, fail) => setTimeout(() => fail(new Error("too slow")), PATIENCE_MS)),
  ]);
}

async function file(request, store) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const files = await caches.open(store);
    await files.put(request, answer.clone());
  }
  return answer;
}

/* The list of rounds leads to one's own sheet; out of reach, the sheet of today does. */
async function todays(url) {
  if (url.pathname !== "/tournees") return undefined;
  const pages = await caches.open(PAGES);
  const found = (await pages.keys()).map((kept) => new URL(kept.url).pathname);
  const own = found.find((path) => SHEET.exec(path)?.[1] === dayFrom(0));
  return own && Response.redirect(own, 302);
}

async function dropOldFiles() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("treteau-files-") && name !== FILES);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function dropOldSheets() {
  const pages = await caches.open(PAGES);
  for (const kept of await pages.keys()) {
    const { pathname } = new URL(kept.url);
    const day = SHEET.exec(pathname)?.[1];
    const read = LOAN.test(pathname) ? Date.parse((await pages.match(kept))?.headers.get("Date") ?? "") : NaN;
    if (day ? day < dayFrom(-1) : read < Date.now() - KEPT_MS) await pages.delete(kept);
  }
}

function dayFrom(days) {
  const at = new Date();
  at.setDate(at.getDate() + days);
  const two = (number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
