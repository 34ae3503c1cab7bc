"""A container's page: what it is, how it does, and why it ended."""

import ipaddress
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from pods.domain import access
from pods.domain.endings import ending
from pods.domain.errors import Conflict, Problem
from pods.domain.event_words import words
from pods.domain.health import health_of
from pods.domain.hosts import LOCAL
from pods.domain.secrets import mask_value
from pods.messages.events import Kind
from pods.messages.facts import PortMapping
from pods.messages.questions import Answer
from pods.messages.questions import Kind as Asked
from pods.models import Container, Event, Host
from pods.web.pages.access import SignedInRequest, with_role
from pods.web.pages.answers import members_of
from pods.web.pages.insight import told

EVENTS_SHOWN = 20
HTTPS = 443


@dataclass(frozen=True)
class Port:
    """A published port in words. ``link`` "": nothing in a browser of the reader's would reach it."""

    text: str
    link: str
    note: str


@dataclass(frozen=True)
class Happened:
    """One event of the container."""

    event: Event
    text: str
    tone: str


@require_GET
@with_role
def container_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one container, also after its removal; with ``X-Fragment`` its content alone."""
    found = access.visible_containers(request.user).select_related("pod__host")
    container = get_object_or_404(found, pk=pk)
    pod = container.pod
    reveal = access.may_see_secrets(request.user, pod.host)
    events = list(Event.objects.of(pod).filter(container_engine_id=container.engine_id)[:EVENTS_SHOWN])
    labels = container.labels.items()
    context = {
        "container": container,
        "pod": pod,
        "member": members_of([container], reveal=reveal)[0],
        "masked": not reveal,
        "labels": [(key, value if reveal else mask_value(key, value)) for key, value in labels],
        "ports": [port_of(one, pod.host, request.get_host()) for one in container.ports],
        "ending": ending(container, events),
        "events": [Happened(one, *words(Kind(one.kind), one.details)) for one in events],
        "may_operate": access.may_operate(request.user, pod.host),
        "told": health(request, container, reveal=reveal),
    }
    template = "containers/body.html" if request.headers.get("X-Fragment") else "containers/page.html"
    return render(request, template, context)


def health(request: SignedInRequest, container: Container, *, reveal: bool) -> dict[str, Any]:
    """Return what the host says of the container's health now: ``health`` and ``at``, or ``problem``."""
    if container.removed_at is not None:
        problem: Problem = Conflict("removed", "The container was removed.", hint="What it was stays readable.")
        return {"problem": problem}

    def make(answer: Answer) -> dict[str, Any]:
        try:
            return {"health": health_of(answer.result["containers"][container.engine_id], reveal=reveal)}
        except (KeyError, msgspec.ValidationError):
            return {"problem": Conflict("unreadable", "The engine's answer about the container could not be read.")}

    return told(request.user, container.pod, Asked.INSPECT, make, container=container.engine_id)


def port_of(port: PortMapping, host: Host, here: str) -> Port:
    """Return a published port in words, and where a browser finds it. ``here``: the host of the reader's address."""
    last = port.range - 1
    outer, inner = (f"{one}-{one + last}" if last else str(one) for one in (port.host_port, port.container_port))
    text = f"{port.host_ip or '*'}:{outer}→{inner}/{port.protocol}"
    if port.protocol != "tcp" or not port.host_port:
        return Port(text, "", "")
    name, note = address_of(host, port.host_ip, here)
    scheme = "https" if port.container_port == HTTPS else "http"
    return Port(text, f"{scheme}://{name}:{port.host_port}" if name else "", note)


def address_of(host: Host, ip: str, here: str) -> tuple[str, str]:
    """Return the name to find ``ip`` of the host by; "" with the reason where there is none."""
    own = here if here.endswith("]") else here.rpartition(":")[0] or here
    if ip and (address := _parsed(ip)) and not address.is_unspecified:
        if not address.is_loopback:
            return (f"[{ip}]" if address.version == 6 else ip), ""
        if host.slug != LOCAL or own not in {"localhost", "127.0.0.1", "[::1]"}:
            return "", "only from the host itself"
        return own, ""
    if host.slug == LOCAL:
        return own, ""
    name = host.info.hostname if host.info else ""
    return name, "" if name else "the host has not said its name yet"


def _parsed(ip: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(ip)
    except ValueError:
        return None
