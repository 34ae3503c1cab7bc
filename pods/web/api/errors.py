"""Every error of the API in the one shape ``{code, message, field?, hint?, engine?}``."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_handler

from pods.domain.errors import InvalidSpec, Problem


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer for an exception, or None for what is a fault of podweb (Django answers 500 and logs it)."""
    if isinstance(error, Problem):
        return Response(problem_data(error), status=error.status)
    if isinstance(error, RequestDataTooBig):
        return Response({"code": "too_large", "message": "It is larger than 64 KiB.", "field": "body"}, status=400)
    response = rest_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        response.data = _validation(response.data)
    elif isinstance(error, exceptions.ParseError):
        response.data = {"code": "parse_error", "message": str(error.detail), "field": "body"}
    elif isinstance(error, Http404):
        response.data = {"code": "not_found", "message": "There is no such thing, or none that you may see."}
    elif isinstance(error, exceptions.APIException):
        codes: Any = error.get_codes()
        response.data = {"code": str(codes), "message": str(error.detail)}
    return response


def problem_data(problem: Problem) -> dict[str, Any]:
    """Return a problem as it is shown; of a spec with several things wrong each of them, in ``problems``."""
    data: dict[str, Any] = problem.as_dict()
    if isinstance(problem, InvalidSpec) and len(problem.problems) > 1:
        data["problems"] = [one.as_dict() for one in problem.problems]
    return data


def _validation(data: Any) -> dict[str, str]:
    """Name the first bad field; the others come to light when it is mended."""
    if isinstance(data, dict) and data:
        field, details = next(iter(data.items()))
        detail = details[0] if isinstance(details, list) and details else details
        if isinstance(detail, dict | list):
            return _validation(detail)
        return {"code": getattr(detail, "code", "invalid"), "message": str(detail), "field": str(field)}
    detail = data[0] if isinstance(data, list) and data else data
    return {"code": "invalid", "message": str(detail), "field": "body"}
