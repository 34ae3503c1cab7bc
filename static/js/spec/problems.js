// What is wrong with a field is said there once the field was left, or was said before: not while it is first typed.
const left = new Set();

function holderOf(element) {
  return element.closest?.("[data-field]");
}

function say(holder, problems, lines) {
  const name = holder.dataset.field;
  const place = document.getElementById(`e-${name}`);
  const texts = problems.map(({ line, message, hint }) => {
    const where = line === null ? "" : `No. ${line + 1}: `;
    return `${where}${message}${hint ? ` ${hint}` : ""}`;
  });
  const text = texts.join(" ");
  if (place.textContent !== text) place.textContent = text;
  place.hidden = !text;
  holder.classList.toggle("wrong", Boolean(text));
  const rows = lines.get(name);
  if (rows) {
    rows.mark(problems.flatMap(({ line }) => (line === null ? [] : [line])));
    return;
  }
  for (const control of holder.querySelectorAll("input, select, textarea")) {
    if (text) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
    control.closest(".pf-v6-c-form-control")?.classList.toggle("pf-m-error", Boolean(text));
  }
}

/** Say at the fields what the server found: `problems` are {field, line, message, hint}. */
export function show(form, problems, lines) {
  for (const holder of form.querySelectorAll("[data-field]")) {
    const mine = problems.filter((problem) => problem.field === holder.dataset.field);
    const said = holder.classList.contains("wrong");
    if (said || (mine.length && left.has(holder.dataset.field))) say(holder, mine, lines);
  }
}

/** Remember which fields were left; `look` is called when one was. */
export function follow(form, look) {
  form.addEventListener("focusout", (event) => {
    const holder = holderOf(event.target);
    if (!holder || holder.contains(event.relatedTarget)) return;
    if (![...holder.querySelectorAll("input, select, textarea")].some((control) => control.value)) return;
    left.add(holder.dataset.field);
    look();
  });
}
