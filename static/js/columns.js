// Blocking on purpose: the columns that the reader left out must be so before the first paint.
(() => {
  const KEY = "podweb.columns-off";
  const root = document.documentElement;
  const off = new Set((localStorage.getItem(KEY) || "").split(" ").filter(Boolean));
  const apply = () => {
    root.dataset.without = [...off].join(" ");
  };
  apply();
  document.addEventListener("DOMContentLoaded", () => {
    const boxes = [...document.querySelectorAll("#columns input")];
    for (const box of boxes) box.checked = !off.has(box.value);
    document.getElementById("columns").addEventListener("change", ({ target }) => {
      if (target.checked) off.delete(target.value);
      else off.add(target.value);
      if (off.size) localStorage.setItem(KEY, [...off].join(" "));
      else localStorage.removeItem(KEY);
      apply();
    });
  });
})();
