"""The pods page, a pod's page, and what they ask for."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pods.dispatch.operations import ask, ask_create
from pods.domain import access
from pods.domain.errors import Invalid
from pods.domain.specs.parse import parse_pod_spec
from pods.domain.verbs import parse_verb, refusal, states_of
from pods.messages.names import Verb
from pods.web.pages.access import SignedInRequest, with_role
from pods.web.pages.rows import DOING, LABELS, newest_operations, row_of, rows, sections, with_parts

NAMED_AT_MOST = 100


@require_GET
@with_role
def pods_page(request: SignedInRequest) -> HttpResponse:
    """Show every host with its pods."""
    found = sections(request.user, access.visible_hosts(request.user))
    return render(request, "pods/list.html", {"sections": found})


@require_GET
@with_role
def host_fragment(request: SignedInRequest, slug: str) -> HttpResponse:
    """Return one host's part of the pods page."""
    host = get_object_or_404(access.visible_hosts(request.user), slug=slug)
    found = sections(request.user, access.visible_hosts(request.user).filter(pk=host.pk))
    return render(request, "pods/host.html", {"section": found[0]})


@require_GET
@with_role
def pod_fragments(request: SignedInRequest) -> HttpResponse:
    """Return the rows of the pods in ``?ids=1,2``; what is gone is left out. Raises Invalid."""
    words = request.GET.get("ids", "").split(",")
    if not all(word.isascii() and word.isdigit() and len(word) < 19 for word in words) or len(words) > NAMED_AT_MOST:
        raise Invalid("invalid", f"ids must be at most {NAMED_AT_MOST} numbers.", field="ids")
    found = access.visible_pods(request.user).filter(pk__in=[int(word) for word in words], removed_at=None)
    return render(request, "pods/rows.html", {"rows": rows(request.user, found)})


@require_GET
@with_role
def pod_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one pod, also after its removal."""
    pod = get_object_or_404(with_parts(access.visible_pods(request.user)), pk=pk)
    operations = access.visible_operations(request.user).filter(pod=pod).select_related("host")[:20]
    row = row_of(request.user, pod, newest_operations(request.user, [pod]).get(pod.pk))
    template = "pods/detail_body.html" if request.headers.get("X-Fragment") else "pods/detail.html"
    return render(request, template, {"row": row, "pod": pod, "operations": operations})


@require_http_methods(["GET", "POST"])
@with_role
def act(request: SignedInRequest, pk: int, verb: str) -> HttpResponse:
    """GET asks whether it is really meant, listing what goes; POST asks for it."""
    pod = get_object_or_404(with_parts(access.visible_pods(request.user)), pk=pk)
    known = parse_verb(verb)
    if request.method == "GET":
        if problem := refusal(pod, known, states_of(pod)):
            raise problem
        access.require_operate(request.user, pod.host)
        fragment = request.headers.get("HX-Request") is not None
        context = {"pod": pod, "verb": known.value, "label": LABELS.get(known, known.value)}
        return render(request, "pods/confirm_body.html" if fragment else "pods/confirm.html", context)
    # The page's own confirmation listed what runs, so its removal is by force.
    arguments = {"force": True} if known is Verb.REMOVE else {}
    operation = ask(request.user, known, pod, arguments=arguments, through="page")
    if request.headers.get("HX-Request"):
        row = row_of(request.user, pod, operation)
        return render(request, "pods/rows.html", {"rows": [row]}, status=202)
    messages.info(request, f"{DOING[known]} {pod.name}…")
    return redirect("pod", pk=pod.pk)


@require_POST
@with_role
def create(request: SignedInRequest, slug: str) -> HttpResponse:
    """Ask for a new infra-only pod."""
    host = get_object_or_404(access.visible_hosts(request.user), slug=slug)
    name = request.POST.get("name", "").strip()
    access.require_operate(request.user, host)
    ask_create(request.user, host, parse_pod_spec({"name": name}, host), start=True, through="page")
    if request.headers.get("HX-Request"):
        found = sections(request.user, access.visible_hosts(request.user).filter(pk=host.pk))
        return render(request, "pods/host.html", {"section": found[0]}, status=202)
    messages.info(request, f"Creating {name}…")
    return redirect("pods")
