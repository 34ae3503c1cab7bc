// Which charts there are, how far back they go, and how their numbers read.
import { bytes, percent, rate } from "../format.js";

const whole = (value) => String(Math.round(value * 10) / 10);
const WHOLE = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((n) => n * 10 ** power)).flat();
const BINARY = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].flatMap((n) => [0, 1, 2, 3, 4].map((power) => n * 1024 ** power)).sort((a, b) => a - b);

/** `least`: the scale of a chart that shows nothing but zeros. `shared`: containers have no numbers of their own, so the pod's are shown whatever is chosen. */
export const CHARTS = [
  { key: "cpu", title: "CPU", metrics: ["cpu"], format: percent, least: 1 },
  { key: "memory", title: "Memory", metrics: ["memory"], format: bytes, steps: BINARY, least: 2 ** 20 },
  { key: "network", title: "Network", metrics: ["received", "sent"], format: rate, steps: WHOLE, least: 1000, shared: true },
  { key: "io", title: "Block I/O", metrics: ["read", "write"], format: rate, steps: WHOLE, least: 1000 },
  { key: "pids", title: "Processes", metrics: ["pids"], format: whole, steps: WHOLE, least: 4 },
  {
    key: "pressure",
    title: "Waiting",
    metrics: ["cpu_pressure", "memory_pressure", "io_pressure", "throttled"],
    format: percent,
    least: 1,
    shared: true,
  },
];
export const METRICS = CHARTS.flatMap((chart) => chart.metrics);
export const NAMES = {
  cpu: "CPU",
  memory: "memory",
  received: "received",
  sent: "sent",
  read: "read",
  write: "written",
  pids: "processes",
  cpu_pressure: "for CPU",
  memory_pressure: "for memory",
  io_pressure: "for I/O",
  throttled: "throttled",
};
export const RANGES = [
  { key: "15m", label: "15 min", words: "the last 15 minutes", seconds: 900, points: 95, live: true },
  { key: "6h", label: "6 h", words: "the last 6 hours", seconds: 6 * 3600, points: 370 },
  { key: "24h", label: "24 h", words: "the last 24 hours", seconds: 86400, points: 490 },
  { key: "7d", label: "7 d", words: "the last 7 days", seconds: 7 * 86400, points: 510 },
];
export const MODES = [
  { key: "pod", label: "Pod" },
  { key: "containers", label: "Containers" },
  { key: "stacked", label: "Stacked" },
];

/** Return one metric's value of a tick's usage; null when it is unknown. */
export function valueOf(usage, metric) {
  if (!usage) return null;
  const pressure = metric.endsWith("_pressure");
  if (!pressure && metric !== "throttled") return usage[metric] ?? null;
  const detail = usage.detail;
  if (!detail) return null;
  return (pressure ? detail.pressure?.[metric.replace("pressure", "some")] : detail.throttled) ?? null;
}

/** Return a moment in the reader's time zone: the time of day, and the day where several are shown. */
export function moment(seconds, span) {
  const date = new Date(seconds * 1000);
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...(span <= 900 && { second: "2-digit" }) });
  if (span <= 86400) return time;
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${time}`;
}
