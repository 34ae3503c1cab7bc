"""The pages' door to the access rules."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from pods.domain.access import role_of
from pods.domain.errors import Denied

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request of somebody who is signed in; for type checking only."""

    user: User


def with_role(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let in who has a role. Nobody signed in: to the sign-in page; without a role: 403."""

    @login_required
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if role_of(request.user) is None:
            raise Denied("no_role", "You have no role in podweb yet.", hint="Ask an administrator for one.")
        return view(cast(SignedInRequest, request), *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", checked)
