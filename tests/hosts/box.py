"""One host in a box: mount, network, uts, ipc, pid and cgroup namespaces with a Podman engine inside.

Nothing outside its directory is written but its cgroups (``<hierarchy>/pwhosts/<name>``), which ``down`` removes.
The socket has the same path inside and outside. A process outside sees the box's cgroups under ``cgroup_path``.
"""

import contextlib
import io
import os
import resource
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.hosts import cables
from tests.hosts.cgroups import join_cgroups, make_cgroups, remove_cgroups, remove_leftovers

HERE = Path(__file__).parent
IMAGE = "localhost/busybox:test"
APPLETS = ("sh", "sleep", "cat", "dd", "nc", "httpd", "sha256sum", "true", "false", "echo", "yes", "head", "hostname")


class Missing(Exception):
    """Something that a box needs is not on this machine; the text says what."""


def why_not() -> str | None:
    """Return why no box can be made here, or None."""
    if os.geteuid() != 0:
        return "a real engine in namespaces of its own needs root"
    for program in ("podman", "runc", "conmon", "catatonit", "nsenter", "unshare", "ip", "busybox"):
        if shutil.which(program) is None:
            return f"a real engine needs {program}"
    return None


@dataclass
class Box:
    """A running box. ``pid`` is its first process as seen from outside."""

    name: str
    directory: Path
    pid: int
    unshared: subprocess.Popen[bytes]
    number: int = 0  # of its cable, once it has one
    engine: subprocess.Popen[bytes] | None = None
    image: str = IMAGE
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def socket(self) -> Path:
        """The engine's socket, the same path inside and outside."""
        return self.directory / "podman.sock"

    @property
    def inner_socket(self) -> str:
        """The engine's socket as a process inside sees it."""
        return str(self.socket)

    @property
    def address(self) -> str:
        """The box's own address, reachable from outside."""
        return f"10.200.{self.number}.2"

    @property
    def gateway(self) -> str:
        """The outside's address as the box sees it."""
        return f"10.200.{self.number}.1"

    @property
    def cgroup_path(self) -> str:
        """The box's cgroup below each hierarchy's root, as seen from outside."""
        return f"pwhosts/{self.directory.name}"

    def enter(self, *args: str) -> list[str]:
        """Return the argument list that runs ``args`` inside the box, in its cgroups."""
        inside = ["nsenter", "-t", str(self.pid), "-m", "-n", "-u", "-i", "-p", "-C", "--", *args]
        return [*join_cgroups(self.directory.name), *inside]

    def run(self, *args: str, check: bool = True, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a command inside; raises AssertionError with its output when it fails and ``check`` is set."""
        done = subprocess.run(self.enter(*args), capture_output=True, text=True, timeout=timeout, check=False)
        assert not check or done.returncode == 0, f"{' '.join(args)}: {done.stdout}{done.stderr}"
        return done

    def podman(self, *args: str, check: bool = True, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run the podman command inside, on the same storage as the engine."""
        return self.run("podman", *args, check=check, timeout=timeout)

    def start_engine(self) -> None:
        """Start ``podman system service`` and wait until it answers."""
        self.socket.unlink(missing_ok=True)
        service = self.enter("podman", "system", "service", "--time", "0", f"unix://{self.socket}")
        with (self.directory / "engine.log").open("ab") as log:
            self.engine = subprocess.Popen(service, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + 20
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(self.socket)), base_url="http://box") as client:
            while time.monotonic() < until:
                # First by hand: httpcore leaves its socket unclosed when nobody listens, and warnings are errors.
                with contextlib.suppress(OSError, httpx.HTTPError):
                    with socket.socket(socket.AF_UNIX) as probe:
                        probe.connect(str(self.socket))
                    if client.get("/_ping", timeout=2).status_code == 200:
                        return
                time.sleep(0.02)
        raise AssertionError("the engine did not start:\n" + (self.directory / "engine.log").read_text()[-2000:])

    def engine_pids(self) -> list[int]:
        """Return the service's processes as seen from outside."""
        assert self.engine is not None
        found = subprocess.run(
            ["pgrep", "-f", f"system service --time 0 unix://{self.socket}"],
            capture_output=True,
            text=True,
            check=False,
        )
        names = {int(pid): Path(f"/proc/{pid}/comm") for pid in found.stdout.split()}
        return [pid for pid, comm in names.items() if comm.exists() and comm.read_text().strip() == "podman"]

    def signal_engine(self, number: signal.Signals) -> None:
        """Send a signal to the service itself."""
        for pid in self.engine_pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def freeze_engine(self) -> None:
        """Let the service keep its socket but never answer."""
        self.signal_engine(signal.SIGSTOP)

    def thaw_engine(self) -> None:
        """Undo ``freeze_engine``."""
        self.signal_engine(signal.SIGCONT)
        if self.engine is not None:
            # nsenter waits for stopped children too, and stops itself when its child is.
            self.engine.send_signal(signal.SIGCONT)

    def stop_engine(self) -> None:
        """End the service; its containers run on."""
        if self.engine is not None:
            self.signal_engine(signal.SIGKILL)
            self.engine.wait(10)
            self.engine = None
        self.socket.unlink(missing_ok=True)

    def remove_all_pods(self) -> None:
        """Remove every pod and container, at once."""
        if self.engine is None:
            self.start_engine()
        transport = httpx.HTTPTransport(uds=str(self.socket))
        with httpx.Client(transport=transport, base_url="http://box", timeout=30) as api:
            # An engine keeps what watched over an exec for five minutes, in the pod's cgroup, and waits three seconds
            # for that to become empty.
            self.run("pkill", "-KILL", "-f", "conmon.* --exit-delay", check=False)
            # Asking is much quicker than the command, and most often there is nothing.
            for command, path in ((("pod", "rm"), "pods/json"), (("rm",), "containers/json?all=true")):
                if api.get(f"/v4.0.0/libpod/{path}").raise_for_status().json():
                    self.podman(*command, "--all", "--force", "--time", "0", check=False)

    def down(self) -> None:
        """End everything inside and remove what is left of it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        # First: what is frozen cannot die, and the namespace does not end before the last of it.
        remove_cgroups(self.directory.name)
        self.unshared.wait(20)
        if self.engine is not None:
            self.engine.wait(20)
        shutil.rmtree(self.directory, ignore_errors=True)


def write_configuration(directory: Path, *, defaults: bool) -> None:
    """Write /etc/containers. ``defaults`` leaves Podman's own, with which no container starts on some machines."""
    for path in ("etc/containers", "var/lib/containers"):
        (directory / path).mkdir(parents=True)
    (directory / "etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
    (directory / "etc/hosts").write_text("127.0.0.1 localhost\n")
    containers = directory / "etc/containers"
    (containers / "policy.json").write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    (containers / "registries.conf").write_text("")
    if defaults:
        return
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    processes = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    # An engine lowers its own limit to the kernel's, and can give no more than it has.
    pid_max = int(Path("/proc/sys/kernel/pid_max").read_text())
    processes = pid_max if processes == resource.RLIM_INFINITY else min(processes, pid_max)
    files = 65536 if files == resource.RLIM_INFINITY else files
    (containers / "containers.conf").write_text(
        "[containers]\n"
        f'default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]\n'
        'log_driver = "k8s-file"\n'
        "[engine]\n"
        'runtime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nlock_type = "file"\n'
        "stop_timeout = 2\n"
    )


def write_image(path: Path) -> None:
    """Write a root file system of busybox alone, for ``podman import``."""
    busybox = Path(shutil.which("busybox") or "/bin/busybox").read_bytes()
    with tarfile.open(path, "w") as tar:
        entry = tarfile.TarInfo("bin/busybox")
        entry.size, entry.mode = len(busybox), 0o755
        tar.addfile(entry, io.BytesIO(busybox))
        for applet in APPLETS:
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)


