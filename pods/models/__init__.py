"""Rows. A row about a pod is a memory of a snapshot; the engine is the truth."""

from pods.models.containers import Container
from pods.models.hosts import Host
from pods.models.operations import Operation
from pods.models.pods import Pod, PodLabel, PodNetwork

__all__ = ["Container", "Host", "Operation", "Pod", "PodLabel", "PodNetwork"]
