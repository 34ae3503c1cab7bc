"""Who asked for what, and how it ended."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pods.domain import access
from pods.web.pages.access import SignedInRequest, with_role

PAGE_SIZE = 50


@require_GET
@with_role
def operations_page(request: SignedInRequest) -> HttpResponse:
    """Show operations, newest first."""
    found = access.visible_operations(request.user).select_related("host", "pod")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "operations/list.html", {"page": page})
