"""The table of options says something of every field there is, and nothing of any other."""

import pytest
from msgspec import Struct

from pods.domain.specs.options import CONTAINER_OPTIONS, GROUPS, POD_OPTIONS, Option, unsupported_options
from pods.messages.specs import ContainerSpec, HealthCheck, PodSpec, Resources


def fields(shape: type[Struct], *nested: tuple[str, type[Struct]]) -> set[str]:
    inner = {f"{name}.{field}" for name, one in nested for field in one.__struct_fields__}
    return {*shape.__struct_fields__, *inner} - {name for name, _ in nested}


def test_every_option_of_a_pod_is_described_once() -> None:
    named = [one.field for one in POD_OPTIONS]
    # Limits that Podman has for containers alone.
    without = {"resources.pids_limit", "resources.memory_reservation"}
    assert sorted(named) == sorted(fields(PodSpec, ("resources", Resources)) - without | {"resources.cpus"})


def test_every_option_of_a_container_is_described_once() -> None:
    named = [one.field for one in CONTAINER_OPTIONS]
    expected = fields(ContainerSpec, ("resources", Resources), ("health", HealthCheck))
    assert sorted(named) == sorted(expected | {"resources.cpus"})


@pytest.mark.parametrize("option", [*POD_OPTIONS, *CONTAINER_OPTIONS], ids=lambda one: one.field)
def test_every_option_can_be_shown(option: Option) -> None:
    assert option.label
    assert option.help
    assert option.group in GROUPS
    assert option.kind != "choice" or option.choices
    assert option.kind in {"bool", "choice"} or option.example


def test_what_an_engine_lacks_is_named_with_the_version_that_brings_it() -> None:
    assert unsupported_options("4.3.1")["restart_policy"] == "4.6"
    assert unsupported_options("4.3.1")["network_mode=pasta"] == "4.4"
    assert "restart_policy" not in unsupported_options("4.6.0")
    assert unsupported_options("6.0.0") == {}
