"""From plain JSON to a spec: every spec that an engine takes passes, and nothing but InvalidSpec comes out."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pods.domain.errors import FieldProblem, InvalidSpec
from pods.domain.specs.parse import normal, parse_container_spec, parse_pod_spec
from pods.messages import plain
from pods.messages.specs import ContainerSpec, Mount, PodSpec, Resources
from pods.models import Host, Pod
from tests.specs import container_specs, pod_specs


def problems_of(work: Callable[[], object]) -> tuple[FieldProblem, ...]:
    try:
        work()
    except InvalidSpec as problem:
        return problem.problems
    return ()


pytestmark = pytest.mark.django_db
# One host row serves every example.
ONE_HOST = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ONE_HOST
@given(spec=pod_specs(version=(5, 8)))
def test_a_spec_in_its_own_shape_reads_back_as_itself(host: Host, spec: PodSpec) -> None:
    assert parse_pod_spec(plain(spec), host) == normal(spec)


@ONE_HOST
@given(spec=container_specs(health=True, uts=False))
def test_a_container_in_its_own_shape_reads_back_as_itself(host: Host, spec: ContainerSpec) -> None:
    assert parse_container_spec(plain(spec), Pod(host=host, name="web", state="Created")) == spec


FIELDS = st.sampled_from(PodSpec.__struct_fields__)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=12)
json = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


# Texts that are nearly right in many ways.
near = st.text("0123456789abcz.:/-,=[]+% mgksi_\u00e9", max_size=14) | st.sampled_from(
    [
        "front:ip=",
        "80:80/",
        "0:0:0",
        "/dev/sda:",
        "ns:",
        "ns:/x",
        "/a:/b:",
        "auto:",
        "slirp4netns:",
        "label=",
        "1e9",
        "٣",
    ]
)
values = json | near | st.lists(near, max_size=3)
nested = st.dictionaries(st.sampled_from(Resources.__struct_fields__ + Mount.__struct_fields__ + ("cpus",)), values)


@ONE_HOST
@given(raw=json | st.dictionaries(FIELDS, values | nested | st.lists(nested, max_size=2), max_size=8))
def test_garbage_raises_nothing_but_invalid_spec(host: Host, raw: Any) -> None:
    for problem in problems_of(lambda: parse_pod_spec(raw, host)):
        # Each can be shown and sent.
        assert problem.message
        msgspec.json.encode(problem.as_dict())


CONTAINER_FIELDS = st.sampled_from(ContainerSpec.__struct_fields__)


@ONE_HOST
@given(raw=json | st.dictionaries(CONTAINER_FIELDS, values | nested | st.lists(nested, max_size=2), max_size=8))
def test_garbage_for_a_container_raises_nothing_else_either(host: Host, raw: Any) -> None:
    for problem in problems_of(lambda: parse_container_spec(raw, Pod(host=host, name="web", state="Created"))):
        msgspec.json.encode(problem.as_dict())
