"""The limits that one cgroup itself has, from files that stay open: cheap enough to see in time that they changed.

``pods.cgroups.limits`` reads all of them, and what is left of those above. Meanings: the kernel's
Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst.
"""

from contextlib import suppress

from pods.cgroups.files import KernelFile
from pods.cgroups.layout import Layout
from pods.cgroups.limits import NO_LIMIT, limit_number
from pods.cgroups.reader import CgroupGoneError

Limits = dict[str, int | float | str]
# (our name, v1 controller, file)
_V1_FILES = (
    ("memory", "memory", "memory.limit_in_bytes"),
    ("quota", "cpu", "cpu.cfs_quota_us"),
    ("period", "cpu", "cpu.cfs_period_us"),
    ("cpu_weight", "cpu", "cpu.shares"),
    ("pids", "pids", "pids.max"),
    ("cpuset", "cpuset", "cpuset.cpus"),
)
_V2_FILES = (
    ("memory", "memory", "memory.max"),
    ("cpu", "cpu", "cpu.max"),
    ("cpu_weight", "cpu", "cpu.weight"),
    ("pids", "pids", "pids.max"),
    ("cpuset", "cpuset", "cpuset.cpus"),
)


class OwnLimitReader:
    """The limits of the cgroup ``path`` (as in /proc/PID/cgroup); what it has no file for is left out."""

    def __init__(self, layout: Layout, path: str) -> None:
        self._path = path
        self._files: dict[str, KernelFile] = {}
        self._raw: dict[str, bytes] = {}
        self._found: Limits = {}
        if path.startswith("/.."):  # it lies above our own cgroup namespace
            return
        for name, controller, file in _V2_FILES if layout.version == "v2" else _V1_FILES:
            directory = layout.directory(controller, path)
            if directory is not None:
                with suppress(OSError):
                    self._files[name] = KernelFile(directory / file, 4096)

    def read(self) -> Limits:
        """Return the limits now: ``memory`` in bytes, ``cpu`` in processors' time, ``pids``; NO_LIMIT for none of it.

        ``cpuset`` are the processors as text, "" for all; ``cpu_weight`` is the share, in the kernel's own number.
        Raises CgroupGoneError.
        """
        try:
            raw = {name: file.read() for name, file in self._files.items()}
        except OSError as error:  # ENODEV once the cgroup is removed
            raise CgroupGoneError(self._path) from error
        if raw != self._raw:  # they hardly ever change
            self._raw, self._found = raw, self._parse(raw)
        return dict(self._found)

    @staticmethod
    def _parse(raw: dict[str, bytes]) -> Limits:
        texts = {name: one.decode("ascii", "replace").strip() for name, one in raw.items()}
        found: Limits = {}
        quota = texts.pop("cpu", "").split() or [texts.pop("quota", ""), texts.pop("period", "")]
        if (cpu := _processors(*quota[:2])) is not None:
            found["cpu"] = cpu
        if "cpuset" in texts:
            found["cpuset"] = texts.pop("cpuset")
        for name, text in texts.items():
            if (value := limit_number(text)) is not None:
                found[name] = value
        return found

    def close(self) -> None:
        """Close every file. Harmless when repeated."""
        files = list(self._files.values())
        self._files.clear()
        for file in files:
            file.close()


def _processors(quota: str = "", period: str = "") -> float | None:
    allowed, every = limit_number(quota), limit_number(period)
    if allowed is None or not every or every < 0:
        return None
    return NO_LIMIT if allowed == NO_LIMIT else round(allowed / every, 3)
