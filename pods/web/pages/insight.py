"""What only a pod's host can tell now, as pages: its cgroups, its namespaces, its processes.

Each is whole without scripts. With ``X-Fragment`` its content alone is answered, which the page puts in the former's
place; what could not be read is said there, and the status stays 200, as the page itself was found.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from pods.dispatch.questions import ask_question
from pods.domain import access
from pods.domain.errors import Problem
from pods.domain.findings import Case, kills_of
from pods.domain.namespaces import lanes, mismatches
from pods.domain.reasons import reason
from pods.domain.secrets import mask_rows
from pods.messages import decode
from pods.messages.insight import CgroupTree, Namespaces
from pods.messages.questions import Answer, Kind, Processes
from pods.models import Pod
from pods.web.pages.access import SignedInRequest, with_role
from pods.web.pages.processes import table_of
from pods.web.pages.tree_rows import rows_of

WAIT = 8.0  # seconds; a page that comes too late is no page


def pod_of(user: User, pk: int) -> Pod:
    """Return the pod with its host; raises Http404."""
    return get_object_or_404(access.visible_pods(user).select_related("host"), pk=pk)


def told(
    user: User, pod: Pod, kind: Kind, make: Callable[[Answer], dict[str, Any]], **arguments: str
) -> dict[str, Any]:
    """Return what ``make`` makes of the host's answer, with ``at``; or ``problem``."""
    try:
        answer = ask_question(user, pod, kind, arguments=arguments, timeout=WAIT)
    except Problem as problem:
        return {"problem": problem}
    return {**make(answer), "at": answer.at}


def show(request: SignedInRequest, pod: Pod, name: str, context: dict[str, Any], every: int) -> HttpResponse:
    """Render a page of the pod, or its content alone. ``every``: seconds between refreshes, 0 for none."""
    template = "insight/content.html" if request.headers.get("X-Fragment") else "insight/page.html"
    containers = list(pod.containers.filter(removed_at=None))
    why = reason(Case(pod, containers, kills=kills_of(pod)))
    page = {"pod": pod, "name": name, "body": f"insight/{name}.html", "every": every, "reason": why}
    return render(request, template, {**page, **context})


@require_GET
@with_role
def cgroup_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the tree of the pod's cgroups."""
    pod = pod_of(request.user, pk)

    def make(answer: Answer) -> dict[str, Any]:
        tree = decode(answer.result, CgroupTree)
        return {"tree": tree, **rows_of(tree, pod)}

    return show(request, pod, "cgroup", told(request.user, pod, Kind.CGROUP_TREE, make), 3)


@require_GET
@with_role
def namespaces_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show who shares which namespace with whom."""
    pod = pod_of(request.user, pk)

    def make(answer: Answer) -> dict[str, Any]:
        found = decode(answer.result, Namespaces)
        names = dict(pod.containers.values_list("engine_id", "name"))
        unread = [(names.get(one, one[:12]), why) for one, why in found.unread.items()]
        return {"found": found, "lanes": lanes(found), "mismatches": mismatches(found), "unread": unread}

    return show(request, pod, "namespaces", told(request.user, pod, Kind.NAMESPACES, make), 5)


@require_GET
@with_role
def processes_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the processes of every container, sorted by ``?sort=`` (a column; ``-`` in front turns it round)."""
    pod = pod_of(request.user, pk)

    def make(answer: Answer) -> dict[str, Any]:
        found = decode(answer.result, Processes)
        rows = found.containers
        if not access.may_see_secrets(request.user, pod.host):
            rows = {key: tuple(map(tuple, mask_rows(one))) for key, one in rows.items()}
        names = dict(pod.containers.values_list("engine_id", "name"))
        unread = [(names.get(one, one[:12]), why) for one, why in found.unread.items()]
        return {"table": table_of(found.titles, rows, names, request.GET.get("sort", "")), "unread": unread}

    return show(request, pod, "processes", told(request.user, pod, Kind.TOP, make), 5)
