"""What the machine itself has: sockets that listen, processors, block devices. Files of the kernel only."""

import ipaddress
from collections.abc import Iterator
from pathlib import Path

from pods.cgroups.layout import PROC_ROOT, Layout
from pods.messages.resources import PortInUse

SYS_ROOT = Path("/sys")
_LISTENING = {"tcp": "0A", "udp": "07"}  # include/net/tcp_states.h; a UDP socket without a peer is TCP_CLOSE


def listening(proc_root: Path = PROC_ROOT) -> set[PortInUse]:
    """Return the ports on which something listens in the first process's network namespace, else in our own.

    UDP ports that the kernel draws for clients are left out: they are taken and given back all the time.
    """
    drawn = _drawn(proc_root)
    for process in ("1", "self"):
        directory = proc_root / process / "net"
        if (directory / "tcp").exists():
            found = {port for name in ("tcp", "tcp6", "udp", "udp6") for port in _sockets(directory / name)}
            return {one for one in found if one.protocol == "tcp" or one.port not in drawn}
    return set()


def _drawn(proc_root: Path) -> range:
    words = (_text(proc_root / "sys/net/ipv4/ip_local_port_range") or "").split()
    return range(int(words[0]), int(words[1]) + 1) if len(words) == 2 else range(0)


def _sockets(file: Path) -> Iterator[PortInUse]:
    protocol = file.name.removesuffix("6")
    try:
        lines = file.read_text().splitlines()[1:]
    except OSError:
        return
    for line in lines:
        fields = line.split(maxsplit=4)
        if len(fields) == 5 and fields[3] == _LISTENING[protocol]:
            address, _, port = fields[1].partition(":")
            yield PortInUse(host_ip=_address(address), port=int(port, 16), protocol=protocol)


def _address(digits: str) -> str:
    """Read ``0100007F``: words of 32 bits in the machine's own order. "" for every address."""
    raw = bytes.fromhex(digits)
    ordered = b"".join(raw[start : start + 4][::-1] for start in range(0, len(raw), 4))
    address = ipaddress.ip_address(ordered)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return "" if address.is_unspecified else str(address)


def processors(layout: Layout, sys_root: Path = SYS_ROOT) -> str | None:
    """Return the processors that containers may use, in list format; None when nothing says so."""
    return _effective(layout, "cpus") or _text(sys_root / "devices/system/cpu/online")


def memory_nodes(layout: Layout, sys_root: Path = SYS_ROOT) -> str | None:
    """Return the memory nodes that containers may use, in list format; None when nothing says so."""
    return _effective(layout, "mems") or _text(sys_root / "devices/system/node/online")


def _effective(layout: Layout, what: str) -> str | None:
    directory = layout.directory("cpuset", "/")
    file = f"cpuset.{what}.effective" if layout.version == "v2" else f"cpuset.effective_{what}"
    return None if directory is None else _text(directory / file)


def block_devices(sys_root: Path = SYS_ROOT, dev: Path = Path("/dev")) -> tuple[str, ...]:
    """Return the block devices that hold something, sorted: unused loop devices have no size."""
    found = sorted(path.name for path in (sys_root / "block").glob("*") if _text(path / "size") not in {None, "0"})
    return tuple(str(dev / name) for name in found if (dev / name).exists())


def _text(file: Path) -> str | None:
    try:
        return file.read_text().strip() or None
    except OSError:
        return None
