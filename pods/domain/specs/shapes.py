"""Values that have parts: ports, mounts, networks, id maps. Each is given as a short text or as an object."""

from pods.domain.specs import values
from pods.domain.specs.reading import Fault, Reader, item, shown, whole
from pods.messages.facts import PortMapping
from pods.messages.specs import IdMap, Mount, NetworkAttachment

PROTOCOLS = ("tcp", "udp", "sctp")
HIGHEST_PORT = 65_535
HIGHEST_ID = 2**32 - 2
PORT_FORM = "[[IP:]HOST:]CONTAINER[/PROTOCOL], as 8080:80, 127.0.0.1:8000-8010:80-90/tcp or [::1]:53:53/udp."
MOUNT_FORM = "/HOST:/CONTAINER[:OPTIONS], VOLUME:/CONTAINER[:OPTIONS] or /CONTAINER."
# Words that --network takes for modes, so no network can be meant by them.
MODES = {"none", "host", "private", "slirp4netns", "pasta", "pod", "container", "ns"}
FLAGS = {
    "write": ("ro", "rw"),
    "exec": ("exec", "noexec"),
    "suid": ("suid", "nosuid"),
    "dev": ("dev", "nodev"),
    "label": ("z", "Z"),
    "bind": ("bind", "rbind"),
    "copy": ("copy", "nocopy"),
    "chown": ("U",),
    "overlay": ("O",),
    "propagation": (*("private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable"),),
    "copy up": ("tmpcopyup", "notmpcopyup"),
}
KIND_OF = {word: kind for kind, words in FLAGS.items() for word in words}
WITH_VALUE = ("size", "mode", "idmap", "upperdir", "workdir")


