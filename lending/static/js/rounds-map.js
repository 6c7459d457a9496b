/* The rounds of the day on a map: a line for each crew, its stops by number. The list above says
   the same; tiles come from where the installation says, or from nowhere. */

const TILES = { maxZoom: 19, crossOrigin: true, referrerPolicy: "same-origin" };
let map = null;

function ground(frame) {
  const { tiles, attribution } = frame.dataset;
  if (!tiles) return null;
  if (tiles.endsWith(".pmtiles")) {
    const { bsTheme } = document.documentElement.dataset;
    const dark = bsTheme ? bsTheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    return window.protomapsL.leafletLayer({
      url: tiles, flavor: dark ? "dark" : "light", lang: document.documentElement.lang, attribution,
    });
  }
  return window.L.tileLayer(tiles, { ...TILES, attribution });
}

/** Without tiles the limits of the communes are the ground, each with its name. */
async function outlines(frame, onto) {
  const answer = await fetch(frame.dataset.outlines);
  if (!answer.ok || map !== onto) return;
  window.L.geoJSON(await answer.json(), {
    interactive: false,
    style: { className: "map-outline" },
    onEachFeature: (feature, layer) => layer.bindTooltip(feature.properties.name, {
      permanent: true, direction: "center", className: "map-commune",
    }),
  }).addTo(onto).bringToBack();
}

const at = ({ latitude, longitude }) => [latitude, longitude];

function mark(site, className, text, label) {
  const { L } = window;
  const icon = L.divIcon({ className: `map-mark ${className}`, html: text, iconSize: [28, 28] });
  const marker = L.marker(at(site), { icon, title: label, riseOnHover: true });
  marker.on("add", () => marker.getElement().setAttribute("aria-label", label));
  return marker;
}

/** Places of one name lie beside each other, so that each number can be read. */
function apart(marks) {
  const seen = new Map();
  for (const marker of marks) {
    const key = marker.getLatLng().toString();
    const count = seen.get(key) ?? 0;
    seen.set(key, count + 1);
    if (count) marker.getElement().classList.add(`map-shift-${Math.min(count, 4)}`);
  }
}

function draw() {
  const frame = document.querySelector("#rounds-map");
  map?.remove();
  map = null;
  if (!frame || !window.L) return;
  const { L } = window;
  const rounds = JSON.parse(frame.dataset.drawn);
  map = L.map(frame, { zoomControl: false, scrollWheelZoom: false });
  map.attributionControl.setPrefix(false);
  const { in: zoomInTitle, out: zoomOutTitle } = frame.dataset;
  L.control.zoom({ zoomInTitle, zoomOutTitle }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  const tiles = ground(frame);
  if (tiles) tiles.addTo(map);
  else outlines(frame, map);
  const marks = [];
  const gates = new Set();
  const group = L.featureGroup();
  for (const { colour, gate, stops } of rounds) {
    const ends = gate ? [at(gate)] : [];
    const line = [...ends, ...stops.map((stop) => at(stop.site)), ...ends];
    group.addLayer(L.polyline(line, { className: `map-line crew-${colour}`, interactive: false }));
    if (gate && !gates.has(String(at(gate)))) {
      gates.add(String(at(gate)));
      const depot = mark(gate, "map-depot", "D", frame.dataset.depot);
      marks.push(depot);
      group.addLayer(depot);
    }
    for (const { number, label, card, site } of stops) {
      const marker = mark(site, `crew-${colour}${site.is_guess ? " is-guess" : ""}`, number, label);
      marker.on("click keypress", (event) => {
        if (event.originalEvent.key && event.originalEvent.key !== "Enter") return;
        const found = document.getElementById(card);
        found.open = true;
        found.querySelector("summary").focus();
        found.scrollIntoView({ block: "center" });
      });
      marks.push(marker);
      group.addLayer(marker);
    }
  }
  map.fitBounds(group.getBounds().pad(0.15), { maxZoom: 15 });
  group.addTo(map);
  apart(marks);
}

document.addEventListener("rounds:shown", draw);
draw();
