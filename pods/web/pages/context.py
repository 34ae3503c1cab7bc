"""What every page's template knows."""

from typing import Any

from django.http import HttpRequest

from pods.domain.access import Role, role_of


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the reader's role (None: signed out, or nobody)."""
    role = role_of(request.user) if hasattr(request, "user") else None
    return {"role": role, "is_administrator": role is Role.ADMINISTRATOR}
