"""The API's door to the access rules."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from pods.domain.access import role_of

if TYPE_CHECKING:  # rest_framework.views imports this module while it is itself being imported
    from rest_framework.views import APIView


class HasRole(BasePermission):
    """Anyone with a role may ask; what they then see and may do is decided by ``pods.domain.access``."""

    message = "You have no role in podweb."

    def has_permission(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002  # DRF's signature
        """Return whether the user has any role."""
        return role_of(request.user) is not None
