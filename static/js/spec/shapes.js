// How one line of a list in the form is taken apart into fields, and put together again. What a shape cannot take
// apart (`split` gives null) is shown as it is written.
const trimmed = (parts) => parts.map((part) => part.trim());

function pair(separator, names) {
  return {
    parts: names,
    split(line) {
      const at = line.indexOf(separator);
      return at < 0 ? null : [line.slice(0, at), line.slice(at + separator.length)];
    },
    join: ([first, second]) => (first || second ? `${first}${separator}${second}` : ""),
  };
}

/** `/dev/sda:1mb`: the last colon parts it. */
function lastPair(names) {
  return {
    parts: names,
    split(line) {
      const at = line.lastIndexOf(":");
      return at < 0 ? null : [line.slice(0, at), line.slice(at + 1)];
    },
    join: ([first, second]) => (first || second ? `${first.trim()}:${second.trim()}` : ""),
  };
}

const port = {
  parts: [
    { label: "Address on the host", hint: "every address", wide: 2 },
    { label: "Port on the host", hint: "drawn", wide: 1 },
    { label: "Port in the pod", hint: "80", wide: 1 },
    { label: "Protocol", choices: ["tcp", "udp", "sctp"], wide: 1 },
  ],
  split(line) {
    const found = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):(?=[\d-]*:))?(?:([\d-]*):)?([\d-]*)(?:\/(tcp|udp|sctp))?$/.exec(line.trim());
    return found ? [found[1] || found[2] || "", found[3] || "", found[4], found[5] || "tcp"] : null;
  },
  join(parts) {
    const [address, host, inner, protocol] = trimmed(parts);
    if (!address && !host && !inner) return "";
    const ip = address.includes(":") ? `[${address.replace(/^\[|\]$/g, "")}]` : address;
    const before = ip ? `${ip}:${host}:` : host ? `${host}:` : "";
    return `${before}${inner}${protocol === "tcp" ? "" : `/${protocol}`}`;
  },
};

const mount = {
  parts: [
    { label: "Kind", choices: ["volume", "bind", "tmpfs"], wide: 1 },
    { label: "Volume, or path on the host", hint: "name or /path", list: "volumes", wide: 2 },
    { label: "Path in the container", hint: "/data", wide: 2 },
    { label: "Options", hint: "ro,Z", wide: 1 },
  ],
  split(line) {
    if (line.startsWith("type=")) {
      const words = line.split(",");
      const named = Object.fromEntries(words.filter((word) => /^(type|source|destination)=/.test(word)).map((word) => word.split(/=(.*)/s)));
      const rest = words.filter((word) => !/^(type|source|destination)=/.test(word)).join(",");
      return [named.type, named.source || "", named.destination || "", rest];
    }
    const words = line.split(":");
    if (words.length > 3) return null;
    if (words.length === 1) return ["volume", "", words[0], ""];
    return [words[0].startsWith("/") ? "bind" : "volume", words[0], words[1], words[2] || ""];
  },
  join(parts) {
    const [kind, source, destination, options] = trimmed(parts);
    if (!source && !destination && !options) return "";
    const plain = kind === (source.startsWith("/") ? "bind" : "volume") && (source || !options);
    if (plain) return [source, destination, options].filter(Boolean).join(":");
    return [`type=${kind}`, source && `source=${source}`, `destination=${destination}`, options].filter(Boolean).join(",");
  },
};

const NETWORK_KEYS = ["ip", "mac", "alias", "interface_name"];
const network = {
  parts: [
    { label: "Network", hint: "the engine's default", list: "networks", wide: 2 },
    { label: "Static IP", hint: "10.88.0.7", wide: 2 },
    { label: "Static MAC", hint: "92:d0:c6:0a:29:33", wide: 2 },
    { label: "Aliases", hint: "db,cache", wide: 1 },
    { label: "Interface", hint: "eth0", wide: 1 },
  ],
  split(line) {
    const at = line.indexOf(":");
    const name = at < 0 ? line : line.slice(0, at);
    const found = { ip: [], mac: [], alias: [], interface_name: [] };
    for (const word of at < 0 ? [] : line.slice(at + 1).split(",")) {
      const [key, value] = word.split(/=(.*)/s);
      const known = key === "ip6" ? "ip" : key;
      if (!found[known] || !value) return null;
      found[known].push(value);
    }
    return [name, ...NETWORK_KEYS.map((key) => found[key].join(","))];
  },
  join(parts) {
    const [name, ...values] = trimmed(parts);
    const options = values.flatMap((value, n) => value.split(",").filter(Boolean).map((one) => `${NETWORK_KEYS[n]}=${one.trim()}`));
    if (!name && !options.length) return "";
    return options.length ? `${name || "default"}:${options.join(",")}` : name;
  },
};

const idMap = {
  parts: [
    { label: "First id in the container", hint: "0", wide: 1 },
    { label: "First id on the host", hint: "100000", wide: 1 },
    { label: "How many", hint: "65536", wide: 1 },
  ],
  split(line) {
    const words = line.split(":");
    return words.length === 3 ? words : null;
  },
  join: (parts) => (trimmed(parts).some(Boolean) ? trimmed(parts).join(":") : ""),
};

const RATE = { label: "Rate", hint: "10mb", wide: 1 };
const DEVICE = { label: "Device", hint: "/dev/sda", list: "devices", wide: 2 };
const SHAPES = {
  port,
  mount,
  network,
  id_map: idMap,
  pair: pair("=", [{ label: "Name", hint: "name", wide: 1 }, { label: "Value", hint: "value", wide: 2 }]),
  host: pair(":", [{ label: "Name", hint: "db.example", wide: 2 }, { label: "IP address", hint: "10.0.0.7", wide: 2 }]),
  device_rate: lastPair([DEVICE, { ...RATE, label: "Bytes per second" }]),
  device_count: lastPair([DEVICE, { ...RATE, label: "Operations per second", hint: "1000" }]),
  device_weight: lastPair([DEVICE, { ...RATE, label: "Weight", hint: "10 to 1000" }]),
};

/** Return the shape of that name; one text for each line where there is none. `list` names its suggestions. */
export function shapeOf(name, label, hint, list) {
  return SHAPES[name] || { parts: [{ label, hint, list, wide: 1 }], split: (line) => [line], join: ([line]) => line };
}
