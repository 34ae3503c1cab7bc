"""By what a page knows whether it shows what there is."""

from collections.abc import Iterable

from pods.models import Host


def counts_of(hosts: Iterable[Host]) -> str:
    """Return how often pages were told of a change of each host: ``slug:count``, apart by spaces."""
    return " ".join(host.change_count for host in hosts)
