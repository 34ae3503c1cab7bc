"""Whatever the API's own document allows, and what it does not, is answered as the document says, never with a 500."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from knox.models import AuthToken
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pods.models import Operation, Pod
from tests.browser.server import running_server
from tests.control.operations import make_operation
from tests.dispatch.hosts import answering
from tests.web.api.test_parts import reply

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def api(web: Pod, alice: User) -> Iterator[Any]:
    """The document, read from the application under its real server; and a host that answers questions."""
    make_operation(alice, web, verb="stop", state="done")
    _, token = AuthToken.objects.create(alice)
    headers = {"Authorization": f"Token {token}"}
    with running_server() as url, answering("alpha", reply):
        schema = schemathesis.openapi.from_url(f"{url}/api/schema/", headers=headers)
        schema.config.update(headers=headers)
        yield schema


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_everything_is_answered_as_the_document_says(api: Any, mode: GenerationMode) -> None:
    seen: Counter[int] = Counter()
    for found in api.get_all_operations():
        operation = found.ok()
        drawn: Any = operation.as_strategy(generation_mode=mode)

        @given(case=drawn)
        @EXAMPLES
        def ask(case: "schemathesis.Case[Any]") -> None:
            _aim(case, seen.total())
            seen[case.call_and_validate(checks=CHECKS).status_code] += 1

        try:
            ask()
        except Unsatisfiable:
            # Nothing can be wrong with an address that takes nothing.
            assert mode is GenerationMode.NEGATIVE, operation.label
    # It got beyond the doors.
    assert set(seen) >= ({200, 202, 400, 404, 409} if mode is GenerationMode.POSITIVE else {400, 404}), seen
    assert seen.total() > 100


def _aim(case: "schemathesis.Case[Any]", number: int) -> None:
    """Let every second question be about something that is there: what is drawn hardly ever is."""
    query: Any = case.query
    if isinstance(query, dict) and isinstance(query.get("wait"), int | float):
        # Nobody ends these operations, and a minute each would be long.
        query["wait"] = min(query["wait"], 0.01)
    if number % 2:
        return
    path: Any = case.path_parameters
    if isinstance(path, dict) and "id" in path:
        one: Any = Operation if "/operations/" in case.path else Pod
        path["id"] = str(one.objects.values_list("pk", flat=True)[0])
    body: Any = case.body
    if isinstance(body, dict) and "host" in body:
        body |= {"host": "alpha", "name": f"pod{number}"}
    if isinstance(body, dict) and "pods" in body:
        body["pods"] = list(Pod.objects.values_list("pk", flat=True))
