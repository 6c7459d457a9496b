/* What was told without a network: kept on the telephone, sent in order, each report once.

   A report carries its key from the beginning: if an answer is lost on the way, the same report
   is sent again, and the server does nothing more. Knows no page. */

const DATABASE = "treteau-outbox";
const REPORTS = "reports";

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function connect() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(REPORTS, { keyPath: "id", autoIncrement: true });
  };
  return asked(request);
}

export class Outbox {
  constructor(database, { session, changed }) {
    this.database = database;
    this.session = session;
    this.changed = changed;
    this.reachable = true;
    this.signedIn = true;
  }

  static async open(options) {
    return new Outbox(await connect(), options);
  }

  #store(mode) {
    return this.database.transaction(REPORTS, mode, { durability: "strict" }).objectStore(REPORTS);
  }

  async #do(work) {
    const store = this.#store("readwrite");
    const done = new Promise((resolve, reject) => {
      store.transaction.oncomplete = resolve;
      store.transaction.onerror = store.transaction.onabort = () => reject(store.transaction.error);
    });
    work(store);
    await done;
  }

  all() {
    return asked(this.#store("readonly").getAll());
  }

  /* Resolves once the report is safe on the telephone. */
  async add(report) {
    await this.#do((store) => store.add({ ...report, state: "waiting" }));
    await this.changed();
  }

  async change(report, values) {
    await this.#do((store) => store.put({ ...report, ...values }));
    await this.changed();
  }

  async remove(report) {
    await this.#do((store) => store.delete(report.id));
    await this.changed();
  }

  /* Send what waits, in order; one page at a time. Returns how many reports arrived. */
  async send(user) {
    if (!navigator.locks) return this.#sendAll(user);
    return navigator.locks.request(DATABASE, { ifAvailable: true }, (lock) =>
      lock ? this.#sendAll(user) : 0,
    );
  }

  async #sendAll(user) {
    const token = await this.#token(user);
    let arrived = 0;
    while (token) {
      const waiting = (await this.all()).find((one) => one.user === user && one.state === "waiting");
      if (!waiting || !(await this.#sendOne(waiting, token))) break;
      arrived += 1;
    }
    await this.changed();
    return arrived;
  }

  /* Ask for what forms must carry; tells at the same time whether somebody answers, and to whom. */
  async #token(user) {
    try {
      const answer = await fetch(this.session, { redirect: "manual", cache: "no-store", headers: { Accept: "application/json" } });
      this.reachable = answer.status < 500;
      const told = answer.ok ? await answer.json() : {};
      this.signedIn = !this.reachable || told.user === user;
      return this.signedIn ? told.token : undefined;
    } catch {
      this.reachable = false;
      return undefined;
    }
  }

  /* Returns whether the next report may follow. */
  async #sendOne(report, token) {
    let answer;
    let told = {};
    try {
      answer = await fetch(report.action, {
        method: "POST",
        body: this.#form(report, token),
        redirect: "manual",
        headers: { Accept: "application/json" },
      });
      if (answer.headers.get("Content-Type")?.startsWith("application/json")) told = await answer.json();
    } catch {
      this.reachable = false;
      return false;
    }
    if (answer.status >= 500 || answer.status === 429) {
      this.reachable = false;
      return false;
    }
    if (answer.type === "opaqueredirect") {
      this.signedIn = false;
      return false;
    }
    if (answer.ok && !told.conflict) await this.remove(report);
    else if (answer.ok) await this.change(report, { state: "conflict", said: [told.conflict] });
    else await this.change(report, { state: "refused", status: answer.status, said: told.errors?.map((error) => error.message) ?? [], at_fault: told.errors?.map((error) => error.field) ?? [] });
    return true;
  }

  #form(report, token) {
    const form = new FormData();
    for (const [name, value, file] of report.fields) {
      if (file) form.append(name, value, file);
      else form.append(name, value);
    }
    form.set("csrf_token", token);
    return form;
  }
}
