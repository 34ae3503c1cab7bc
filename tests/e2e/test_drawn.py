"""Pods drawn from the API's own document are asked for on a real engine: each is there whole, or not at all."""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from pods.messages import plain
from tests.e2e.stacks import Stack
from tests.hosts import Box
from tests.specs import pod_specs

pytestmark = [pytest.mark.engine, pytest.mark.timeout(400)]
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
EXAMPLES = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def test_what_the_document_allows_leaves_no_half_made_pod(stack: Stack, clean_engine: Box) -> None:
    headers = {"Authorization": f"Token {stack.token()}"}
    api = schemathesis.openapi.from_url(f"{stack.url}/api/schema/", headers=headers)
    create: Any = api["/api/v1/pods/"]["POST"]
    with stack.api() as client:
        host = client.get("/hosts/?fields=slug").json()["results"][0]["slug"]
    ends: dict[str, str] = {}

    # Half of them are anything that the document allows, the others what the engine may well take.
    @given(case=create.as_strategy(), spec=st.none() | pod_specs(version=(4, 3)))
    @EXAMPLES
    def ask(case: Any, spec: Any) -> None:
        name = f"drawn{len(ends)}"
        ends[name] = ""
        body = {**(case.body if spec is None else plain(spec)), "host": host, "name": name, "start": False}
        case.body, case.query = body, {"wait": 40}
        answer = case.call_and_validate(checks=CHECKS, headers=headers, timeout=70)
        told = json.loads(answer.content)
        ends[name] = told.get("state") or told["code"]

    ask()
    there = set(clean_engine.podman("pod", "ps", "--format", "{{.Name}}").stdout.split())
    assert there == {name for name, end in ends.items() if end == "done"}, ends
    assert "done" in ends.values(), ends
    for name in there:
        inspect = json.loads(clean_engine.podman("pod", "inspect", name).stdout)
        # Whole: what shares namespaces has the infra container that holds them.
        assert inspect["CreateInfra"] or not inspect.get("SharedNamespaces"), inspect
