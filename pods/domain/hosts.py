"""Hosts: the one of the embedded mode, and whether a host can be asked for anything now."""

from pods.domain.errors import Unavailable
from pods.models import Host

LOCAL = "local"


def ensure_local_host() -> Host:
    """Return the host that ``podweb up`` itself watches."""
    host, _ = Host.objects.get_or_create(slug=LOCAL, defaults={"name": "This machine"})
    return host


def require_reachable(host: Host) -> None:
    """Raises Unavailable while it is known that nobody there would do what is asked."""
    if host.silent:
        raise Unavailable(
            "host_silent",
            f"The host worker of {host.name} does not answer; nothing was sent.",
            hint=f"Start the worker that consumes host.{host.slug} on that machine.",
        )
    if host.answering is False:
        raise Unavailable(
            "engine_unreachable",
            f"The engine of {host.name} does not answer; nothing was sent.",
            hint=host.advice or None,
        )
