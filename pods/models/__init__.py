"""Rows. A row about a pod is a memory of a snapshot; the engine is the truth."""

from pods.models.containers import Container
from pods.models.events import Event
from pods.models.history import Block, FreshPoint, Series
from pods.models.hosts import Host
from pods.models.operations import Operation
from pods.models.pods import Pod, PodLabel, PodNetwork

__all__ = [
    "Block",
    "Container",
    "Event",
    "FreshPoint",
    "Host",
    "Operation",
    "Pod",
    "PodLabel",
    "PodNetwork",
    "Series",
]
