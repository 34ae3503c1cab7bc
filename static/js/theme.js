// Blocking on purpose: the colours must be right before the first paint.
(() => {
  const order = ["system", "light", "dark"];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    const word = localStorage.getItem("podweb.theme");
    return order.includes(word) ? word : "system";
  };
  const apply = () => {
    const word = chosen();
    const isDark = word === "dark" || (word === "system" && dark.matches);
    document.documentElement.classList.toggle("pf-v6-theme-dark", isDark);
    document.documentElement.dataset.theme = word;
    const button = document.getElementById("theme");
    if (button) {
      button.title = `Colours: ${word}`;
      button.setAttribute("aria-label", button.title);
    }
  };
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    document.getElementById("theme").addEventListener("click", () => {
      localStorage.setItem("podweb.theme", order[(order.indexOf(chosen()) + 1) % order.length]);
      apply();
    });
  });
})();
