"""Operation rows for tests."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from pods.models import Operation, Pod


def make_operation(user: User, pod: Pod, /, **values: Any) -> Operation:
    """Return a written operation that was asked for just now."""
    now = timezone.now()
    facts: dict[str, Any] = {
        "verb": "stop",
        "host": pod.host,
        "pod": pod,
        "pod_engine_id": pod.engine_id,
        "pod_name": pod.name,
        "asked_by": user,
        "asked_by_name": user.get_username(),
        "asked_through": "page",
        "asked_at": now,
        "sent_at": now,
        "deadline_at": now + timedelta(minutes=3),
    }
    return Operation.objects.create(**(facts | values))
