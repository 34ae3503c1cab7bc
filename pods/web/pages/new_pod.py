"""The page of a new pod: every option of ``podman pod create``, or the spec of another pod to begin with."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pods.dispatch.operations import ask_create
from pods.domain import access
from pods.domain.specs.clone import spec_of
from pods.domain.specs.parse import parse_pod_spec
from pods.domain.specs.preview import previews
from pods.messages.names import Verb
from pods.messages.specs import PodSpec
from pods.models import Host, Pod
from pods.web.pages.access import SignedInRequest, with_role
from pods.web.pages.again import spec_again
from pods.web.pages.spec_form import POD, Typed
from pods.web.pages.spec_pages import Maker, Page, answer_preview, show, submitted, wrong_with
from pods.web.pages.spec_text import texts_of


@require_http_methods(["GET", "POST"])
@with_role
def new_pod(request: SignedInRequest, slug: str) -> HttpResponse:
    """GET shows the form, with ``?clone=ID`` or ``?again=OPERATION`` filled in; POST asks for the pod."""
    host = get_object_or_404(access.visible_hosts(request.user), slug=slug)
    access.require_operate(request.user, host)
    maker = maker_for(host)
    if request.method == "POST":

        def ask(spec: PodSpec, start: bool) -> HttpResponse:
            ask_create(request.user, host, spec, start=start, through="page")
            messages.info(request, f"Creating {spec.name}…")
            return redirect(f"{reverse('pods')}?host={host.slug}")

        return submitted(request, maker, page_for(host), ask)
    if "clone" in request.GET:
        return clone(request, host, maker)
    if "again" in request.GET:
        spec, start = spec_again(request.user, request.GET["again"], Verb.CREATE, PodSpec)
        typed = texts_of(spec)
        return show(request, maker, page_for(host), typed, start=start, wrong=wrong_with(maker, typed))
    return show(request, maker, page_for(host), dict(POD.defaults) | {"name": request.GET.get("name", "")[:63]})


def clone(request: SignedInRequest, host: Host, maker: Maker[PodSpec]) -> HttpResponse:
    """Show the form filled in with another pod's spec; what it would clash with is said at its fields."""
    word = request.GET["clone"]
    key = int(word) if word.isascii() and word.isdigit() and len(word) < 19 else 0
    pod = get_object_or_404(access.visible_pods(request.user), pk=key)
    access.require_operate(request.user, pod.host)
    typed: Typed = texts_of(spec_of(pod))
    if name := request.GET.get("name", ""):
        typed["name"] = name[:63]
    return show(request, maker, page_for(host, pod), typed, wrong=wrong_with(maker, typed))


@require_POST
@with_role
def preview_pod(request: SignedInRequest, slug: str) -> HttpResponse:
    """Answer what is typed into the form in other words. Changes nothing."""
    host = get_object_or_404(access.visible_hosts(request.user), slug=slug)
    access.require_operate(request.user, host)
    return answer_preview(maker_for(host), request.POST)


def maker_for(host: Host) -> Maker[PodSpec]:
    """Return how a pod for this host is read and shown."""
    return Maker(POD, host, partial(parse_pod_spec, host=host), partial(previews, host=host))


def page_for(host: Host, origin: Pod | None = None) -> Page:
    """Return the words of the page."""
    heading = f"New pod on {host.name}" if origin is None else f"Clone {origin.name}"
    return Page(
        heading=heading,
        crumbs=(("Pods", reverse("pods")), (host.name, f"{reverse('pods')}?host={host.slug}")),
        action=reverse("pod-new", args=[host.slug]),
        preview_url=reverse("pod-preview", args=[host.slug]),
        back=reverse("pods") if origin is None else reverse("pod", args=[origin.pk]),
        start_words="Start it at once",
        submit_words="Create pod",
        notes=notes_on(host),
    )


def notes_on(host: Host) -> tuple[tuple[str, str], ...]:
    """Return what the reader has to know of the host before filling in the form, as (tone, text)."""
    if host.silent or not host.answering:
        return (("warning", f"{host.name} does not answer now: nothing can be created on it until it does."),)
    return ()
