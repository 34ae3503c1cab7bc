"""An engine of podweb's own: ``podman system service`` on a private socket, as a child that ends with podweb."""

import contextlib
import logging
import os
import resource
import shutil
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomli_w

from pods.cgroups.layout import detect
from pods.messages.hosts import EngineInfo

log = logging.getLogger(__name__)
START_TIMEOUT = 15.0  # seconds
LONGEST_SOCKET = 100  # the kernel takes 108 bytes, less on some
PODMAN_DEFAULT_LIMIT = 1_048_576  # of files and processes, what Podman asks for by default
CAP_SYS_RESOURCE = 24
CONFIGURATION_FILES = ("/usr/share/containers/containers.conf", "/etc/containers/containers.conf")


def findings(info: EngineInfo) -> Iterator[str]:
    """Yield, in sentences, what of this engine cannot work on this machine."""
    if info.oci_runtime == "crun" and info.cgroup_version == "v1":
        yield 'This engine runs containers with crun, which cannot start them on cgroup v1: set runtime = "runc".'


def needed_changes() -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the containers.conf settings without which no container starts here, and a sentence for each."""
    settings: dict[str, Any] = {}
    notes: list[str] = []
    if detect().version == "v1" and shutil.which("runc"):
        settings["engine"] = {"runtime": "runc"}
        notes.append("Containers run with runc: crun cannot start them on this machine's cgroup v1.")
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if files != resource.RLIM_INFINITY and files < PODMAN_DEFAULT_LIMIT and not _may_raise_limits():
        processes = process_limit()
        limits = [f"nofile={files}:{files}", f"nproc={processes}:{processes}"]
        settings["containers"] = {"default_ulimits": limits}
        notes.append(f"Containers get at most {files} open files: podweb may not raise this machine's limit.")
    return settings, tuple(notes)


def process_limit(pid_max: Path = Path("/proc/sys/kernel/pid_max")) -> int:
    """Return the highest nproc that an engine started here can give: it lowers its own to the kernel's ``pid_max``."""
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    known = [PODMAN_DEFAULT_LIMIT] if hard == resource.RLIM_INFINITY else [PODMAN_DEFAULT_LIMIT, hard]
    with contextlib.suppress(OSError, ValueError):
        known.append(int(pid_max.read_text()))
    return min(known)


def _may_raise_limits() -> bool:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> CAP_SYS_RESOURCE & 1)
    return False


def configuration(changes: dict[str, Any], files: tuple[str, ...] = CONFIGURATION_FILES) -> dict[str, Any]:
    """Return the machine's containers.conf with ``changes`` on top.

    Engines before 4.5 read either the machine's files or the one that CONTAINERS_CONF names, never both.
    """
    merged: dict[str, Any] = {}
    own = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111  # may have no home
    rootless = () if os.geteuid() == 0 else (f"{own}/containers/containers.conf",)
    for name in (*files, *rootless):
        try:
            found = tomllib.loads(Path(name).read_text())
        except (OSError, tomllib.TOMLDecodeError):
            continue
        _merge(merged, found)
    _merge(merged, changes)
    return merged


def _merge(into: dict[str, Any], other: dict[str, Any]) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


class OwnEngine:
    """Started when first needed and again when it died; it has the machine's own storage and so its pods.

    Only one thread may use it: the engine is tied to the life of the thread that starts it.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self.notes: tuple[str, ...] = ()
        self.socket = directory / "podman.sock"
        if len(str(self.socket)) > LONGEST_SOCKET:
            self.socket = Path(tempfile.gettempdir()) / f"podweb-{os.geteuid()}" / "podman.sock"

    def ensure(self) -> Path:
        """Return the socket of the running engine, starting it if need be. Raises OSError with the reason."""
        if self._process is not None and self._process.poll() is None:
            return self.socket
        if shutil.which("podman") is None:
            raise FileNotFoundError("podman is not installed")
        for directory in {self._directory, self.socket.parent}:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if directory.stat().st_uid != os.geteuid():
                raise PermissionError(f"{directory} belongs to somebody else")
            directory.chmod(0o700)
        environment = dict(os.environ)
        changes, self.notes = needed_changes()
        if changes:
            path = self._directory / "containers.conf"
            path.write_text(tomli_w.dumps(configuration(changes)))
            environment["CONTAINERS_CONF"] = str(path)
            self.notes = (*self.notes, f"For the podman command to do the same: export CONTAINERS_CONF={path}")
        self.socket.unlink(missing_ok=True)
        service = ["podman", "system", "service", "--time", "0", f"unix://{self.socket}"]
        # However podweb ends, its engine ends with it; the containers run on.
        with (self._directory / "engine.log").open("ab") as output:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *service],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,  # Ctrl-C is podweb's to handle
            )
        self._wait()
        return self.socket

    def _wait(self) -> None:
        assert self._process is not None  # noqa: S101  # for the type checker
        until = time.monotonic() + START_TIMEOUT
        while time.monotonic() < until:
            if self.socket.exists():
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        said = (self._directory / "engine.log").read_text(errors="replace").strip().splitlines()[-1:]
        raise OSError(f"it did not start: {' '.join(said) or 'it said nothing'}")

    def stop(self) -> None:
        """End it; containers run on."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        self.socket.unlink(missing_ok=True)
