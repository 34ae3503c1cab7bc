"""Hosts in a box: real Podman engines on this machine, each in namespaces of its own. See docs/testing.md."""

from tests.hosts.box import Box, Missing, make_host, why_not

__all__ = ["Box", "Missing", "make_host", "why_not"]
