"""Tells open pages which rows changed, once the change is committed."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F

from pods.messages.names import changes_group
from pods.models import Host, Pod
from podweb.push import push

# More than this and a page is better off reading its list again.
NAMED_AT_MOST = 50


def announce(host: str, pods: Iterable[int | None] = (), *, everything: bool = False) -> None:
    """Push a Changes message for the host ``slug`` after commit; ``pods`` are primary keys (None: no pod yet)."""
    keys = sorted({key for key in pods if key is not None})
    if not keys and not everything:
        return
    everything = everything or len(keys) > NAMED_AT_MOST
    message: dict[str, Any] = {"type": "live.changes", "host": host, "pods": [], "states": {}, "all": everything}
    if not everything:
        states = Pod.objects.filter(pk__in=keys, removed_at=None).values_list("pk", "state")
        message |= {"pods": keys, "states": {str(key): state for key, state in states}}

    def tell() -> None:
        # After the commit, so that no transaction holds the host's row while it waits for another. Before the push: who
        # joins the group between the two sees by the count that it missed something.
        Host.objects.filter(slug=host).update(changes=F("changes") + 1)
        push(changes_group(host), message)

    transaction.on_commit(tell)
