"""A Problem, and Django's own refusals, as a page or as JSON, whichever was asked for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from pods.domain.errors import Denied, Invalid, Missing, Problem


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the problem in the shape of the door that was used: JSON below /api/, else a page or its fragment."""
    if request.path.startswith("/api/"):
        return JsonResponse(problem.as_dict(), status=problem.status)
    template = "fragments/problem.html" if request.headers.get("HX-Request") else "problem.html"
    return render(request, template, {"problem": problem}, status=problem.status)


class ProblemMiddleware:
    """Turns a Problem that a view raises into its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a Problem; anything else is Django's."""
        return answer(request, exception) if isinstance(exception, Problem) else None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Answer what Django itself found malformed or too large."""
    return answer(request, Invalid("invalid", "The request could not be read.", hint="It is malformed or too large."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer what Django itself refused."""
    return answer(request, Denied("denied", "You may not do this."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer an unknown address, or a thing that is not there for you."""
    return answer(request, Missing("not_found", "There is no such thing here, or none that you may see."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer a form that did not come from a page of ours."""
    hint = "Load the page again, then repeat it."
    return answer(request, Denied("csrf", "This form was not sent from a page of podweb, or is too old.", hint=hint))


class Broken(Problem):
    """podweb's own fault."""

    status = 500


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of podweb's own; the log has it."""
    return answer(request, Broken("internal", "podweb itself failed.", hint="Its log says where."))
