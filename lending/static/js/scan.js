/* Labels read with the camera: by the browser where it can, else by a reader of our own.
   What is read goes the way of what is typed: into the field, and the form is sent. */

const PAUSE = 200; // milliseconds between two looks
const FORGET = 3000; // how long a label must be out of sight before it counts again
const AGAIN = "scanner-again";

async function readerFor(box) {
  if ("BarcodeDetector" in window) {
    const formats = await window.BarcodeDetector.getSupportedFormats();
    if (formats.includes("qr_code")) return new window.BarcodeDetector({ formats: ["qr_code"] });
  }
  await new Promise((loaded, failed) => {
    const script = document.createElement("script");
    script.src = box.dataset.scanner;
    script.addEventListener("load", loaded);
    script.addEventListener("error", failed);
    document.head.append(script);
  });
  const { BarcodeDetector, prepareZXingModule } = window.BarcodeDetectionAPI;
  prepareZXingModule({ overrides: { locateFile: () => box.dataset.wasm } });
  return new BarcodeDetector({ formats: ["qr_code"] });
}

function remembered() {
  return JSON.parse(sessionStorage.getItem(AGAIN) ?? "{}");
}

function setUp(box) {
  const button = box.querySelector(".scanner-start");
  const camera = box.querySelector(".scanner-camera");
  const video = box.querySelector("video");
  const says = box.querySelector(".scanner-says");
  const form = box.querySelector("form");
  const list = box.dataset.list ? document.getElementById(box.dataset.list) : null;
  let stream = null;

  /* A list takes one label after the other; its form is sent once, by hand. */
  function addTo(field, text, reader) {
    const code = text.split("/").pop();
    const lines = field.value.split("\n").filter((line) => line.trim());
    if (!lines.includes(code)) field.value = [...lines, code].join("\n");
    says.textContent = button.dataset.read + code;
    setTimeout(look, PAUSE, reader);
  }

  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    camera.hidden = true;
    button.querySelector("span").textContent = button.dataset.start;
  }

  async function look(reader) {
    if (!stream) return;
    const [found] = video.readyState >= 2 ? await reader.detect(video) : [];
    const text = found?.rawValue;
    const last = remembered();
    if (text && (text !== last.text || Date.now() - last.seen > FORGET)) {
      sessionStorage.setItem(AGAIN, JSON.stringify({ text, seen: Date.now(), on: true }));
      navigator.vibrate?.(80);
      if (list) return addTo(list, text, reader);
      form.elements.code.value = text.split("/").pop();
      says.textContent = button.dataset.read + form.elements.code.value;
      stop();
      form.requestSubmit();
      return;
    }
    if (text) sessionStorage.setItem(AGAIN, JSON.stringify({ ...last, seen: Date.now() }));
    setTimeout(look, PAUSE, reader);
  }

  async function start() {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      await video.play();
      const reader = await readerFor(box);
      camera.hidden = false;
      says.textContent = button.dataset.looking;
      button.querySelector("span").textContent = button.dataset.stop;
      look(reader);
    } catch {
      stop();
      says.textContent = button.dataset.denied;
      (list ?? form.elements.code).focus();
    }
  }

  button.addEventListener("click", () => {
    if (!stream) return start();
    sessionStorage.removeItem(AGAIN);
    says.textContent = "";
    return stop();
  });
  /* Where one label after the other is added, the camera goes on by itself. */
  if (form?.method === "post" && remembered().on) start();
}

document.querySelectorAll("[data-scanner]").forEach(setUp);
