"""One value of a spec each: from the text that people write to what the spec holds. Every function raises Fault.

What is allowed is what Podman 4.3 and 5.8 allow (pkg/specgen, cmd/podman/parse), and the kernel where they only
pass on.
"""

import re
import shlex
from ipaddress import ip_address

from pods.domain.specs.reading import Fault, shown, sound

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
LONGEST_NAME = 63  # it becomes the hostname inside
HOSTNAME = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9_.-]*[a-zA-Z0-9])?")
DOMAIN = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*\.?")
HOST_ENTRY = re.compile(r"[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?")
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
INTERFACE = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,14}")
IMAGE = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._/:@-]*")
USER = re.compile(r"[a-zA-Z0-9_.-]+(:[a-zA-Z0-9_.-]+)?")
VARIABLE = re.compile(r"[^=\s\x00-\x1f\x7f]+")
SIGNAL = re.compile(r"(SIG)?[A-Z][A-Z0-9+-]*|[0-9]{1,2}")
CAPABILITY = re.compile(r"(CAP_)?[A-Z][A-Z_]*")
CDI = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*/[a-zA-Z0-9][a-zA-Z0-9._-]*=[a-zA-Z0-9._:-]+")
IPC_SYSCTLS = frozenset(
    f"kernel.{one}" for one in ("msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced")
)
# Labels that podweb sets itself.
RESERVED_LABEL = "io.podweb."


def pod_name(text: str) -> str:
    """Return the name of a pod, container or volume."""
    if not NAME.fullmatch(text) or len(text) > LONGEST_NAME:
        hint = f"Begin with a letter or digit; then letters, digits, '_', '.' and '-'; at most {LONGEST_NAME}."
        raise Fault("This is no name that Podman takes.", hint)
    return text


def hostname(text: str) -> str:
    """Return a hostname."""
    if not HOSTNAME.fullmatch(text) or len(text) > LONGEST_NAME or ".." in text:
        hint = f"Letters, digits, inner '-', '_' and '.'; at most {LONGEST_NAME} characters."
        raise Fault("This is no hostname.", hint)
    return text


def label_key(text: str) -> str:
    """Return the name of a label."""
    if not text or "=" in text or text != text.strip():
        raise Fault("This is no name for a label.", "It must not be empty, contain '=' or begin or end with a blank.")
    if text.startswith(RESERVED_LABEL):
        raise Fault(f"Labels that begin with {RESERVED_LABEL} are podweb's own.", code="reserved")
    return text


def address(text: str) -> str:
    """Return an IP address in its usual form, IPv6 without brackets."""
    bare = text.removeprefix("[").removesuffix("]")
    try:
        # An IPv6 zone is the sender's own affair, and Podman takes none.
        return str(ip_address(bare if "%" not in bare else ""))
    except ValueError:
        raise Fault(f"{shown(text)} is no IP address.", "For example 10.88.0.7 or fd00::7.") from None


def mac(text: str) -> str:
    """Return a MAC address as six lower-case pairs with colons."""
    found = text.strip().lower().replace("-", ":")
    if not MAC.fullmatch(found):
        raise Fault(f"{shown(text)} is no MAC address.", "For example 92:d0:c6:0a:29:33.")
    if int(found[:2], 16) & 1 or found == "00:00:00:00:00:00":
        raise Fault("No interface can have this MAC address.", "The first pair must be even, and not all may be zero.")
    return found


def interface(text: str) -> str:
    """Return the name of a network interface."""
    if not INTERFACE.fullmatch(text) or text == "lo":
        raise Fault(
            f"{shown(text)} is no name for an interface.", "At most 15 letters, digits, '_', '.' and '-'; not lo."
        )
    return text


def alias(text: str) -> str:
    """Return a name that others on the network find the pod by."""
    if not HOST_ENTRY.fullmatch(text) or len(text) > 253:
        raise Fault(f"{shown(text)} is no name for the network's DNS.")
    return text


def search_domain(text: str) -> str:
    """Return a DNS search domain; "." is none at all."""
    letters = any(one.isalpha() for one in text)
    if text != "." and not (DOMAIN.fullmatch(text) and letters and len(text) < 255):
        raise Fault(f"{shown(text)} is no domain.", "For example example.com; a single . removes the search domains.")
    return text


def dns_option(text: str) -> str:
    """Return an option of resolv.conf, as ndots:2."""
    if not re.fullmatch(r"[a-zA-Z0-9-]+(:[0-9]+)?", text):
        raise Fault(f"{shown(text)} is no option of resolv.conf.", "For example ndots:2.")
    return text


def extra_host(text: str) -> str:
    """Return NAME:IP; host-gateway for the IP is the host itself."""
    name, _, ip = text.partition(":")
    if not HOST_ENTRY.fullmatch(name) or len(name) > 253:
        raise Fault(f"{shown(text)} is not NAME:IP.", "For example db:10.0.0.7.")
    return f"{name}:{ip if ip == 'host-gateway' else address(ip)}"


def path(text: str) -> str:
    """Return an absolute path."""
    if not text.startswith("/") or ".." in text.split("/"):
        raise Fault(f"{shown(text)} is no absolute path.", "It must begin with / and not contain ..")
    return text


def namespace(*words: str) -> "Mode":
    """Return a reader of a namespace's mode: one of ``words``, or ns:PATH."""
    return Mode(words)


