"""Many generated rows, as snapshots of a big fleet would leave them, written quickly. For tests and benchmarks."""

from django.db import connection
from django.utils import timezone

from pods.control.indexing import list_values, write_rows
from pods.control.snapshots import _container_values, _pod_values
from pods.models import Container, Host, Pod
from tests.builders import container, members, pod, snapshot

STATES = ("Running", "Exited", "Degraded", "Paused", "Created")


def make_many(host: Host, pods: int, containers: int = 4) -> list[Pod]:
    """Write pods named ``pod00000`` and so on, with ``containers`` containers on average, infra included."""
    now = timezone.now()
    rows, parts = [], []
    for number in range(pods):
        name = f"pod{number:05}"
        infra, app = members(
            name,
            f"{name}-app",
            image=f"registry.example/app{number % 97}:1",
            networks=(f"net{number % 50}",),
            state=STATES[number % len(STATES)].lower().replace("degraded", "running"),
        )
        more = [container(name, f"{name}-{extra}") for extra in range(containers - 3 + number % 3)]
        facts = pod(
            name,
            state=STATES[number % len(STATES)],
            labels={"app": f"app{number}", "tier": f"tier{number % 10}", "io.example/serial": f"{number:x}"},
        )
        everything = [infra, app, *more]
        values = _pod_values(facts, everything, snapshot(facts), now) | list_values(facts, everything)
        rows.append(Pod(host=host, engine_id=facts.id, **values))
        parts.append(everything)
    Pod.objects.bulk_create(rows)
    write_rows(rows)
    Container.objects.bulk_create(
        Container(pod=row, engine_id=one.id, **_container_values(one, now))
        for row, several in zip(rows, parts, strict=True)
        for one in several
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return rows