def port(raw: object) -> PortMapping:
    """Return one published port, or a range of them."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    return item(raw, _port_text, _port_fields)


def _port_text(text: str) -> PortMapping:
    rest, slash, protocol = text.strip().partition("/")
    if slash and protocol not in PROTOCOLS:
        raise Fault(f"There is no protocol {shown(protocol)}.", f"One of {', '.join(PROTOCOLS)}.")
    ip = ""
    if rest.startswith("["):
        ip, bracket, rest = rest[1:].partition("]:")
        if not bracket:
            raise Fault(f"{shown(text)} is no port.", PORT_FORM)
        rest = f"x:{rest}" if rest.count(":") == 1 else "bad::::"
    parts = rest.split(":")
    if len(parts) > 3 or (len(parts) == 3 and not ip and not parts[0]):
        raise Fault(f"{shown(text)} is no port.", PORT_FORM)
    ip = values.address(ip or parts[0]) if len(parts) == 3 else ""
    inner, many = _port_range(parts[-1], text)
    outer = 0
    if len(parts) > 1 and parts[-2]:
        outer, host_many = _port_range(parts[-2], text)
        if many != host_many:
            raise Fault("The two ranges of ports have different lengths.", PORT_FORM)
    return _ends(_mapping(ip, outer, inner, protocol, many))


def _mapping(ip: str, outer: int, inner: int, protocol: str, many: int) -> PortMapping:
    # 0.0.0.0 is every address, which the spec says as "".
    host_ip = "" if ip == "0.0.0.0" else ip
    return PortMapping(host_ip=host_ip, host_port=outer, container_port=inner, protocol=protocol or "tcp", range=many)


def _port_range(text: str, whole_text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    if not (first.isascii() and first.isdigit() and len(first) < 6) or (
        dash and not (last.isascii() and last.isdigit())
    ):
        raise Fault(f"{shown(whole_text)} is no port.", PORT_FORM)
    start, end = whole(first, 1, HIGHEST_PORT), whole(last or first, 1, HIGHEST_PORT)
    if end < start:
        raise Fault("The range of ports goes down.", PORT_FORM)
    return start, end - start + 1


def _port_fields(reader: Reader) -> PortMapping:
    made = _mapping(
        reader.text("host_ip", values.address),
        reader.number("host_port", 0, HIGHEST_PORT) or 0,
        reader.number("container_port", 1, HIGHEST_PORT) or 0,
        reader.choice("protocol", PROTOCOLS),
        reader.number("range", 1, HIGHEST_PORT) or 1,
    )
    if made.container_port == 0 and not reader.problems:
        reader.add("container_port", Fault("This is needed.", code="required"))
    return made if reader.problems else _ends(made)


def _ends(made: PortMapping) -> PortMapping:
    if max(made.host_port, made.container_port) + made.range - 1 > HIGHEST_PORT:
        raise Fault(f"The range of ports goes beyond {HIGHEST_PORT}.", code="out_of_range")
    return made


def mount(raw: object) -> Mount:
    """Return a directory, volume or tmpfs to be mounted."""
    return item(raw, _mount_text, _mount_fields)


def _mount_text(text: str) -> Mount:
    parts = text.split(":")
    if len(parts) > 3 or not parts[-1]:
        raise Fault(f"{shown(text)} is no mount.", MOUNT_FORM)
    source, destination = ("", parts[0]) if len(parts) == 1 else (parts[0], parts[1])
    if len(parts) > 1 and not source:
        raise Fault(f"{shown(text)} is no mount.", MOUNT_FORM)
    options = tuple(parts[2].split(",")) if len(parts) == 3 else ()
    kind = "bind" if source.startswith("/") else "volume"
    return _mount(kind, source, values.path(destination), options)


def _mount_fields(reader: Reader) -> Mount:
    kind = reader.choice("type", ("bind", "volume", "tmpfs"))
    source = reader.text("source")
    destination = reader.text("destination", values.path)
    options = reader.texts("options")
    if not destination and not reader.problems:
        reader.add("destination", Fault("This is needed.", code="required"))
    if reader.problems:
        return Mount(type="volume", destination="/")
    return _mount(kind or ("bind" if source.startswith("/") else "volume"), source, destination, options)


def _mount(kind: str, source: str, destination: str, options: tuple[str, ...]) -> Mount:
    if destination.rstrip("/") == "":
        raise Fault("Nothing can be mounted over /.")
    if ":" in source or ":" in destination:
        raise Fault("A path with ':' cannot be mounted.")
    if kind == "bind":
        values.path(source)
    elif kind == "tmpfs" and source:
        raise Fault("A tmpfs has no source.")
    elif kind == "volume" and source and not values.NAME.fullmatch(source):
        raise Fault(f"{shown(source)} is no name of a volume, and no absolute path.", MOUNT_FORM)
    _mount_options(kind, options)
    return Mount(type=kind, source=source, destination=destination, options=options)  # type: ignore[arg-type]  # checked above


def _mount_options(kind: str, options: tuple[str, ...]) -> None:
    """Podman's util.ProcessOptions: at most one of a kind, and what belongs to a tmpfs only there."""
    seen: set[str] = set()
    for option in options:
        name, equals, value = option.partition("=")
        what = name if name in WITH_VALUE else KIND_OF.get(option, "")
        wants = name in WITH_VALUE and name != "idmap"
        if not what or (wants and not value) or (equals and not value):
            raise Fault(f"There is no mount option {shown(option)}.", f"Known: {', '.join([*KIND_OF, *WITH_VALUE])}.")
        if what in seen:
            raise Fault(f"Of the mount options like {shown(option)} there can be only one.", code="conflict")
        seen.add(what)
    only_tmpfs, never_tmpfs = {"size", "mode", "copy up"}, {"label", "bind", "overlay", "copy", "idmap"}
    if kind != "tmpfs" and seen & only_tmpfs:
        raise Fault("size, mode, tmpcopyup and notmpcopyup are for a tmpfs.", code="conflict")
    if kind == "tmpfs" and seen & never_tmpfs:
        raise Fault("A tmpfs has no z, Z, bind, rbind, O, copy or idmap.", code="conflict")
    if ("upperdir" in seen) != ("workdir" in seen) or ("upperdir" in seen and "overlay" not in seen):
        raise Fault("upperdir and workdir go together, and with O.", code="conflict")
    if "overlay" in seen and seen - {"overlay", "chown", "upperdir", "workdir"}:
        raise Fault("O goes with no other option but U, upperdir and workdir.", code="conflict")


