"""A pod as text: Kubernetes YAML, Quadlet, the commands that make it, and the engine's own inspect."""

import json
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from pods.domain import access
from pods.domain.secrets import mask_arguments, mask_argv, mask_kube, mask_spec
from pods.domain.specs.clone import spec_of
from pods.domain.specs.preview import previews
from pods.domain.specs.quadlet import container_quadlet
from pods.messages.questions import Answer, Kind
from pods.messages.specs import ContainerSpec, PodSpec
from pods.models import Container, Pod
from pods.web.pages.access import SignedInRequest, with_role
from pods.web.pages.insight import pod_of, show, told

LONGEST_QUERY = 200
MOST_HITS = 2000


@dataclass(frozen=True)
class Document:
    """One text that may be chosen. ``raw`` is the engine id of the container whose inspect it is."""

    key: str
    title: str
    note: str
    raw: str = ""


KUBE = Document("kube", "Kubernetes YAML", "As the engine generates it from what runs now.")
QUADLET = Document(
    "quadlet", "Quadlet", "Files for systemd, in /etc/containers/systemd. Of containers: those that podweb made."
)
COMMAND = Document("command", "Create commands", "What made the pod, as far as the engine keeps it, and its equal.")
POD = Document("pod", "Inspect: the pod", "The engine's own words.")


@require_GET
@with_role
def inspect_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one document of the pod, ``?what=``; ``?q=`` marks what is looked for. Secrets are masked unless allowed."""
    pod = pod_of(request.user, pk)
    containers = list(pod.containers.filter(removed_at=None))
    documents = documents_of(containers)
    wanted = request.GET.get("what", "")
    chosen = next((one for one in documents if one.key == wanted), documents[0])
    reveal = access.may_see_secrets(request.user, pod.host)
    if chosen in (QUADLET, COMMAND):
        make = quadlet_of if chosen is QUADLET else commands_of
        context: dict[str, Any] = {"text": make(pod, containers, reveal=reveal)}
    else:
        kind = Kind.KUBE if chosen is KUBE else Kind.INSPECT
        arguments = {"container": chosen.raw} if chosen.raw else {}
        context = told(
            request.user, pod, kind, lambda answer: {"text": text_of(answer, chosen, reveal=reveal)}, **arguments
        )
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    pieces, hits = marked(context.get("text", ""), query)
    context |= {"documents": documents, "chosen": chosen, "query": query, "pieces": pieces, "hits": hits}
    # The choice stands above what could not be read.
    context |= {"masked": not reveal, "head": "insight/documents.html"}
    return show(request, pod, "inspect", context, 0)


def documents_of(containers: Iterable[Container]) -> list[Document]:
    """Return what may be chosen, in the page's order."""
    raws = [Document(f"c-{one.engine_id[:12]}", f"Inspect: {one.name}", POD.note, one.engine_id) for one in containers]
    return [KUBE, QUADLET, COMMAND, POD, *raws]


def text_of(answer: Answer, chosen: Document, *, reveal: bool) -> str:
    """Return the text of an answer about KUBE or INSPECT."""
    if chosen is KUBE:
        text = str(answer.result.get("yaml", ""))
        return text if reveal else mask_kube(text)
    result = answer.result if reveal else mask_arguments(answer.result)
    raw = result.get("containers", {}).get(chosen.raw) if chosen.raw else result.get("pod")
    return json.dumps(raw, indent=2, ensure_ascii=False)


def spec_shown(pod: Pod, *, reveal: bool) -> PodSpec:
    """Return the pod's spec under its own name, masked unless ``reveal``."""
    spec = spec_of(pod, name=pod.name)
    if reveal:
        return spec
    masked: PodSpec = mask_spec(spec)
    return masked


def quadlet_of(pod: Pod, containers: Iterable[Container], *, reveal: bool) -> str:
    """Return the pod's file and those of the containers that podweb made."""
    parts = [previews(spec_shown(pod, reveal=reveal), pod.host).quadlet.strip()]
    for one in containers:
        if one.spec is not None:
            spec: ContainerSpec = one.spec if reveal else mask_spec(one.spec)
            parts.append(container_quadlet(spec, pod.name).strip())
    return "\n\n".join(parts) + "\n"


def commands_of(pod: Pod, containers: Iterable[Container], *, reveal: bool) -> str:
    """Return what made pod and containers, as the engine keeps it, and a command that is equal to the pod's spec."""

    def line(argv: list[str]) -> str:
        return shlex.join(argv if reveal else mask_argv(argv))

    unknown = "# The engine keeps no command of it."
    lines = ["# What made the pod", line(pod.create_command) if pod.create_command else unknown]
    for one in containers:
        if not one.is_infra:
            lines += ["", f"# What made {one.name}", line(one.create_command) if one.create_command else unknown]
    equal = previews(spec_shown(pod, reveal=reveal), pod.host).command
    return "\n".join([*lines, "", "# An equal command for the pod", equal, ""])


def marked(text: str, query: str) -> tuple[list[tuple[str, bool]], int]:
    """Return the text in pieces, each with whether it is what is looked for, and how often that is found."""
    if not query:
        return [(text, False)], 0
    pieces: list[tuple[str, bool]] = []
    at = hits = 0
    for found in re.finditer(re.escape(query), text, re.IGNORECASE):
        if hits == MOST_HITS:
            break
        hits += 1
        pieces += [(text[at : found.start()], False), (found[0], True)]
        at = found.end()
    pieces.append((text[at:], False))
    return pieces, hits
