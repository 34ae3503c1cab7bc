"""The page of a new container in a pod."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pods.dispatch.operations import ask_add_container
from pods.domain import access
from pods.domain.errors import Conflict
from pods.domain.specs.parse import parse_container_spec
from pods.domain.specs.preview import container_previews
from pods.messages.names import Verb
from pods.messages.specs import ContainerSpec
from pods.models import Pod
from pods.web.pages.access import SignedInRequest, with_role
from pods.web.pages.again import spec_again
from pods.web.pages.new_pod import notes_on
from pods.web.pages.spec_form import CONTAINER
from pods.web.pages.spec_pages import Maker, Page, answer_preview, show, submitted, wrong_with
from pods.web.pages.spec_text import texts_of


@require_http_methods(["GET", "POST"])
@with_role
def new_container(request: SignedInRequest, pk: int) -> HttpResponse:
    """GET shows the form, with ``?again=OPERATION`` filled in; POST asks for the container."""
    pod = pod_to_change(request, pk)
    maker = maker_for(pod)
    if request.method == "GET" and "again" in request.GET:
        spec, start = spec_again(request.user, request.GET["again"], Verb.ADD_CONTAINER, ContainerSpec)
        typed = texts_of(spec)
        return show(request, maker, page_for(pod), typed, start=start, wrong=wrong_with(maker, typed))
    if request.method == "GET":
        return show(request, maker, page_for(pod), dict(CONTAINER.defaults))

    def ask(spec: ContainerSpec, start: bool) -> HttpResponse:
        ask_add_container(request.user, pod, spec, start=start, through="page")
        messages.info(request, f"Adding a container to {pod.name}…")
        return redirect("pod", pk=pod.pk)

    return submitted(request, maker, page_for(pod), ask)


@require_POST
@with_role
def preview_container(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer what is typed into the form in other words. Changes nothing."""
    return answer_preview(maker_for(pod_to_change(request, pk)), request.POST)


def pod_to_change(request: SignedInRequest, pk: int) -> Pod:
    """Return the pod, if the reader may act on it and it exists; raises Denied or Conflict."""
    pod = get_object_or_404(access.visible_pods(request.user).select_related("host"), pk=pk)
    access.require_operate(request.user, pod.host)
    if pod.removed_at is not None:
        raise Conflict("removed", "The pod was removed.", hint="What it was stays readable.")
    return pod


def maker_for(pod: Pod) -> Maker[ContainerSpec]:
    """Return how a container of this pod is read and shown."""
    names = tuple(pod.containers.filter(removed_at=None, is_infra=False).values_list("name", flat=True))
    parse = partial(parse_container_spec, pod=pod)
    return Maker(CONTAINER, pod.host, parse, partial(container_previews, pod=pod), names)


def page_for(pod: Pod) -> Page:
    """Return the words of the page."""
    return Page(
        heading=f"New container in {pod.name}",
        crumbs=(("Pods", reverse("pods")), (pod.name, reverse("pod", args=[pod.pk]))),
        action=reverse("container-new", args=[pod.pk]),
        preview_url=reverse("container-preview", args=[pod.pk]),
        back=reverse("pod", args=[pod.pk]),
        start_words="Start it at once",
        submit_words="Add container",
        notes=notes_on(pod.host),
    )