class Mode:
    """Reads a namespace's mode. ``options``: words that may be followed by :OPTIONS."""

    def __init__(self, words: tuple[str, ...], options: tuple[str, ...] = ()) -> None:
        self.words = words
        self.options = options

    def __call__(self, text: str) -> str:
        """Return the mode; raises Fault."""
        word, colon, rest = text.partition(":")
        if word == "ns" and colon:
            return f"ns:{path(rest)}"
        if text not in self.words and not (word in self.options and rest):
            known = [*self.words, *(f"{one}:OPTIONS" for one in self.options), "ns:PATH"]
            raise Fault(f"There is no mode {shown(text)} here.", f"One of {', '.join(known)}.")
        return text


def sysctl(text: str) -> str:
    """Return the name of a kernel parameter that belongs to a namespace of the pod (Podman's util.ValidateSysctls)."""
    if text not in IPC_SYSCTLS and not re.fullmatch(r"(net|fs\.mqueue)\.[a-zA-Z0-9_./-]+", text):
        raise Fault(
            f"A pod cannot set {shown(text)}.", "Only net.*, fs.mqueue.* and the kernel.msg*, sem and shm* ones."
        )
    return text


def sysctl_value(text: str) -> str:
    """Return a kernel parameter's value."""
    if not text or text != sound(text).strip() or "=" in text:
        raise Fault("This is no value of a kernel parameter.", "No '=', and no blanks around it.")
    return text


def security_opt(text: str) -> str:
    """Return a security option, with '=' between name and value."""
    if text == "no-new-privileges":
        return text
    name, _, value = text.partition("=") if "=" in text else text.partition(":")
    known = ("apparmor", "label", "mask", "proc-opts", "seccomp", "systempaths", "unmask", "no-new-privileges")
    if name not in known or not value:
        raise Fault(f"There is no security option {shown(text)}.", f"NAME=VALUE; known: {', '.join(known)}.")
    if name == "no-new-privileges" and value not in {"true", "false"}:
        raise Fault("no-new-privileges is true or false.")
    if name == "systempaths" and value != "unconfined":
        raise Fault("systempaths can only be unconfined.")
    if (
        name == "label"
        and value not in {"disable", "nested"}
        and value.partition(":")[0]
        not in {
            *("user", "role", "type", "level", "filetype"),
        }
    ):
        raise Fault(
            f"There is no label option {shown(value)}.", "disable, nested, or one of user: role: type: level: filetype:"
        )
    if name == "seccomp" and value != "unconfined" and not value.startswith("/"):
        raise Fault("seccomp is unconfined or the absolute path of a profile on the host.")
    return f"{name}={value}"


def device(text: str) -> str:
    """Return HOST[:CONTAINER[:PERMISSIONS]], or a CDI name as vendor.com/class=name."""
    if CDI.fullmatch(text):
        return text
    parts = text.split(":")
    rights = parts[-1] if len(parts) > 1 and not parts[-1].startswith("/") else None
    paths = parts if rights is None else parts[:-1]
    if not 1 <= len(paths) <= 2 or (rights is not None and not set(rights) <= set("rwm")) or rights == "":
        raise Fault(
            f"{shown(text)} is no device.", "HOST[:CONTAINER[:PERMISSIONS]], as /dev/fuse or /dev/sda:/dev/disk:r."
        )
    for one in paths:
        path(one)
    if not paths[0].startswith("/dev/") and paths[0] != "/dev":
        raise Fault("Devices are below /dev.")
    return text


def volumes_from(text: str) -> str:
    """Return CONTAINER[:OPTIONS] with the options ro, rw, z."""
    name, colon, options = text.partition(":")
    if not NAME.fullmatch(name) or (colon and not set(options.split(",")) <= {"ro", "rw", "z"}):
        raise Fault(f"{shown(text)} is not CONTAINER[:OPTIONS].", "Options are ro, rw and z, with commas between them.")
    return text


def image(text: str) -> str:
    """Return the name of an image."""
    if not IMAGE.fullmatch(text) or len(text) > 512:
        raise Fault(f"{shown(text)} is no name of an image.", "For example docker.io/library/nginx:1.27.")
    return text


def command(value: object) -> tuple[str, ...]:
    """Return the words of a command, given as a list or as one text in shell quoting."""
    if isinstance(value, str):
        try:
            return tuple(shlex.split(sound(value, lines=True)))
        except ValueError as error:
            raise Fault(f"This cannot be split into words: {str(error).lower()}.") from None
    if not isinstance(value, list | tuple) or len(value) > 256:
        raise Fault("This must be a list of at most 256 words, or one text.")
    return tuple(sound(word, longest=32_768, lines=True) for word in value)


def user(text: str) -> str:
    """Return USER[:GROUP], by name or number."""
    if not USER.fullmatch(text) or len(text) > 255:
        raise Fault(f"{shown(text)} is no user.", "USER[:GROUP], by name or number.")
    return text


def variable(text: str) -> str:
    """Return the name of an environment variable."""
    if not VARIABLE.fullmatch(text):
        raise Fault(f"{shown(text)} is no name of a variable.")
    return text


def signal(text: str) -> str:
    """Return a signal by name or number."""
    if not SIGNAL.fullmatch(text) or len(text) > 16:
        raise Fault(f"{shown(text)} is no signal.", "For example SIGTERM.")
    return text


def capability(text: str) -> str:
    """Return a capability, or ALL."""
    found = text.upper()
    if not CAPABILITY.fullmatch(found) or len(found) > 40:
        raise Fault(f"{shown(text)} is no capability.", "For example NET_ADMIN, or ALL.")
    return found


def cgroup_parent(text: str) -> str:
    """Return a cgroup's path, which the engine takes without its first slash too, or a slice's name."""
    path(f"/{text.removeprefix('/')}")
    return text
