/* Counting a return: what is said to be damaged or lost did not come back in good order, so the
   first figure follows until somebody writes into it. Without this script the sum is checked. */

const number = (field) => Math.max(0, Number.parseInt(field.value, 10) || 0);

for (const returned of document.querySelectorAll("input[name^='returned-']")) {
  const item = returned.name.slice("returned-".length);
  const others = ["damaged", "lost"].map((kind) => document.getElementById(`${kind}-${item}`));
  const away = Number(returned.dataset.most);
  let follows = true;
  returned.addEventListener("input", () => {
    follows = false;
  });
  for (const other of others) {
    other.addEventListener("input", () => {
      if (!follows) return;
      returned.value = String(Math.max(0, away - others.reduce((sum, field) => sum + number(field), 0)));
    });
  }
}
