// Ticking every pod at once, and saying how many are ticked.
const form = document.getElementById("prune");

if (form) {
  const every = document.getElementById("every");
  const boxes = [...form.querySelectorAll("input[name=pod]")];
  const button = form.querySelector("button[type=submit]");
  const tell = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    every.checked = ticked === boxes.length;
    every.indeterminate = ticked > 0 && ticked < boxes.length;
    document.getElementById("ticked").textContent = ticked === 1 ? "1 pod" : `${ticked} pods`;
    button.disabled = ticked === 0;
  };
  every.hidden = false;
  every.addEventListener("change", () => {
    for (const box of boxes) box.checked = every.checked;
    tell();
  });
  for (const box of boxes) box.addEventListener("change", tell);
  window.addEventListener("pageshow", tell);
  tell();
}
