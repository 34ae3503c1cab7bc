"""What stands beside the form: the same pod as a command, as kube YAML and as a Quadlet file."""

from dataclasses import dataclass, field

from pods.domain.specs.clone import spec_of
from pods.domain.specs.command import argv, container_argv, quoted, unsaid
from pods.domain.specs.kube import kube_yaml
from pods.domain.specs.options import unsupported_options
from pods.domain.specs.quadlet import container_quadlet, quadlet
from pods.messages.specs import ContainerSpec, PodSpec
from pods.models import Host, Pod


@dataclass(frozen=True)
class Previews:
    """Texts to be copied. They show secrets as they were typed: whoever typed a spec sees its own."""

    command: str
    kube: str
    quadlet: str
    # Options of the form that this engine would silently ignore -> the version that brings them.
    unsupported: dict[str, str] = field(default_factory=dict)
    # Options asked for that the command has no flag for -> why.
    unsaid: dict[str, str] = field(default_factory=dict)


def previews(spec: PodSpec, host: Host) -> Previews:
    """Return the previews of a pod for the engine of ``host``."""
    version = host.info.version if host.info else ""
    return Previews(
        command=quoted(argv(spec)),
        kube=kube_yaml(spec),
        quadlet=quadlet(spec, version),
        unsupported=unsupported_options(version) if version else {},
        unsaid=unsaid(spec),
    )


def container_previews(spec: ContainerSpec, pod: Pod) -> Previews:
    """Return the previews of a container that is added to ``pod``; the YAML is that of the pod with it alone."""
    beside = spec_of(pod, name=pod.name)
    return Previews(
        command=quoted(container_argv(spec, pod.name)),
        kube=kube_yaml(beside, [spec]),
        quadlet=container_quadlet(spec, pod.name),
    )
