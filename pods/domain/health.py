"""A container's health check and its log, from the engine's own inspect.

Source: libpod/define/container_inspect.go (HealthCheckResults); times of a check are text, durations nanoseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from pods.domain.secrets import mask_argv, mask_text

NANOSECONDS = 1e9
# What stands in front of a check's command and is none of it (Docker's Schema2HealthConfig).
KINDS = {"CMD", "CMD-SHELL"}
DISABLED = "NONE"


@dataclass(frozen=True)
class Check:
    """One run of the check. ``at`` and ``seconds`` None: the engine's times could not be read."""

    at: datetime | None
    seconds: float | None
    exit_code: int
    output: str


@dataclass(frozen=True)
class Health:
    """``status`` is the engine's word (starting, healthy, unhealthy), "" before the first check. Times in seconds."""

    status: str
    failing: int
    checks: tuple[Check, ...]  # newest first
    command: tuple[str, ...]
    interval: float | None
    timeout: float | None
    retries: int | None
    start_period: float | None
    on_failure: str

    @property
    def tone(self) -> str:
        """A state that has the same colour."""
        return {"healthy": "running", "unhealthy": "error", "starting": "paused"}.get(self.status, "")


class _Log(msgspec.Struct):
    Start: str = ""
    End: str = ""
    ExitCode: int = 0
    Output: str = ""


class _Results(msgspec.Struct):
    Status: str = ""
    FailingStreak: int = 0
    Log: list[_Log] | None = None


class _State(msgspec.Struct):
    Health: _Results | None = None


class _Check(msgspec.Struct):
    Test: list[str] | None = None
    Interval: int = 0
    Timeout: int = 0
    Retries: int = 0
    StartPeriod: int = 0


class _Config(msgspec.Struct):
    Healthcheck: _Check | None = None
    HealthcheckOnFailureAction: str = ""


class _Inspect(msgspec.Struct):
    State: _State
    Config: _Config


def health_of(raw: Mapping[str, Any], *, reveal: bool) -> Health | None:
    """Return the health of an inspected container, secrets hidden unless ``reveal``; None: it has no check.

    Raises msgspec.ValidationError for what no engine says.
    """
    found = msgspec.convert(raw, _Inspect)
    check = found.Config.Healthcheck
    if check is None or not check.Test or check.Test[0] == DISABLED:
        return None
    results = found.State.Health or _Results()
    command = check.Test[1:] if check.Test[0] in KINDS else check.Test
    return Health(
        status=results.Status,
        failing=results.FailingStreak,
        checks=tuple(_check(one, reveal) for one in reversed(results.Log or ())),
        command=tuple(command if reveal else mask_argv(command)),
        interval=check.Interval / NANOSECONDS or None,
        timeout=check.Timeout / NANOSECONDS or None,
        retries=check.Retries or None,
        start_period=check.StartPeriod / NANOSECONDS or None,
        on_failure=found.Config.HealthcheckOnFailureAction,
    )


def _check(one: _Log, reveal: bool) -> Check:
    start, end = _moment(one.Start), _moment(one.End)
    return Check(
        at=start,
        seconds=(end - start).total_seconds() if start and end else None,
        exit_code=one.ExitCode,
        output=one.Output.strip() if reveal else mask_text(one.Output.strip()),
    )


def _moment(text: str) -> datetime | None:
    """Return a time of the engine's; nanoseconds are cut, and what has no zone is no moment."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
