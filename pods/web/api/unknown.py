"""What the API does not have."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView


@extend_schema(exclude=True)
class Unknown(APIView):
    """Answers 404 as JSON, whatever the method."""

    def http_method_not_allowed(self, *_: Any, **__: Any) -> Any:
        """Raises Http404."""
        raise Http404
