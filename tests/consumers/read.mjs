// Read every calendar file of a folder with one of the libraries that calendar programs are made
// of, and print what it found: { file: [[uid, start, end, title], …] }. An instant is in seconds
// since 1970, a day as 2026-07-14.
//
//     node read.mjs ical.js|node-ical FOLDER

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [library, folder] = process.argv.slice(2);

const readers = {
  async "ical.js"() {
    const { default: ICAL } = await import("ical.js");
    const moment = (time) => (time.isDate ? time.toString() : time.toUnixTime());
    return (text) =>
      new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map((component) => {
        // Left to itself each event looks through all others for its exceptions.
        const event = new ICAL.Event(component, { exceptions: [] });
        return [event.uid, moment(event.startDate), moment(event.endDate), event.summary];
      });
  },
  async "node-ical"() {
    const { default: ical } = await import("node-ical");
    const two = (number) => String(number).padStart(2, "0");
    const moment = (date) =>
      date.dateOnly
        ? `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
        : date.getTime() / 1000;
    return (text) =>
      Object.values(ical.sync.parseICS(text))
        .filter((found) => found.type === "VEVENT")
        .map((event) => [event.uid, moment(event.start), moment(event.end), event.summary]);
  },
};

const read = await readers[library]();
const found = {};
for (const name of readdirSync(folder).filter((name) => name.endsWith(".ics"))) {
  found[name] = read(readFileSync(join(folder, name), "utf8"));
}
process.stdout.write(JSON.stringify(found));
