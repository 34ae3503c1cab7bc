// The search field: what is on the page is narrowed at once; pods on other pages are found by the server.
const ASK_AFTER = 250; // ms without typing
const field = document.getElementById("filter");

/** Hide the pods on the page that do not hold every word typed. */
export function filter() {
  if (!field) return;
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const pods = document.querySelectorAll("#hosts tbody.pod");
  let shown = 0;
  for (const pod of pods) {
    const hit = words.every((word) => pod.dataset.search.includes(word));
    if (pod.hidden === hit) pod.hidden = !hit;
    if (hit) shown += 1;
  }
  const complete = document.querySelector(".list")?.dataset.complete === "true";
  const count = document.getElementById("filter-count");
  const text = words.length && complete ? `${shown} of ${pods.length}` : "";
  if (count.textContent !== text) count.textContent = text;
}

/** The address of the list with what is typed now; `page` 1 again when that changed. */
export function address() {
  const url = new URL(location.href);
  const typed = field?.value.trim().replace(/\s+/g, " ") || "";
  if (typed !== (url.searchParams.get("q") || "")) {
    url.searchParams.delete("page");
    if (typed) url.searchParams.set("q", typed);
    else url.searchParams.delete("q");
  }
  return url;
}

let timer = 0;

/** Follow the field; `ask` reads the list from the server again. */
export function followField(ask) {
  field?.addEventListener("input", () => {
    filter();
    clearTimeout(timer);
    timer = setTimeout(() => {
      const before = location.href;
      const whole = document.querySelector(".list")?.dataset.complete === "true";
      history.replaceState(null, "", address());
      if (!whole && location.href !== before) ask();
    }, ASK_AFTER);
  });
}
