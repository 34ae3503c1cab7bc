"""The admin site: everything to read, hosts to add and name. It asks the same access rules as every other door."""

from pods.admin.sites import ContainerAdmin, HostAdmin, OperationAdmin, PodAdmin

__all__ = ["ContainerAdmin", "HostAdmin", "OperationAdmin", "PodAdmin"]
