// Numbers as people read them. Unknown is a dash, never a zero.
const BINARY = ["B", "KiB", "MiB", "GiB", "TiB"];
const DECIMAL = ["B/s", "kB/s", "MB/s", "GB/s"];

function scaled(value, base, units) {
  let unit = 0;
  while (value >= base && unit < units.length - 1) {
    value /= base;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

export const percent = (value) => `${value.toFixed(value < 10 ? 2 : 1)} %`;
export const bytes = (value) => scaled(value, 1024, BINARY);
export const rate = (value) => scaled(value, 1000, DECIMAL);
/** Say who counted it, by a tick's `source`. */
export const countedBy = (source) => (source.startsWith("cgroup") ? `kernel, ${source}` : source);
export const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB");
