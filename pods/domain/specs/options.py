"""Every option of a pod and of a container, once: for the form, for the documents, and for what an engine lacks."""

from dataclasses import dataclass
from typing import Literal

from pods.messages.options import POD_SINCE, POD_VALUES_SINCE, parse_version

Kind = Literal["text", "number", "size", "list", "map", "words", "choice", "bool"]
Group = Literal["identity", "network", "namespaces", "infra", "resources", "storage", "security", "cgroup", "process"]

# In the order of the form.
GROUPS: dict[Group, str] = {
    "identity": "Identity",
    "process": "What runs",
    "network": "Network",
    "namespaces": "Namespaces",
    "infra": "Infra container",
    "resources": "Resources",
    "storage": "Storage",
    "security": "Security",
    "cgroup": "Cgroup",
}


@dataclass(frozen=True)
class Option:
    """``field`` is its path in the spec, ``flag`` what the command calls it ("" = the command cannot say it)."""

    field: str
    group: Group
    label: str
    help: str
    flag: str
    kind: Kind = "text"
    example: str = ""
    choices: tuple[str, ...] = ()
    since: tuple[int, int] = (0, 0)

    @property
    def since_text(self) -> str:
        """The engine version that brings it, as 4.6; "" = every one that podweb speaks to."""
        return f"{self.since[0]}.{self.since[1]}" if self.since != (0, 0) else ""


def _pod(
    field: str,
    group: Group,
    label: str,
    text: str,
    flag: str,
    kind: Kind = "text",
    example: str = "",
    choices: str = "",
) -> Option:
    known = tuple(choices.split()) if choices else ()
    return Option(field, group, label, text, flag, kind, example, known, POD_SINCE.get(field, (0, 0)))


