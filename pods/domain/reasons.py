"""A pod's state with its reason in a few words, from what a list has at hand."""

from dataclasses import dataclass
from datetime import datetime

from pods.domain.container_rules import ended_by_kill, restarts_again_and_again
from pods.domain.endings import ended_badly
from pods.domain.findings import ENDED, RUNS, Case
from pods.models import Container

MOST = 2  # containers that are named


@dataclass(frozen=True)
class Reason:
    """``at`` is when it came to be so; None where that is not known."""

    text: str
    at: datetime | None = None


def reason(case: Case) -> Reason | None:
    """Return why the pod is in its state; None where the state says all: it runs, is paused, or ended well."""
    if case.pod.removed_at is not None:
        return None
    if case.infra_is_missing:
        return Reason("its infra container is missing")
    if case.pod.state == "Running":
        return _although_it_runs(case)
    if case.pod.state == "Created":
        return Reason("never started") if case.containers else None
    if case.pod.state == "Paused":
        return None
    return _not_running(case)


def _although_it_runs(case: Case) -> Reason | None:
    names = [one.name for one in case.containers if one.engine_id in case.pod.stale_network]
    if names:
        return Reason(f"{_several(names)} lost the pod's network")
    again = [one for one in case.containers if restarts_again_and_again(case, one)]
    if again:
        return Reason(f"{again[0].name} restarts again and again", again[0].started_at)
    unhealthy = [one.name for one in case.payload if one.health == "unhealthy"]
    if unhealthy:
        return Reason(f"{_several(unhealthy)} {'is' if len(unhealthy) == 1 else 'are'} unhealthy")
    return None


def _not_running(case: Case) -> Reason | None:
    infra = case.infra
    if infra is not None and infra.state not in RUNS and any(one.state in RUNS for one in case.payload):
        return Reason("the infra container does not run", infra.exited_at)
    failed = [one for one in case.containers if one.init and ended_badly(one)]
    if failed:
        return Reason(f"the init container {failed[0].name} exited {failed[0].exit_code}", failed[0].exited_at)
    bad = sorted((one for one in case.payload if ended_badly(one)), key=_when, reverse=True)
    if bad:
        memory = ", out of memory" if ended_by_kill(case, bad[0]) else ""
        more = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
        return Reason(f"{bad[0].name} exited {bad[0].exit_code}{memory}{more}", bad[0].exited_at)
    return _not_bad(case)


def _not_bad(case: Case) -> Reason | None:
    """Return the reason where no container ended badly."""
    still = [one for one in case.payload if one.state not in RUNS]
    ended = [one for one in still if one.state in ENDED]
    if case.pod.state in {"Degraded", "Error"} and still and not ended:
        return Reason(f"{_several([one.name for one in still])} not running: {still[0].state}")
    last = max((one.exited_at for one in (ended or case.containers) if one.exited_at), default=None)
    if case.pod.state == "Degraded" and ended:
        return Reason(f"{_several([one.name for one in ended])} ended", last)
    return Reason("ended", last) if last else None


def _when(container: Container) -> datetime:
    return container.exited_at or container.observed_at


def _several(names: list[str]) -> str:
    if len(names) <= MOST:
        return " and ".join(names)
    return f"{', '.join(names[:MOST])} and {len(names) - MOST} more"
