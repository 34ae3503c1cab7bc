"""What an engine reported about its pods and containers at one moment."""

from msgspec import Struct

from pods.messages.facts import ContainerFacts, PodFacts


class Snapshot(Struct, frozen=True, kw_only=True):
    """All pods of a host (``complete``), or only those named in ``pod_ids``.

    A named pod that is not in ``pods`` no longer exists. ``containers`` holds every container of every pod in
    ``pods``; one that a row knows and that is not here no longer exists. ``(epoch, sequence)`` orders snapshots of
    one host; a receiver applies to each pod only what is newer than what that pod's row holds.
    """

    host: str
    boot: str
    epoch: int
    sequence: int
    observed_at: float  # seconds since 1970, taken *before* the engine was read
    complete: bool
    pod_ids: tuple[str, ...] = ()  # engine ids; ignored when complete
    pods: tuple[PodFacts, ...] = ()
    containers: tuple[ContainerFacts, ...] = ()
