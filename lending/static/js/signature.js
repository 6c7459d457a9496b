/* A pad to draw a signature on, in a form that works without it: the name alone is enough. */

const script = document.getElementById("signature-script");
const form = document.querySelector("[data-pad]")?.closest("form");

async function begin() {
  const { givePads, padsOf } = await import(script.dataset.field);
  await givePads(form, script.dataset.padLibrary);
  form.addEventListener("submit", () => {
    for (const [name, pad] of padsOf(form)) form.elements.namedItem(name).value = pad.isEmpty() ? "" : pad.toDataURL("image/png");
  });
}

if (form) begin();