def connect(box: Box) -> None:
    """Give the box a network cable to the outside, without a way further."""

    def ip(*args: str) -> None:
        subprocess.run(["ip", *args], check=True, capture_output=True, timeout=10)

    box.number = cables.lay(box.pid)
    outer, inner = cables.ends(box.number)
    ip("addr", "add", f"{box.gateway}/30", "dev", outer)
    ip("link", "set", outer, "up")
    box.run("ip", "addr", "add", f"{box.address}/30", "dev", inner)
    box.run("ip", "link", "set", inner, "up")


@contextmanager
def make_host(name: str, *, engine: bool = True, defaults: bool = False) -> Iterator[Box]:
    """Yield a running box called ``name``; ``engine=False`` leaves the service unstarted and no image imported.

    Raises Missing when it cannot be had here.
    """
    if reason := why_not():
        raise Missing(reason)
    remove_leftovers()
    directory = Path(tempfile.mkdtemp(prefix=f"pw{os.getpid()}-{name}-"))
    directory.chmod(0o755)
    make_cgroups(directory.name)
    write_configuration(directory, defaults=defaults)
    unshare = ["unshare", "--mount", "--net", "--uts", "--ipc", "--pid", "--cgroup", "--fork", "--kill-child"]
    inside = ["--propagation", "private", "catatonit", "-g", "--", "sh", str(HERE / "inside.sh"), str(directory), name]
    with (directory / "box.log").open("wb") as log:
        unshared = subprocess.Popen(
            [*join_cgroups(directory.name), *unshare, *inside], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    box = Box(name, directory, first_process(unshared, directory), unshared)
    try:
        connect(box)
        if engine:
            write_image(directory / "image.tar")
            box.podman("import", "--change", "ENV PATH=/bin", str(directory / "image.tar"), IMAGE)
            box.start_engine()
        yield box
    finally:
        box.down()


def first_process(unshared: subprocess.Popen[bytes], directory: Path) -> int:
    """Return the pid of the box's first process once the box is set up."""
    until = time.monotonic() + 10
    while time.monotonic() < until and unshared.poll() is None:
        if (directory / "ready").exists():
            children = Path(f"/proc/{unshared.pid}/task/{unshared.pid}/children").read_text().split()
            return int(children[0])
        time.sleep(0.01)
    raise AssertionError("the box did not come up:\n" + (directory / "box.log").read_text())
