"""A pod that everybody asks about."""

import pytest

from pods.models import Host, Pod
from tests.builders import bring_online, members, pod


@pytest.fixture
def web(host: Host) -> Pod:
    """A running pod of two containers on a host that answers."""
    facts = pod("web", labels={"app": "shop"}, create_command=("podman", "pod", "create", "--label", "TOKEN=hunter2"))
    bring_online("alpha", facts, containers=members("web", "app"))
    return Pod.objects.get()
