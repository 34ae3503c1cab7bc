// The timeline of a pod's page: narrowed to what the reader chose, also after it has been read again.
const main = document.getElementById("main");
const detail = document.getElementById("detail");
const KEY = "podweb.timeline";

function paint() {
  const filter = document.getElementById("timeline-filter");
  if (!filter) return;
  filter.hidden = false;
  for (const button of filter.querySelectorAll("button")) {
    const chosen = button.dataset.only === main.dataset.timeline;
    button.setAttribute("aria-pressed", String(chosen));
    button.classList.toggle("pf-m-selected", chosen);
  }
}

main.dataset.timeline = sessionStorage.getItem(KEY) || "all";
paint();
document.addEventListener("click", (event) => {
  const button = event.target.closest("#timeline-filter button");
  if (!button) return;
  main.dataset.timeline = button.dataset.only;
  sessionStorage.setItem(KEY, button.dataset.only);
  paint();
});
if (detail) new MutationObserver(paint).observe(detail, { childList: true });