RESTART = "no always on-failure unless-stopped"
POD_OPTIONS = (
    _pod("name", "identity", "Name", "Also the hostname inside, unless one is set.", "--name", example="web"),
    _pod("hostname", "identity", "Hostname", "Of every container that shares UTS.", "--hostname",
         example="web.example"),
    _pod("labels", "identity", "Labels", "For people and tools to find the pod by.", "--label", "map", "app=web"),
    _pod("exit_policy", "identity", "Exit policy", "What happens when its last container ends.", "--exit-policy",
         "choice", choices="continue stop"),
    _pod("restart_policy", "identity", "Restart policy", "Of its containers, where they have none of their own.",
         "--restart", "choice", choices=RESTART),
    _pod("restart_tries", "identity", "Restart tries", "At most so often, with on-failure.", "--restart on-failure:N",
         "number", "3"),
    _pod("network_mode", "network", "Mode", "Empty: the engine's own default.", "--network", "choice",
         choices="bridge none host slirp4netns pasta"),
    _pod("networks", "network", "Networks", "Each with its own address, MAC, aliases and interface.", "--network",
         "list", "front:ip=10.89.0.7,mac=92:d0:c6:0a:29:33,alias=web"),
    _pod("network_options", "network", "Mode's options", "Of slirp4netns and pasta.", "--network MODE:OPTION", "list",
         "mtu=1500"),
    _pod("ports", "network", "Ports", "Published on the host.", "--publish", "list", "127.0.0.1:8080:80/tcp"),
    _pod("dns_servers", "network", "DNS servers", "Instead of the host's.", "--dns", "list", "10.0.0.53"),
    _pod("dns_searches", "network", "DNS search domains", "A single . removes them.", "--dns-search", "list",
         "example.com"),
    _pod("dns_options", "network", "DNS options", "For resolv.conf.", "--dns-option", "list", "ndots:2"),
    _pod("extra_hosts", "network", "Extra hosts", "For /etc/hosts.", "--add-host", "list", "db:10.0.0.7"),
    _pod("no_manage_resolv_conf", "network", "Leave resolv.conf", "As the image has it.", "--dns none", "bool"),
    _pod("no_manage_hosts", "network", "Leave /etc/hosts", "As the image has it.", "--no-hosts", "bool"),
    _pod("no_manage_hostname", "network", "Leave /etc/hostname", "As the image has it.", "--no-hostname", "bool"),
    _pod("hosts_file", "network", "Hosts file", "What /etc/hosts begins with: a path on the host, image or none.",
         "--hosts-file", example="/etc/hosts"),
    _pod("share", "namespaces", "Share", "What its containers share. Empty: ipc, net and uts.", "--share", "list",
         "net,uts", "ipc net uts pid cgroup"),
    _pod("pid", "namespaces", "PID", "host, private or ns:PATH.", "--pid", example="host"),
    _pod("ipc", "namespaces", "IPC", "host, private, shareable, none or ns:PATH.", "", example="shareable"),
    _pod("uts", "namespaces", "UTS", "host, private or ns:PATH.", "--uts", example="host"),
    _pod("userns", "namespaces", "User", "host, auto, keep-id, nomap or ns:PATH.", "--userns",
         example="auto:size=65536"),
    _pod("uid_maps", "namespaces", "User id maps", "CONTAINER:HOST:SIZE.", "--uidmap", "list", "0:100000:65536"),
    _pod("gid_maps", "namespaces", "Group id maps", "CONTAINER:HOST:SIZE. Empty: as the user ids.", "--gidmap", "list",
         "0:100000:65536"),
    _pod("subuid_name", "namespaces", "User ids of", "A name in the host's /etc/subuid.", "--subuidname",
         example="containers"),
    _pod("subgid_name", "namespaces", "Group ids of", "A name in the host's /etc/subgid.", "--subgidname",
         example="containers"),
    _pod("infra", "infra", "Infra container", "It holds the shared namespaces. Without it nothing is shared.",
         "--infra", "bool"),
    _pod("infra_image", "infra", "Image", "Empty: the engine's own, which needs no registry.", "--infra-image",
         example="registry.example/pause:3"),
    _pod("infra_command", "infra", "Command", "Instead of the image's.", "--infra-command", "words", "/pause"),
    _pod("infra_name", "infra", "Name", "Empty: the pod's id and -infra.", "--infra-name", example="web-infra"),
    _pod("infra_conmon_pid_file", "infra", "Monitor's pid file", "On the host.", "--infra-conmon-pidfile",
         example="/run/web.pid"),
    _pod("resources.cpus", "resources", "CPUs", "Processors' worth of time.", "--cpus", "number", "1.5"),
    _pod("resources.cpu_period", "resources", "CPU period", "µs, instead of CPUs.", "", "number", "100000"),
    _pod("resources.cpu_quota", "resources", "CPU quota", "µs per period, instead of CPUs; -1 is unlimited.", "",
         "number", "150000"),
    _pod("resources.cpu_shares", "resources", "CPU shares", "Weight against others; 1024 is usual.", "--cpu-shares",
         "number", "512"),
    _pod("resources.cpuset_cpus", "resources", "Processors", "It runs on these only.", "--cpuset-cpus", example="0-1"),
    _pod("resources.cpuset_mems", "resources", "Memory nodes", "It uses these only.", "--cpuset-mems", example="0"),
    _pod("resources.memory", "resources", "Memory", "At most so much.", "--memory", "size", "512m"),
    _pod("resources.memory_swap", "resources", "Memory and swap", "Together; -1 is unlimited.", "--memory-swap", "size",
         "1g"),
    _pod("resources.blkio_weight", "resources", "Block I/O weight", "10 to 1000.", "--blkio-weight", "number", "500"),
    _pod("resources.blkio_weight_devices", "resources", "Device weights", "DEVICE:WEIGHT.", "--blkio-weight-device",
         "list", "/dev/sda:500"),
    _pod("resources.device_read_bps", "resources", "Reads per device", "Bytes per second.", "--device-read-bps", "list",
         "/dev/sda:10mb"),
    _pod("resources.device_write_bps", "resources", "Writes per device", "Bytes per second.", "--device-write-bps",
         "list", "/dev/sda:10mb"),
    _pod("resources.device_read_iops", "resources", "Read operations per device", "Per second.", "", "list",
         "/dev/sda:1000"),
    _pod("resources.device_write_iops", "resources", "Write operations per device", "Per second.", "", "list",
         "/dev/sda:1000"),
    _pod("shm_size", "resources", "Shared memory", "Size of its /dev/shm.", "--shm-size", "size", "64m"),
    _pod("shm_size_systemd", "resources", "systemd's tmpfs", "Size of /run and the like.", "--shm-size-systemd", "size",
         "64m"),
    _pod("mounts", "storage", "Mounts", "For every container. z and Z set SELinux labels.", "--volume", "list",
         "/srv/web:/srv:ro,z"),
    _pod("volumes_from", "storage", "Volumes from", "CONTAINER[:OPTIONS].", "--volumes-from", "list", "db:ro"),
    _pod("devices", "storage", "Devices", "HOST[:CONTAINER[:rwm]].", "--device", "list", "/dev/fuse"),
    _pod("security_opts", "security", "Security options", "SELinux labels, seccomp, AppArmor, masks.", "--security-opt",
         "list", "no-new-privileges"),
    _pod("sysctls", "security", "Kernel parameters", "Those of its own namespaces.", "--sysctl", "map",
         "net.ipv4.ip_forward=1"),
    _pod("cgroup_parent", "cgroup", "Parent", "Where the pod's cgroup is made.", "--cgroup-parent",
         example="/machine.slice"),
    _pod("share_parent", "cgroup", "Cgroup of its own", "Its containers are put in it, and its limits hold for them.",
         "--share-parent", "bool"),
)  # fmt: skip

