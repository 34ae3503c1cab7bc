"""What the small lines in the list begin with."""

import time

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from pods.domain import access
from pods.domain.recent import recent
from pods.messages.samples import EVERY
from pods.web.pages.access import SignedInRequest, with_role
from pods.web.pages.pods import NAMED_AT_MOST, keys_in

SECONDS = 180
METRICS = ("cpu", "memory")


@require_GET
@with_role
def sparks(request: SignedInRequest) -> HttpResponse:
    """Return ``{"step": seconds, "pods": {key: [[at, cpu, memory], ...]}}`` of those in ``?ids=``. Raises Invalid."""
    keys = keys_in(request, "ids", NAMED_AT_MOST)
    found = list(access.visible_pods(request.user).filter(pk__in=keys, removed_at=None))
    points = recent(found, METRICS, int(time.time()) - SECONDS)
    return JsonResponse({"step": EVERY, "pods": points})
