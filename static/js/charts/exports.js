// The charts as files, and as a table.
import { columnsOf } from "./columns.js";
import { moment } from "./definitions.js";

const ROWS = 60; // of the table
const MARGIN = 16; // px

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Return a name for a file: of what, what is shown, and when. */
export function fileName(name, range, ending) {
  const safe = name.replace(/[^A-Za-z0-9_.-]/g, "_").slice(0, 80);
  return `${safe}-${range}-${new Date().toISOString().slice(0, 19).replace(/:/g, "")}.${ending}`;
}

function everyColumn(store, charts, view) {
  return charts.flatMap((chart) =>
    columnsOf(store, chart, view).columns.map((column) => ({ ...column, chart })),
  );
}

/** Save every value that is drawn as CSV, in plain units; an empty field is unknown. */
export function saveCsv(store, charts, view, name) {
  const columns = everyColumn(store, charts, view);
  // A name that begins like a formula must not become one in a spreadsheet.
  const quoted = (text) => `"${(/^[=+\-@]/.test(text) ? `'${text}` : text).replace(/"/g, '""')}"`;
  const lines = [["time", ...columns.map((column) => quoted(`${column.chart.title}: ${column.name}`))].join(",")];
  store.times.forEach((at, place) => {
    lines.push([new Date(at * 1000).toISOString(), ...columns.map((column) => column.values[place] ?? "")].join(","));
  });
  save(new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv" }), name);
}

/** Save the charts as they are drawn as one picture, with their titles and legends. */
export function savePng(plots, title, name) {
  const ratio = devicePixelRatio;
  const [first] = plots;
  const style = getComputedStyle(first.figure);
  const width = Math.max(...plots.map((plot) => plot.area.clientWidth));
  const wide = Math.max(1, Math.min(2, Math.floor(1400 / width)));
  const height = first.area.clientHeight + 60;
  const canvas = document.createElement("canvas");
  canvas.width = (wide * (width + MARGIN) + MARGIN) * ratio;
  canvas.height = (Math.ceil(plots.length / wide) * (height + MARGIN) + 48) * ratio;
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  ctx.fillStyle = style.getPropertyValue("--paper");
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.fillStyle = style.color;
  ctx.font = "600 16px system-ui, sans-serif";
  ctx.fillText(title, MARGIN, 30);
  plots.forEach((plot, place) => {
    const left = MARGIN + (place % wide) * (width + MARGIN);
    const top = 48 + Math.floor(place / wide) * (height + MARGIN);
    ctx.fillStyle = style.color;
    ctx.font = "600 14px system-ui, sans-serif";
    ctx.fillText(plot.chart.title, left, top + 16);
    const { canvas: drawn } = plot.u.ctx;
    ctx.drawImage(drawn, left, top + 24, drawn.width / ratio, drawn.height / ratio);
    legend(ctx, plot, left, top + height - 8, style.color);
  });
  canvas.toBlob((blob) => save(blob, name), "image/png");
}

function legend(ctx, plot, left, top, colour) {
  ctx.font = "12px system-ui, sans-serif";
  let x = left;
  plot.columns.forEach((column, place) => {
    if (column.top) return;
    ctx.fillStyle = plot.colours[place];
    ctx.fillRect(x, top - 9, 10, 10);
    ctx.fillStyle = colour;
    ctx.fillText(column.name, x + 14, top);
    x += 26 + ctx.measureText(column.name).width;
  });
}

/** Return a table of what is drawn, the newest first, in at most some sixty rows. */
export function tableOf(store, charts, view) {
  const columns = everyColumn(store, charts, view);
  const table = document.createElement("table");
  const cell = (row, name, text) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (name === "th") made.scope = row.parentElement.tagName === "THEAD" ? "col" : "row";
    row.append(made);
  };
  const head = table.createTHead().insertRow();
  cell(head, "th", "Time");
  for (const column of columns) cell(head, "th", `${column.chart.title}: ${column.name}`);
  const body = table.createTBody();
  const every = Math.max(1, Math.ceil(store.times.length / ROWS));
  for (let place = store.times.length - 1; place >= 0; place -= every) {
    const row = body.insertRow();
    cell(row, "th", moment(store.times[place], view.end - view.start));
    for (const column of columns) {
      const value = column.values[place];
      cell(row, "td", value === null || value === undefined ? "–" : column.chart.format(value));
    }
  }
  return table;
}