CONTAINER_OPTIONS = (
    Option("image", "process", "Image", "What runs.", "IMAGE", example="docker.io/library/nginx:1.27"),
    Option("name", "identity", "Name", "Empty: the engine draws one.", "--name", example="front"),
    Option("pull", "process", "Pull", "When the image is fetched.", "--pull", "choice",
           choices=("missing", "always", "newer", "never")),
    Option("command", "process", "Command", "Instead of the image's.", "COMMAND", "words", "nginx -g 'daemon off;'"),
    Option("entrypoint", "process", "Entrypoint", "Instead of the image's.", "--entrypoint", "words", "/bin/sh -c"),
    Option("env", "process", "Environment", "Variables.", "--env", "map", "MODE=production"),
    Option("workdir", "process", "Working directory", "Inside.", "--workdir", example="/srv"),
    Option("user", "process", "User", "USER[:GROUP].", "--user", example="1000:1000"),
    Option("init", "process", "Init container", "Runs to its end before the others start.", "--init-ctr", "choice",
           choices=("once", "always")),
    Option("terminal", "process", "Terminal", "Gives it a pseudo-terminal.", "--tty", "bool"),
    Option("stdin", "process", "Standard input", "Keeps it open.", "--interactive", "bool"),
    Option("restart_policy", "process", "Restart policy", "What happens when it ends.", "--restart", "choice",
           choices=tuple(RESTART.split())),
    Option("restart_tries", "process", "Restart tries", "At most so often, with on-failure.", "--restart on-failure:N",
           "number", "3"),
    Option("stop_signal", "process", "Stop signal", "What asks it to end.", "--stop-signal", example="SIGTERM"),
    Option("stop_timeout", "process", "Stop timeout", "Seconds until it is killed.", "--stop-timeout", "number", "10"),
    Option("health.command", "process", "Health check", "Run inside; 0 is well. A text is run by a shell.",
           "--health-cmd", example="curl -fs http://localhost/"),
    Option("health.interval", "process", "Health interval", "Seconds between checks.", "--health-interval", "number",
           "30"),
    Option("health.timeout", "process", "Health timeout", "Seconds a check may take.", "--health-timeout", "number",
           "30"),
    Option("health.start_period", "process", "Health start", "Seconds in which failures do not count.",
           "--health-start-period", "number", "0"),
    Option("health.retries", "process", "Health retries", "Failures until it counts as unwell.", "--health-retries",
           "number", "3"),
    Option("health.on_failure", "process", "When unwell", "What happens then.", "--health-on-failure", "choice",
           choices=("none", "kill", "restart", "stop")),
    Option("labels", "identity", "Labels", "For people and tools to find it by.", "--label", "map", "app=web"),
    Option("hostname", "identity", "Hostname", "Only where the pod does not share UTS.", "--hostname", example="front"),
    *(
        Option(one.field, one.group, one.label, one.help, one.flag or f"--{one.field.partition('.')[2]}".replace("_",
               "-"),
               one.kind, one.example)
        for one in POD_OPTIONS if one.field.startswith("resources.")
    ),
    Option("resources.memory_reservation", "resources", "Memory reservation",
           "What it is pressed to when memory is short.", "--memory-reservation", "size", "256m"),
    Option("resources.pids_limit", "resources", "Processes", "At most so many; -1 is unlimited.", "--pids-limit",
           "number", "500"),
    Option("mounts", "storage", "Mounts", "Directories, volumes and tmpfs.", "--volume, --tmpfs", "list",
           "/srv/web:/srv:ro,z"),
    Option("volumes_from", "storage", "Volumes from", "CONTAINER[:OPTIONS].", "--volumes-from", "list", "db:ro"),
    Option("devices", "storage", "Devices", "HOST[:CONTAINER[:rwm]].", "--device", "list", "/dev/fuse"),
    Option("cap_add", "security", "Add capabilities", "Beyond the usual ones.", "--cap-add", "list", "NET_ADMIN"),
    Option("cap_drop", "security", "Drop capabilities", "Of the usual ones.", "--cap-drop", "list", "ALL"),
    Option("security_opts", "security", "Security options", "SELinux labels, seccomp, AppArmor, masks.",
           "--security-opt", "list", "no-new-privileges"),
    Option("privileged", "security", "Privileged", "Nothing of the host is kept from it.", "--privileged", "bool"),
    Option("read_only", "security", "Read-only", "Its own files cannot be changed.", "--read-only", "bool"),
)  # fmt: skip


def unsupported_options(version: str) -> dict[str, str]:
    """Return the options of a pod that this engine would silently ignore: field -> the version that brings it.

    One value of a choice stands as ``field=value``.
    """
    has = parse_version(version)
    late = {one.field: one.since for one in POD_OPTIONS if has < one.since}
    late |= {f"{field}={value}": since for (field, value), since in POD_VALUES_SINCE.items() if has < since}
    return {field: f"{since[0]}.{since[1]}" for field, since in late.items()}
