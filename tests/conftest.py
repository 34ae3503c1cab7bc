"""Fixtures that tests share: hosts in a box."""

from collections.abc import Iterator

import pytest

from tests.hosts import Box, Missing, make_host


@pytest.fixture(scope="session")
def engine_host() -> Iterator[Box]:
    """A host in a box with a running engine, one for the whole run. Skips, saying why, where none can be had."""
    try:
        with make_host("alpha") as box:
            yield box
    except Missing as reason:
        pytest.skip(str(reason))


@pytest.fixture
def clean_engine(engine_host: Box) -> Iterator[Box]:
    """``engine_host`` without pods, and without them again afterwards."""
    engine_host.remove_all_pods()
    yield engine_host
    engine_host.remove_all_pods()
