/* A pad to draw a signature on, in a form that works without it: the name alone is enough. */

const script = document.getElementById("signature-script");
const frame = document.querySelector("[data-pad]");

async function givePad() {
  const { default: SignaturePad } = await import(script.dataset.padLibrary);
  frame.hidden = false;
  const canvas = frame.querySelector("canvas");
  const ratio = Math.max(window.devicePixelRatio || 1, 1);
  canvas.width = canvas.offsetWidth * ratio;
  canvas.height = canvas.offsetHeight * ratio;
  canvas.getContext("2d").scale(ratio, ratio);
  const pad = new SignaturePad(canvas, { penColor: "rgb(0, 0, 80)", minWidth: 1, maxWidth: 3 });
  frame.querySelector("[data-pad-clear]").addEventListener("click", () => pad.clear());
  frame.closest("form").addEventListener("submit", (event) => {
    const field = event.target.elements.namedItem(frame.dataset.pad);
    field.value = pad.isEmpty() ? "" : pad.toDataURL("image/png");
  });
}

if (frame) givePad();
