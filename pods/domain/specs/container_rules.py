"""What goes together in a container, and what its pod leaves to it.

Sources: pkg/specgen/container_validate.go and cmd/podman/containers/create.go at v4.3.1 and v5.8.2.
"""

from collections.abc import Iterator

from pods.domain.errors import FieldProblem
from pods.domain.specs.host_checks import limits_of_host, names_taken, things_of_host
from pods.domain.specs.rules import conflict, mount_rules, resource_rules
from pods.messages.specs import ContainerSpec
from pods.models import Pod


def container_rules(spec: ContainerSpec) -> Iterator[FieldProblem]:
    """Return what does not go together."""
    if spec.restart_tries is not None and spec.restart_policy != "on-failure":
        yield conflict("restart_tries", "Only the restart policy on-failure counts its tries.")
    if spec.init and spec.restart_policy in {"always", "unless-stopped"}:
        # Podman 4.3 would start it again and again, and the pod would never start (engine.md 1.5).
        yield conflict("restart_policy", "An init container has to end.", "Use no or on-failure.")
    if spec.init and spec.health is not None:
        yield conflict("health", "An init container ends before anybody asks how it is.")
    yield from resource_rules(spec.resources)
    yield from mount_rules(spec.mounts)
    both = {_bare(one) for one in spec.cap_add} & {_bare(one) for one in spec.cap_drop} - {"ALL"}
    if both:
        yield conflict("cap_drop", f"{', '.join(sorted(both))} cannot be both added and dropped.")


def _bare(capability: str) -> str:
    return capability.removeprefix("CAP_")


def container_checks(spec: ContainerSpec, pod: Pod) -> Iterator[FieldProblem]:
    """Return what the pod's engine would refuse."""
    yield from names_taken(pod.host, {"name": spec.name})
    if spec.hostname and pod.shares("uts"):
        message = f"The containers of {pod.name} share its hostname."
        yield conflict("hostname", message, "Leave it out, or use a pod that does not share UTS.")
    if spec.init and pod.state in {"Running", "Degraded"}:
        # pkg/specgen/generate/container.go refuses it while any container runs.
        message = "Init containers run before the others start, and this pod runs."
        yield FieldProblem("init", "wrong_state", message, "Stop the pod first.", 409)
    if (info := pod.host.info) is not None:
        yield from limits_of_host(spec.resources, info)
    if (resources := pod.host.resources) is not None:
        yield from things_of_host(spec.resources, resources)