def network(raw: object) -> NetworkAttachment:
    """Return a network to be joined: NAME[:ip=IP,mac=MAC,alias=NAME,interface_name=NAME]."""
    return item(raw, _network_text, _network_fields)


def _network_text(text: str) -> NetworkAttachment:
    name, _, rest = text.strip().partition(":")
    asked: dict[str, list[str]] = {}
    for option in rest.split(",") if rest else ():
        key, equals, value = option.partition("=")
        if not equals or not value or key not in {"ip", "ip6", "mac", "alias", "interface_name"}:
            raise Fault(f"There is no network option {shown(option)}.", "ip=, ip6=, mac=, alias=, interface_name=.")
        asked.setdefault("ip" if key == "ip6" else key, []).append(value)
    if any(len(asked.get(key, ())) > 1 for key in ("mac", "interface_name")):
        raise Fault("mac= and interface_name= can be there once.", code="duplicate")
    return NetworkAttachment(
        name=network_name(name),
        aliases=tuple(values.alias(one) for one in asked.get("alias", ())),
        static_ips=_addresses(tuple(values.address(one) for one in asked.get("ip", ()))),
        static_mac=values.mac(asked["mac"][0]) if "mac" in asked else "",
        interface_name=values.interface(asked["interface_name"][0]) if "interface_name" in asked else "",
    )


def _network_fields(reader: Reader) -> NetworkAttachment:
    made = NetworkAttachment(
        name=reader.text("name", network_name),
        aliases=reader.texts("aliases", values.alias),
        static_ips=reader.texts("static_ips", values.address),
        static_mac=reader.text("static_mac", values.mac),
        interface_name=reader.text("interface_name", values.interface),
    )
    none: tuple[str, ...] = ()
    reader.value("static_ips", lambda _: _addresses(made.static_ips), none)
    return made


def _addresses(ips: tuple[str, ...]) -> tuple[str, ...]:
    if len({":" in ip for ip in ips}) < len(ips):
        raise Fault("A network gives at most one IPv4 and one IPv6 address.", code="conflict")
    return ips


def network_name(text: str) -> str:
    """Return a network's name; bridge and default are words for the engine's default network."""
    if text in {"", "bridge", "default"}:
        return ""
    if text in MODES:
        raise Fault(f"{shown(text)} is a mode, not a network.", "Set it as network_mode.")
    if not values.NAME.fullmatch(text) or len(text) > 255:
        raise Fault(f"{shown(text)} is no name of a network.")
    return text


def id_map(raw: object) -> IdMap:
    """Return CONTAINER:HOST:SIZE."""
    return item(raw, _id_map_text, _id_map_fields)


def _id_map_text(text: str) -> IdMap:
    parts = text.strip().split(":")
    if len(parts) == 2:
        parts.append("1")
    if len(parts) != 3:
        raise Fault(f"{shown(text)} is no id map.", "CONTAINER:HOST:SIZE, as 0:100000:65536.")
    inner, outer, many = (whole(part, 0, HIGHEST_ID) for part in parts)
    return _map(inner, outer, many)


def _id_map_fields(reader: Reader) -> IdMap:
    inner, outer, many = (reader.number(name, 0, HIGHEST_ID) for name in ("container_id", "host_id", "size"))
    for name, number in (("container_id", inner), ("host_id", outer), ("size", many)):
        if number is None and not reader.problems:
            reader.add(name, Fault("This is needed.", code="required"))
    return IdMap(container_id=0, host_id=0, size=1) if reader.problems else _map(inner or 0, outer or 0, many or 0)


def _map(inner: int, outer: int, many: int) -> IdMap:
    if many < 1 or max(inner, outer) + many - 1 > HIGHEST_ID:
        raise Fault(f"An id map has a size of at least 1 and ends at most at {HIGHEST_ID}.", code="out_of_range")
    return IdMap(container_id=inner, host_id=outer, size=many)
