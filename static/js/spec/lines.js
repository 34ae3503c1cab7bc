// Turns each text of one thing a line into rows of fields. The text stays what is sent.
import { shapeOf } from "./shapes.js";

function field(part, value, name, disabled) {
  const control = document.createElement(part.choices ? "select" : "input");
  control.setAttribute("aria-label", name);
  control.disabled = disabled;
  if (part.choices) {
    for (const choice of part.choices) control.append(new Option(choice, choice, false, choice === value));
  } else {
    control.value = value;
    control.placeholder = part.hint || "";
    control.autocomplete = "off";
    control.spellcheck = false;
    if (part.list) control.setAttribute("list", `list-${part.list}`);
  }
  const frame = document.createElement("span");
  frame.className = `pf-v6-c-form-control wide-${part.wide}`;
  frame.title = part.label;
  frame.append(control);
  return frame;
}

function valuesOf(row) {
  return [...row.querySelectorAll("input, select")].map((control) => control.value);
}

/** The rows of one text. */
class Lines {
  constructor(text) {
    this.text = text;
    this.noun = text.dataset.noun;
    this.shape = shapeOf(text.dataset.shape, this.noun, text.placeholder.split("\n")[0], text.dataset.list);
    this.rows = document.createElement("div");
    this.rows.className = "lines";
    this.rows.setAttribute("role", "group");
    this.rows.setAttribute("aria-labelledby", `l-${text.name}`);
    const described = text.getAttribute("aria-describedby");
    if (described) this.rows.setAttribute("aria-describedby", described);
    this.adder = document.createElement("button");
    this.adder.type = "button";
    this.adder.className = "pf-v6-c-button pf-m-link pf-m-inline";
    this.adder.textContent = `Add ${this.noun}`;
    this.adder.disabled = text.disabled;
    this.adder.addEventListener("click", () => this.add("").querySelector("input, select").focus());
    for (const line of text.value.split("\n").filter(Boolean)) this.add(line);
    this.rows.append(this.adder);
    text.after(this.rows);
    text.hidden = true;
    // The label names the rows now, and links of the summary lead to what can be used.
    document.getElementById(`l-${text.name}`).removeAttribute("for");
    this.adder.id = `f-${text.name}`;
    text.id = "";
    this.rows.addEventListener("input", () => this.write());
    this.rows.addEventListener("keydown", (event) => this.key(event));
  }

  add(line, after = null) {
    const number = this.rows.querySelectorAll(".line").length + 1;
    const values = line ? this.shape.split(line) : this.shape.parts.map((part) => part.choices?.[0] || "");
    const row = document.createElement("div");
    row.className = "line";
    row.join = values ? this.shape.join : ([only]) => only;
    const parts = values ? this.shape.parts : [{ label: this.noun, wide: 1 }];
    parts.forEach((part, n) => {
      const name = parts.length > 1 ? `${part.label}, ${this.noun} ${number}` : `${this.noun} ${number}`;
      row.append(field(part, (values || [line])[n], name, this.text.disabled));
    });
    const remover = document.createElement("button");
    remover.type = "button";
    remover.className = "pf-v6-c-button pf-m-plain remove";
    remover.textContent = "×";
    remover.disabled = this.text.disabled;
    remover.setAttribute("aria-label", `Remove ${this.noun} ${number}`);
    remover.addEventListener("click", () => this.remove(row));
    row.append(remover);
    if (after) after.after(row);
    else this.rows.insertBefore(row, this.adder.parentNode ? this.adder : null);
    return row;
  }

  remove(row) {
    const next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    this.write();
    (next?.querySelector("input, select") || this.adder).focus();
  }

  key(event) {
    const row = event.target.closest(".line");
    if (event.key !== "Enter" || !row || event.target.tagName === "BUTTON") return;
    event.preventDefault();
    if (valuesOf(row).some(Boolean)) this.add("", row).querySelector("input, select").focus();
  }

  /** Put into the text what the rows say, and tell whoever listens to the form. */
  write() {
    const lines = [...this.rows.querySelectorAll(".line")].map((row) => row.join(valuesOf(row)));
    // An empty row holds no line, but keeps its number for the faults of those behind it.
    this.numbers = lines.flatMap((line, n) => (line ? [n] : []));
    this.text.value = lines.filter(Boolean).join("\n");
    this.text.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Mark the rows with these line numbers as wrong, and no others. */
  mark(wrong) {
    const rows = [...this.rows.querySelectorAll(".line")];
    const numbers = this.numbers || rows.map((_, n) => n);
    const bad = new Set(wrong.map((n) => rows[numbers[n]]));
    for (const row of rows) {
      for (const control of row.querySelectorAll("input, select")) {
        if (bad.has(row)) control.setAttribute("aria-invalid", "true");
        else control.removeAttribute("aria-invalid");
        control.parentNode.classList.toggle("pf-m-error", bad.has(row));
      }
    }
  }
}

/** Make rows of every list in `form`; returns them by the name of their field. */
export function enhance(form) {
  const texts = form.querySelectorAll("textarea[data-shape]");
  return new Map([...texts].map((text) => [text.name, new Lines(text)]));
}
