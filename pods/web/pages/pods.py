"""The pods page, a pod's page, and what they ask for."""

from dataclasses import replace
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pods.dispatch.operations import ask, ask_create
from pods.domain import access
from pods.domain.errors import Invalid
from pods.domain.findings import Case, kills_of, throttled_of
from pods.domain.infra_role import role_of
from pods.domain.specs.parse import parse_pod_spec
from pods.domain.timeline import timeline
from pods.domain.verbs import parse_verb, refusal, states_of, warning
from pods.messages.names import Verb
from pods.templatetags.podweb import verb_word
from pods.web.pages.access import SignedInRequest, with_role
from pods.web.pages.advice import advice_of
from pods.web.pages.answers import groups_of, members_of
from pods.web.pages.containers import port_of
from pods.web.pages.heads import OPTIONAL
from pods.web.pages.listing import listing, matching, rows_of, with_hosts, with_statuses
from pods.web.pages.operations import each
from pods.web.pages.order import section_of
from pods.web.pages.rows import IN_MENU, newest_operations, row_of, with_parts
from pods.web.pages.wanted import Wanted, parse_wanted
from pods.web.pages.words import DOING, LABELS

NAMED_AT_MOST = 100
OPEN_AT_MOST = 200
TIMELINE_SHOWN = 60


@require_GET
@with_role
def pods_page(request: SignedInRequest) -> HttpResponse:
    """Show pages of the pods of every host; with ``X-Fragment`` the list alone."""
    opened = keys_in(request, "open", OPEN_AT_MOST)
    context = {
        "listing": listing(request.user, parse_wanted(request.GET), opened=opened),
        "columns": OPTIONAL,
        "bulk_verbs": [(verb.value, LABELS[verb]) for verb in IN_MENU],
    }
    template = "pods/listing.html" if request.headers.get("X-Fragment") else "pods/list.html"
    return render(request, template, context)


@require_GET
@with_role
def pod_fragments(request: SignedInRequest) -> HttpResponse:
    """Return the rows of the pods in ``?ids=1,2`` that the rest of the address lets through. Raises Invalid."""
    wanted = parse_wanted(request.GET)
    found = with_hosts(with_statuses(matching(request.user, wanted), wanted), wanted)
    keys = list(found.filter(pk__in=keys_in(request, "ids", NAMED_AT_MOST)).values_list("pk", flat=True))
    opened = keys_in(request, "open", OPEN_AT_MOST)
    return render(request, "pods/fragments.html", {"rows": rows_of(request.user, wanted, keys, opened)})


def keys_in(request: SignedInRequest, name: str, most: int) -> set[int]:
    """Return the keys that the address names, apart by commas. Raises Invalid."""
    words = request.GET.get(name, "")
    if not words and name != "ids":
        return set()
    each_word = words.split(",")
    if not all(word.isascii() and word.isdigit() and len(word) < 19 for word in each_word) or len(each_word) > most:
        raise Invalid("invalid", f"{name} must be at most {most} numbers.", field=name)
    return set(map(int, each_word))


@require_GET
@with_role
def counts_fragment(request: SignedInRequest) -> HttpResponse:
    """Return what stands around the list that the address asks for: the filters with their counts, and the pager."""
    counted = listing(request.user, parse_wanted(request.GET), filled=False)
    return render(request, "pods/counts.html", {"listing": counted})


@require_GET
@with_role
def pod_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one pod, also after its removal."""
    pod = get_object_or_404(with_parts(access.visible_pods(request.user)), pk=pk)
    operations = access.visible_operations(request.user).filter(pod=pod).select_related("host", "pod")[:20]
    kills = kills_of(pod)
    row = row_of(request.user, pod, newest_operations(request.user, [pod]).get(pod.pk), kills)
    reveal = access.may_see_secrets(request.user, pod.host)
    groups = groups_of(pod, reveal=reveal)
    case = Case(pod, row.containers, list(operations), kills, throttled_of(pod))
    infra = role_of(pod, row.containers)
    context = {
        "infra": infra,
        "infra_ports": [port_of(one, pod.host, request.get_host()) for one in infra.ports],
        "row": row,
        "pod": pod,
        "lines": each(request.user, operations),
        "groups": groups,
        "members": members_of(row.containers, reveal=reveal),
        "timeline": timeline(request.user, pod, limit=TIMELINE_SHOWN),
        "advice": advice_of(case, row),
    }
    template = "pods/detail_body.html" if request.headers.get("X-Fragment") else "pods/detail.html"
    return render(request, template, context)


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
        label = LABELS.get(known, verb_word(known.value))
        context = {"pod": pod, "verb": known.value, "label": label, "warning": warning(pod, known)}
        return render(request, "pods/confirm_body.html" if fragment else "pods/confirm.html", context)
    # The page's own confirmation listed what runs, so its removal is by force.
    arguments = {"force": True} if known is Verb.REMOVE else {}
    operation = ask(request.user, known, pod, arguments=arguments, through="page")
    if request.headers.get("HX-Request"):
        section = section_of(wanted_of_opener(request), pod)
        row = replace(row_of(request.user, pod, operation), section=section, opened=True)
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
        found = listing(request.user, wanted_of_opener(request), only=host)
        return render(request, "pods/host.html", {"section": found.sections[0], "listing": found}, status=202)
    messages.info(request, f"Creating {name}…")
    return redirect("pods")


def wanted_of_opener(request: SignedInRequest) -> Wanted:
    """Return what the page shows that htmx asks from."""
    return parse_wanted(QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query))
