"""The page of a terminal in one container."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from pods.domain import access
from pods.web.pages.access import SignedInRequest, with_role


@require_GET
@with_role
def terminal_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show where to open a terminal in a container, or the one that this page had open. Raises Denied."""
    found = access.visible_containers(request.user).select_related("pod__host")
    container = get_object_or_404(found, pk=pk)
    access.require_operate(request.user, container.pod.host)
    siblings = container.pod.containers.filter(removed_at=None, state="running", is_infra=False).exclude(pk=pk)
    return render(
        request, "streams/terminal.html", {"container": container, "pod": container.pod, "siblings": siblings}
    )
